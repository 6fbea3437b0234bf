package verdict

import "gonum.org/v1/gonum/stat/distuv"

// Confusion is what a threshold calls pictures of which it is known what they are.
type Confusion struct {
	Found  int `json:"found"`  // bad and NG
	Missed int `json:"missed"` // bad and OK
	Wrong  int `json:"wrong"`  // normal and NG: false alarms
	Right  int `json:"right"`  // normal and OK
}

// Confuse counts what is NG by ng.
func Confuse(normal, bad []float64, ng func(score float64) bool) (c Confusion) {
	for _, s := range bad {
		if ng(s) {
			c.Found++
		} else {
			c.Missed++
		}
	}
	for _, s := range normal {
		if ng(s) {
			c.Wrong++
		} else {
			c.Right++
		}
	}
	return c
}

// Recall is the share of bad pictures that are found.
func (c Confusion) Recall() Interval { return Share(c.Found, c.Found+c.Missed) }

// FalseAlarms is the share of normal pictures that are called NG.
func (c Confusion) FalseAlarms() Interval { return Share(c.Wrong, c.Wrong+c.Right) }

// Precision is the share of bad pictures among those called NG, 0 where there are none.
func (c Confusion) Precision() Interval { return Share(c.Found, c.Found+c.Wrong) }

// Share is k of n with the interval of Clopper and Pearson (1934); of nothing it is 0, between 0
// and 1.
func Share(k, n int) Interval {
	if n == 0 {
		return Interval{0, 0, 1}
	}
	out := Interval{float64(k) / float64(n), 0, 1}
	if k > 0 {
		out.Low = distuv.Beta{Alpha: float64(k), Beta: float64(n - k + 1)}.Quantile((1 - Level) / 2)
	}
	if k < n {
		out.High = distuv.Beta{Alpha: float64(k + 1), Beta: float64(n - k)}.Quantile(
			(1 + Level) / 2)
	}
	return out
}
