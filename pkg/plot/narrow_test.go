package plot

import (
	"image"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNarrow(t *testing.T) {
	const width = 800
	require.Equal(t, image.Rect(0, 0, width, 300),
		Narrow(image.NewGray(image.Rect(5, 5, 5+2*width, 605)), width).Bounds())
	small := image.NewGray(image.Rect(0, 0, 20, 10))
	require.Same(t, small, Narrow(small, width))
}
