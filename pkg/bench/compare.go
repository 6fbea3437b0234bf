package bench

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"
)

// Side is a program that does a task.
type Side struct {
	Name    string   `json:"name"`
	Command []string `json:"command"` // the task's folder is appended
	Env     []string `json:"env,omitempty"`
	// Dir is a folder of another task that does the same work from other inputs; "" for the common
	// one. Its answer is not compared.
	Dir string `json:"-"`
	// Tolerance of the answer's values against the first side's, relative; 0 for DefaultTolerance.
	Tolerance float64 `json:"tolerance,omitempty"`
}

// DefaultTolerance is what float32 sums in other orders differ by, at most.
const DefaultTolerance = 5e-3

// Series is what was measured of one side.
type Series struct {
	Side    string    `json:"side"`
	Version string    `json:"version"`
	Threads int       `json:"threads"`
	Seconds []float64 `json:"seconds"` // one a round
	// Start is how long the process took until it had done the work once: start, load, compile
	Start float64 `json:"start"`
	Peak  int64   `json:"peak"` // bytes in memory at most; 0 where the system does not say
}

// Median of the seconds.
func (s Series) Median() float64 { return quantile(s.Seconds, 0.5) }

// Ratio is another side's time over this one's, round by round: median and quartiles. Above 1 the
// other is slower.
func (s Series) Ratio(other Series) (median, low, high float64) {
	ratios := make([]float64, min(len(s.Seconds), len(other.Seconds)))
	for i := range ratios {
		ratios[i] = other.Seconds[i] / s.Seconds[i]
	}
	return quantile(ratios, 0.5), quantile(ratios, 0.25), quantile(ratios, 0.75)
}

// quantile between the two nearest values.
func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	at := q * float64(len(sorted)-1)
	low := int(at)
	if low+1 == len(sorted) {
		return sorted[low]
	}
	return sorted[low] + (at-float64(low))*(sorted[low+1]-sorted[low])
}

// Budget says how long is measured.
type Budget struct {
	Rounds int           // at most
	Least  int           // at least
	Within time.Duration // after which no further round begins; 0 for no limit
}

// pause lets a side's threads fall asleep before the next side runs.
const pause = 20 * time.Millisecond

// Compare starts the sides, holds their answers against the first one's, and lets them work in
// turn, one round after another.
func Compare(ctx context.Context, dir string, sides []Side, b Budget) ([]Series, error) {
	var running []*process
	defer func() {
		for _, p := range running {
			p.kill()
		}
	}()
	series := make([]Series, len(sides))
	var first hello
	for i, s := range sides {
		p, told, err := start(ctx, dir, s)
		if err != nil {
			return nil, err
		}
		running = append(running, p)
		series[i] = Series{Side: s.Name, Version: told.Version, Threads: told.Threads,
			Start: told.start}
		if i == 0 {
			first = told
		} else if s.Dir == "" {
			if err := agree(first.Answer, told.Answer, cmp.Or(s.Tolerance,
				DefaultTolerance)); err != nil {
				return nil, fmt.Errorf("bench: %s computes something else than %s: %w", s.Name,
					sides[0].Name, err)
			}
		}
	}
	begun := time.Now()
	for round := range b.Rounds {
		if round >= b.Least && b.Within > 0 && time.Since(begun) > b.Within {
			break
		}
		for i, p := range running {
			time.Sleep(pause)
			seconds, err := p.run(ctx)
			if err != nil {
				return nil, err
			}
			series[i].Seconds = append(series[i].Seconds, seconds)
		}
	}
	for i, p := range running {
		peak, err := p.stop()
		if err != nil {
			return nil, err
		}
		series[i].Peak = peak
	}
	return series, nil
}

// agree says in one line where two answers are not the same to a tolerance, relative to the larger
// of a value and a thousandth of the largest.
func agree(want, got []float64, tolerance float64) error {
	if len(want) != len(got) {
		return fmt.Errorf("expected %d values, got %d", len(want), len(got))
	}
	largest := 0.0
	for _, v := range want {
		largest = max(largest, math.Abs(v))
	}
	for i, v := range want {
		if !(math.Abs(got[i]-v) <= tolerance*max(math.Abs(v), largest/1000)) {
			return fmt.Errorf("value %d: expected %g, got %g", i, v, got[i])
		}
	}
	return nil
}
