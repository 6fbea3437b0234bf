package learned

import (
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
)

// TestSpreadUndoesSqueezed on even and odd grids; the first square's pixels stand behind one
// another in the first place.
func TestSpreadUndoesSqueezed(t *testing.T) {
	for side := 1; side <= 5; side++ {
		eachBackend(t, func(t *testing.T, b compute.Backend) {
			x := tensor(1, 2, side*side, 3)
			out, err := CallOnceN(b, func(x *Node) []*Node {
				small := squeezed(onGrid(x))
				return []*Node{small, inRow(spread(small, side))}
			}, x)
			require.NoError(t, err)
			half := (side + 1) / 2
			require.Equal(t, []int{2, half, half, 12}, out[0].Shape().Dimensions)
			require.Equal(t, tensors.MustCopyFlatData[float32](x),
				tensors.MustCopyFlatData[float32](out[1]))
			if side == 4 {
				pixels := tensors.MustCopyFlatData[float32](x)
				square := tensors.MustCopyFlatData[float32](out[0])[:12]
				require.Equal(t, append(append([]float32{}, pixels[:6]...),
					pixels[4*3:6*3]...), square)
			}
		})
	}
}

// TestConvolve against direct loops, with zeros beyond the border.
func TestConvolve(t *testing.T) {
	const side, in, out = 4, 2, 3
	w := weights{}
	w.convolved("c", in, out)
	arrays := w.draw(1)
	copy(arrays["c.bias"].Data, []float32{1, 2, 3})
	kernel, x := arrays["c.weight"].Data, normals(2, side*side*in)
	want := make([]float64, side*side*out)
	for row := range side {
		for column := range side {
			for o := range out {
				sum := float64(arrays["c.bias"].Data[o])
				for dy := range 3 {
					for dx := range 3 {
						r, c := row+dy-1, column+dx-1
						if r < 0 || r >= side || c < 0 || c >= side {
							continue
						}
						for i := range in {
							sum += float64(x[(r*side+c)*in+i]) *
								float64(kernel[(o*9+dy*3+dx)*in+i])
						}
					}
				}
				want[(row*side+column)*out+o] = sum
			}
		}
	}
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		got := call(t, b, storeOf(t, arrays), func(scope *model.Scope, x *Node) []*Node {
			return []*Node{convolve(scope.At("c"), x, out)}
		}, tensors.FromFlatDataAndDimensions(x, 1, side, side, in))
		near(t, want, got[0], 1e-5, "convolution")
	})
}
