package plot

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// ticks are round numbers between two finite ones, at most seven, in steps of 1, 2 or 5 times a
// power of ten, labelled with as many digits as the step has. An empty range has its one value.
func ticks(low, high float64) []plot.Tick {
	span := high - low
	if !(span > 0) || math.IsInf(span, 0) || span < 1e-300 {
		return []plot.Tick{{Value: low, Label: strconv.FormatFloat(low, 'g', 3, 64)}}
	}
	exponent := int(math.Floor(math.Log10(span / 6)))
	step, magnitude := 0.0, math.Pow(10, float64(exponent))
	for _, m := range []float64{1, 2, 5, 10} {
		if step = m * magnitude; span/step <= 6.001 {
			break
		}
	}
	if step > 5.5*magnitude {
		exponent++
	}
	var out []plot.Tick
	for k := math.Ceil(low/step - 1e-9); k*step <= high+1e-9*step; k++ {
		out = append(out, plot.Tick{Value: k * step, Label: number(k*step, exponent)})
	}
	return out
}

// number writes a multiple of ten to the exponent without digits that say nothing.
func number(v float64, exponent int) string {
	switch {
	case v == 0:
		return "0"
	case exponent < -4 || exponent > 5:
		return strconv.FormatFloat(v, 'e',
			max(0, int(math.Floor(math.Log10(math.Abs(v))+1e-9))-exponent), 64)
	}
	return strconv.FormatFloat(v, 'f', max(0, -exponent), 64)
}
