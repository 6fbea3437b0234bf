package plot

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      []string
	}{
		{0, 1, []string{"0", "0.2", "0.4", "0.6", "0.8", "1.0"}},
		{0.07, 0.7, []string{"0.2", "0.4", "0.6"}},
		{2.22e-8, 0.0928, []string{"0.02", "0.04", "0.06", "0.08"}},
		{1, 300, []string{"50", "100", "150", "200", "250", "300"}},
		{-1, 1, []string{"-1.0", "-0.5", "0", "0.5", "1.0"}},
		{1e-7, 6e-7, []string{"1e-07", "2e-07", "3e-07", "4e-07", "5e-07", "6e-07"}},
		{9e-7, 1.1e-6, []string{"9.0e-07", "9.5e-07", "1.00e-06", "1.05e-06", "1.10e-06"}},
		{0, 3e9, []string{"0", "5e+08", "1.0e+09", "1.5e+09", "2.0e+09", "2.5e+09", "3.0e+09"}},
		{2, 2, []string{"2"}},
		{-math.MaxFloat64, math.MaxFloat64, []string{"-1.8e+308"}},
		{0, 5e-324, []string{"0"}},
	} {
		var got []string
		for _, tick := range ticks(c.low, c.high) {
			require.True(t, tick.Value >= c.low-1e-6*(c.high-c.low) &&
				tick.Value <= c.high+1e-6*(c.high-c.low), "%v", c)
			got = append(got, tick.Label)
		}
		require.Equal(t, c.want, got, "%v to %v", c.low, c.high)
	}
}
