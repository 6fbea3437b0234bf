package inpformer

import (
	"math/rand/v2"
	"testing"

	"adlab/pkg/layer"

	"github.com/stretchr/testify/require"
)

func TestFewShotVariantsHaveTheirChannelsLast(t *testing.T) {
	const side = 4
	rng, image := rand.New(rand.NewPCG(1, 2)), make([]float32, side*side*3)
	layer.Fill(image, rng.NormFloat64)
	variants := FewShot.Make(image, side)
	require.Len(t, variants, FewShot.Count)
	require.Equal(t, image, variants[0], "the image itself")
	const mirror, grey = 17, 18
	for y := range side {
		for x := range side {
			at, other := (y*side+x)*3, (y*side+side-1-x)*3
			require.Equal(t, image[other:other+3], variants[mirror][at:at+3])
			require.Equal(t, variants[grey][at], variants[grey][at+2])
			require.InDelta(t, 0.299*image[at]+0.587*image[at+1]+0.114*image[at+2],
				variants[grey][at], 1e-6)
		}
	}
}
