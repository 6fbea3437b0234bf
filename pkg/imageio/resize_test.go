package imageio

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// pattern is a picture that any language makes alike.
func pattern(w, h, c int) *Image {
	m := New(w, h, c)
	for y := range h {
		for x := range w {
			for k := range c {
				m.Pix[(y*w+x)*c+k] = uint8(x*x*7 + y*13*(x+3) + k*101 + (x*y)%17*29)
			}
		}
	}
	return m
}

// The digests are of what Pillow 13's Image.resize(..., BILINEAR) makes of the pattern: growing,
// shrinking, one axis only, strips, down to one pixel.
func TestResizeEqualsPillow(t *testing.T) {
	for _, tt := range []struct {
		w, h, c, toW, toH int
		digest            string
	}{
		{37, 23, 3, 16, 9, "2bbb5ec68998aa52"},
		{16, 9, 1, 37, 23, "aa45f39344cf7a16"},
		{64, 1, 3, 7, 5, "cc32614353e1f0be"},
		{1, 64, 1, 5, 3, "1e842c79ddbeaebd"},
		{50, 40, 3, 50, 11, "76bdd583edb33770"},
		{50, 40, 1, 13, 40, "8a69903355eea4aa"},
		{200, 3, 3, 2, 3, "fca59283b91f44a8"},
		{300, 200, 3, 448, 448, "04d3585abd8cdc66"},
		{5, 5, 3, 5, 5, "985611e204d340e9"},
		{400, 400, 1, 1, 1, "76be8b528d0075f7"},
	} {
		m := Resize(pattern(tt.w, tt.h, tt.c), tt.toW, tt.toH)
		require.Equal(t, []int{tt.toW, tt.toH, tt.c}, []int{m.W, m.H, m.C})
		require.Equal(t, tt.digest, fmt.Sprintf("%x", sha256.Sum256(m.Pix))[:16],
			"%d x %d x %d to %d x %d", tt.w, tt.h, tt.c, tt.toW, tt.toH)
	}
}

func TestResizeByHand(t *testing.T) {
	// 2 to 4 pixels: the centres lie at 0.25, 0.75, 1.25, 1.75, the weights at the ends are cut off
	require.Equal(t, []uint8{0, 25, 75, 100}, Resize(&Image{2, 1, 1, []uint8{0, 100}}, 4, 1).Pix)
	// 4 to 2: a triangle of 4 pixels' width about 1 and 3, weights 3 3 1 of 7
	require.Equal(t, []uint8{14, 86}, Resize(&Image{1, 4, 1, []uint8{0, 0, 100, 100}}, 1, 2).Pix)
	require.Equal(t, []uint8{255, 255}, Resize(&Image{3, 1, 1, []uint8{255, 255, 255}}, 2, 1).Pix)
}

func TestResizeLeavesTheSourceAlone(t *testing.T) {
	m := noise(8, 6, 3)
	for _, size := range [][2]int{{8, 6}, {4, 6}, {8, 3}, {5, 9}} {
		out := Resize(m, size[0], size[1])
		clear(out.Pix)
		require.Equal(t, noise(8, 6, 3), m)
	}
}

// The offset (n - side)/2 is rounded half to even.
func TestCenterCrop(t *testing.T) {
	for _, tt := range []struct{ n, side, want int }{{9, 4, 2}, {7, 4, 2}, {11, 4, 4}, {10, 4, 3},
		{5, 4, 0}, {4, 4, 0}, {448, 392, 28}, {256, 225, 16}} {
		require.Equal(t, tt.want, offset(tt.n, tt.side), "%d of %d", tt.side, tt.n)
	}
	m := &Image{4, 3, 1, []uint8{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}}
	require.Equal(t, &Image{2, 2, 1, []uint8{2, 3, 6, 7}}, CenterCrop(m, 2))
	require.Equal(t, &Image{1, 1, 3, []uint8{4, 5, 6}},
		CenterCrop(&Image{3, 1, 3, []uint8{1, 2, 3, 4, 5, 6, 7, 8, 9}}, 1))
}

func BenchmarkResize(b *testing.B) {
	for _, size := range [][3]int{{300, 300, 224}, {300, 300, 448}, {1024, 1024, 448}} {
		b.Run(fmt.Sprintf("%dx%d_to_%d", size[0], size[1], size[2]), func(b *testing.B) {
			m := noise(size[0], size[1], 3)
			for b.Loop() {
				Resize(m, size[2], size[2])
			}
		})
	}
}
