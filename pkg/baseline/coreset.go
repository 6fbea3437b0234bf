package baseline

import (
	"context"
	"math"
	"math/rand/v2"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// picksACall is the number of centres that one call of the graph picks.
const picksACall = 16

// kCenter picks size of the points [n, d] so that the farthest point is as near to a pick as greed can make it: beginning with first, each
// pick is the point that is farthest from those before, the first of equals. It ends early where every point is at a
// pick's place. tell, which may be nil, is called with progress. Source: algorithm 1 of PatchCore.
func kCenter(ctx context.Context, backend compute.Backend, points *tensors.Tensor, size, first int, tell func(done, total int)) ([]int32, error) {
	exec, err := NewExec(backend, func(points, closest, at *Node) []*Node {
		var picks, left []*Node
		for range picksACall {
			picks = append(picks, at)
			center := Gather(points, ExpandAxes(at, 0)) // [d]
			closest = Min(closest, ReduceSum(Square(Sub(points, ExpandAxes(center, 0))), -1))
			at = ArgMax(closest, 0, dtypes.Int32)
			left = append(left, ReduceAllMax(closest))
		}
		return []*Node{closest, at, Stack(picks, 0), Stack(left, 0)}
	})
	if err != nil {
		return nil, err
	}
	far := make([]float32, points.Shape().Dimensions[0])
	for i := range far {
		far[i] = math.MaxFloat32
	}
	closest, at := tensors.FromValue(far), tensors.FromScalar(int32(first))
	var centers []int32
	for len(centers) < size {
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		out, err := exec.Call(points, closest, at)
		if err != nil {
			return nil, err
		}
		closest.FinalizeAll()
		closest, at = out[0], out[1]
		left := tensors.MustCopyFlatData[float32](out[3])
		for i, pick := range tensors.MustCopyFlatData[int32](out[2])[:min(picksACall, size-len(centers))] {
			centers = append(centers, pick)
			if left[i] == 0 {
				size = len(centers)
				break
			}
		}
		if tell != nil {
			tell(len(centers), size)
		}
	}
	return centers, nil
}

// project brings points [n, c] to dims channels by a matrix of independent normal numbers of variance 1/dims, which keeps
// distances nearly as they are (Johnson and Lindenstrauss). Points of no more channels stay as they are.
func project(backend compute.Backend, points *tensors.Tensor, dims int, rng *rand.Rand) (*tensors.Tensor, error) {
	c := points.Shape().Dimensions[1]
	if c <= dims {
		return points, nil
	}
	matrix := make([]float32, c*dims)
	for i := range matrix {
		matrix[i] = float32(rng.NormFloat64() / math.Sqrt(float64(dims)))
	}
	return CallOnce(backend, func(points, matrix *Node) *Node { return Dot(points, matrix).Product() }, points, tensors.FromFlatDataAndDimensions(matrix, c, dims))
}
