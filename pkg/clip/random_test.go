package clip

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRandomIsItsSeed(t *testing.T) {
	cfg := Config{Vision: Tower{16, 2, 4}, Text: Tower{8, 2, 2}, Embed: 8, Patch: 8, StoredGrid: 4,
		Grid: 4, Words: Vocabulary, Taps: []int{1, 2, 3, 4}}
	digests := map[string]bool{}
	for _, seed := range []uint64{1, 1, 2} {
		m, err := Random(cfg, seed)
		require.NoError(t, err)
		require.Equal(t, cfg, m.Config, "the shape is read back from the weights")
		digests[m.Digest()] = true
	}
	require.Len(t, digests, 2)
	cfg.Taps = []int{5}
	_, err := Random(cfg, 1)
	require.ErrorContains(t, err, "taps")
}
