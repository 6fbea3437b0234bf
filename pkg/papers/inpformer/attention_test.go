package inpformer

import (
	"testing"

	"adlab/pkg/backend"
	"adlab/pkg/inpformer"
	"adlab/pkg/layer"

	"github.com/stretchr/testify/require"
)

// The numbers are those of SPEC 15: N = 784, C = 768, M = 6, h = 12.
func TestCostsAsSpecified(t *testing.T) {
	require.Equal(t, cost{2_362_368, 3_699_376_128, 1_888_223_232, 7_375_872},
		selfAttentionCost(768, 12, 784))
	require.Equal(t, cost{2_362_380, 1_863_843_840, 14_450_688, 56_448},
		guidedCost(768, 12, 784, 6))
}

func TestParametersAreThoseOfTheModule(t *testing.T) {
	cfg := inpformer.Default(128, 4)
	count := 0
	for name, shape := range inpformer.Shapes(cfg) {
		if name == "decoder.0.attn.learn_scale" || len(name) > 15 &&
			name[:15] == "decoder.0.attn." {
			count += layer.Size(shape)
		}
	}
	require.Equal(t, guidedCost(128, 2, 16, 6).Parameters, count)
}

func TestBothAttentionsRun(t *testing.T) {
	for _, choice := range backend.Available() {
		b, err := backend.Open(choice)
		require.NoError(t, err)
		for _, self := range []bool{true, false} {
			a, err := newAttention(b.Backend, inpformer.Default(64, 4), 16, self)
			require.NoError(t, err)
			require.NoError(t, a.run())
			require.NoError(t, a.run())
			a.close()
		}
	}
}
