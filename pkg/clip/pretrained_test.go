package clip

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestThePairIsShipped(t *testing.T) {
	m, err := Pretrained()
	require.NoError(t, err)
	require.Equal(t, 224, m.Transform().Crop)
	require.Len(t, m.Config.Taps, 4)
	require.Equal(t, Vocabulary, m.Config.Words)
	require.LessOrEqual(t, len(pretrained), 9_400_000)
	again, err := Pretrained()
	require.NoError(t, err)
	require.Equal(t, m.Digest(), again.Digest())
}

func TestOptionsAreKeptInAHeader(t *testing.T) {
	o := Options{Image: 112, Taps: []int{2, 3}, VisionHeads: 4, TextHeads: 2, QuickGELU: true}
	got, err := ParseOptions(o.Metadata())
	require.NoError(t, err)
	require.Equal(t, o, got)
	require.Equal(t, Options{Image: 56, Taps: []int{2, 3}, VisionHeads: 4, TextHeads: 2,
		QuickGELU: true}, Options{Image: 56}.or(o))
	_, err = ParseOptions(map[string]string{"clip.image": "wide"})
	require.ErrorContains(t, err, "clip.image")
}
