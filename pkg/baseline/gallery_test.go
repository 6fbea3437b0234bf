package baseline

import (
	"testing"

	"adlab/pkg/backend"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"

	"github.com/stretchr/testify/require"
)

// TestAGalleryHasALimit: what would not fit is refused in a line, before anything is encoded.
func TestAGalleryHasALimit(t *testing.T) {
	samples := coloured(t, 9)
	b, err := backend.Open(backend.Available()[0])
	require.NoError(t, err)
	x := &encoder.Cache{Backend: b.Backend, Encoder: quarters{},
		Tell: func(int, int) { t.Error("a picture was encoded") }}
	spade, rad := NewSPADE(x), NewRAD(x)
	spade.Most, rad.Most = 9*4*6*4-1, 9*4*6*4-1
	for _, d := range []detector.Detector{spade, rad} {
		err := d.Fit(t.Context(), samples)
		require.ErrorContains(t, err, d.Name()+": it keeps all tokens of the normal images")
		require.ErrorContains(t, err, "9 images of 4 tokens of 6 numbers; learn from fewer")
		require.NotContains(t, err.Error(), "\n")
	}
	x.Tell, rad.Most = nil, 9*4*6*4
	require.NoError(t, rad.Fit(t.Context(), samples))
}
