package pretrain

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestACurveGoesOnAfterALineThatWasCutShort, as a machine that stops or a full disk leaves it.
func TestACurveGoesOnAfterALineThatWasCutShort(t *testing.T) {
	c := &Curve{Path: filepath.Join(t.TempDir(), "pretrain", "x.curve.csv")}
	for _, cut := range []string{"", "3", "3,", "3,0.2", "3,0.25,0.0"} {
		require.NoError(t, os.MkdirAll(filepath.Dir(c.Path), 0o777))
		require.NoError(t, os.WriteFile(c.Path, []byte("1,0.5,0\n2,0.4,0.01\n"+cut), 0o666))
		require.NoError(t, c.Open())
		c.Add(3, 0.25)
		c.Add(4, 0.125)
		require.NoError(t, c.Close())
		points, err := c.Points()
		require.NoError(t, err, cut)
		require.Len(t, points, 4)
		require.Equal(t, []float64{0.5, 0.4, 0.25, 0.125}, []float64{points[0].Loss,
			points[1].Loss, points[2].Loss, points[3].Loss})
	}
	require.NoError(t, os.Remove(c.Path))
	points, err := c.Points()
	require.NoError(t, err)
	require.Empty(t, points)
	require.NoError(t, os.WriteFile(c.Path, []byte("step,loss,seconds\n"), 0o666))
	_, err = c.Points()
	require.ErrorContains(t, err, "expected step, loss and seconds")
}

func TestACurveThatCannotBeWrittenIsAnError(t *testing.T) {
	c := &Curve{Path: filepath.Join(t.TempDir(), "x.curve.csv")}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skipf("there is no /dev/full here: %v", err)
	}
	c.file = full
	c.Add(1, 0.5)
	c.Add(2, 0.5)
	require.ErrorContains(t, c.Close(), "no space left on device")
}
