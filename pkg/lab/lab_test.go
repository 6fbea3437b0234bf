package lab

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMeanStd(t *testing.T) {
	m, s := meanStd([]float64{1, 2, 3})
	require.InDelta(t, 2, m, 1e-12)
	require.InDelta(t, 1, s, 1e-12)
}
