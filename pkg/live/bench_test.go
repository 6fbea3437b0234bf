package live

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkMoves times a move from the changed state to the encoded picture, and reports the 95 %
// point. In $ADLAB_PROFILE=tiny it is what a presenter waits for, but for the way to the browser.
func BenchmarkMoves(b *testing.B) {
	inp, mads := opened(b, "inp-former").(*inpSession), opened(b, "multiads").(*madsSession)
	start := inp.Start()
	var ready []int // heads that need no training
	for _, m := range prototypes {
		if inp.heads[m] != nil {
			ready = append(ready, m)
		}
	}
	for _, bench := range []struct {
		name string
		s    Session
		move func(i int) State
	}{
		{"M", inp, func(i int) State { x := start; x.M = ready[i%len(ready)]; return x }},
		{"threshold", inp, func(i int) State { x := start; x.Threshold = i % 100; return x }},
		{"image", inp, func(i int) State { x := start; x.Image = i % len(inp.list(x)); return x }},
		{"MultiADS/mixed", mads, func(i int) State {
			x := mads.Start()
			x.Image = i / 9 % 9
			x.Threshold = 10 + (i+1)/3%80
			return x.edited(x.Type, fmt.Sprintf("a photo of a [cls] with %d holes", i/3))
		}},
		{"MultiADS/threshold", mads, func(i int) State {
			x := mads.Start()
			x.Threshold = i % 100
			return x
		}},
		{"MultiADS/image", mads, func(i int) State {
			x := mads.Start()
			x.Image = i % len(mads.list(x))
			return x
		}},
		{"MultiADS/prompt", mads, func(i int) State {
			x := mads.Start()
			return x.edited(x.Type, fmt.Sprintf("[cls] with number %d of %d", i,
				time.Now().UnixNano()))
		}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			var took []time.Duration
			l := live{}
			_, err := bench.s.Apply(context.Background(), bench.move(0))
			require.NoError(b, err)
			for i := 0; b.Loop(); i++ {
				at := time.Now()
				f, err := bench.s.Apply(context.Background(), bench.move(i))
				require.NoError(b, err)
				l.rows, err = l.encode(f)
				require.NoError(b, err)
				took = append(took, time.Since(at))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "ms-p95")
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-p50")
		})
	}
}
