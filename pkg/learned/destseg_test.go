package learned

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
)

// TestSegmentationLoss against plain arithmetic, its gradient against finite differences.
func TestSegmentationLoss(t *testing.T) {
	logits, mask := normals(1, 30), make([]float32, 30)
	for i := range mask {
		if mask[i] = 0; i%3 == 0 {
			mask[i] = 1
		}
	}
	value := func(x []float64) float64 {
		sum := 0.0
		for i, z := range x {
			p := 1 / (1 + math.Exp(-z)) // of being anomalous
			right := p
			if mask[i] == 0 {
				right = 1 - p
			}
			sum += -math.Pow(1-right, 4)*math.Log(right) + math.Abs(p-float64(mask[i]))
		}
		return sum / float64(len(x))
	}
	x := wide(logits)
	want := differences(value, x)
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		out, err := CallOnceN(b, func(logits, mask *Node) []*Node {
			loss := segmentation(logits, mask)
			return append(Gradient(loss, logits), loss)
		}, tensors.FromFlatDataAndDimensions(logits, 2, 15),
			tensors.FromFlatDataAndDimensions(mask, 2, 15))
		require.NoError(t, err)
		require.InDelta(t, value(x), tensors.ToScalar[float32](out[1]), 1e-6)
		near(t, want, tensors.MustCopyFlatData[float32](out[0]), 1e-6, "gradient")
	})
}

// TestSpoilChangesWhatTheMaskSays: tokens outside of it stay to the bit, those in it change; about
// half of the pictures have none, and the others a part.
func TestSpoilChangesWhatTheMaskSays(t *testing.T) {
	const images, grid, c = 60, 14, 4
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		n := destseg{shape: shape{groups: 2, grid: grid, width: c}, noise: 0.5}
		store := storeOf(t, nil)
		x := tensor(1, images, grid*grid, c)
		out := call(t, b, store, func(_ *model.Scope, x *Node) []*Node {
			spoiled, mask := n.spoil([]*Node{x, MulScalar(x, 2)}, newDraws(store, x.Graph()))
			return append(spoiled, mask)
		}, x)
		before, whole, all := tensors.MustCopyFlatData[float32](x), 0, 0
		for i := range images {
			spoiled := 0
			for p := range grid * grid {
				at := (i*grid*grid + p) * c
				switch m := out[2][i*grid*grid+p]; m {
				case 0:
					require.Equal(t, before[at:at+c], out[0][at:at+c])
					require.Equal(t, 2*before[at], out[1][at])
				case 1:
					require.NotEqual(t, before[at:at+c], out[0][at:at+c])
					require.NotEqual(t, 2*before[at], out[1][at])
					spoiled++
				default:
					t.Fatalf("the mask is %v", m)
				}
			}
			if all += spoiled; spoiled == 0 {
				whole++
			}
		}
		require.Greater(t, whole, images/4)
		require.Less(t, whole, images*3/4)
		share := float64(all) / float64((images-whole)*grid*grid)
		require.Greater(t, share, 0.05)
		require.Less(t, share, 0.5)
	})
}

// TestTheSegmentationTeachesTheStudentNothing: the student's gradient is that of its own loss.
func TestTheSegmentationTeachesTheStudentNothing(t *testing.T) {
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		s := shape{groups: 2, grid: 4, width: 8}
		n := destseg{shape: s, student: bottleneck{s}}
		store := storeOf(t, n.weights().draw(1))
		out := call(t, b, store, func(scope *model.Scope, x *Node) []*Node {
			g, taps := x.Graph(), []*Node{x, Reverse(x, 1)}
			d := newDraws(store, g)
			same := *d
			v := store.GetVariable("/student/fuse/weight").NodeValue(g)
			spoiled, _ := n.spoil(taps, &same)
			own := MulScalar(ReduceAllMean(cosineDistances(taps,
				n.student.forward(scope.At("student"), spoiled))), 2)
			return []*Node{Gradient(n.loss(scope, taps, d), v)[0], Gradient(own, v)[0]}
		}, tensor(1, 3, 16, 8))
		near(t, wide(out[1]), out[0], 1e-6, "gradient")
	})
}

// TestSimilaritiesAverageToTheCosine over a level's channels.
func TestSimilaritiesAverageToTheCosine(t *testing.T) {
	const n, c = 6, 5
	a, s := normals(1, n*c), normals(2, n*c)
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		got, err := CallOnce(b, func(a, s *Node) *Node {
			return similarities([]*Node{a, s}, []*Node{s, s})
		}, tensors.FromFlatDataAndDimensions(a, 1, n, c),
			tensors.FromFlatDataAndDimensions(s, 1, n, c))
		require.NoError(t, err)
		values := tensors.MustCopyFlatData[float32](got)
		for i := range n {
			first, second := 0.0, 0.0
			for k := range c {
				first += float64(values[i*2*c+k]) / c
				second += float64(values[i*2*c+c+k]) / c
			}
			require.InDelta(t, cosine(wide(a[i*c:(i+1)*c]), wide(s[i*c:(i+1)*c])), first, 1e-5)
			require.InDelta(t, 1, second, 1e-5)
		}
	})
}
