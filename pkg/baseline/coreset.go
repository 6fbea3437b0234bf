package baseline

import (
	"context"
	"math"
	"math/rand/v2"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// The search looks at so many of the farthest points at once, and picks at most so many of them.
const (
	candidates  = 256
	picksARound = 64
)

// kCenter picks size of the points [n, d] so that the farthest point is as near to a pick as greed
// can make it: beginning with first, each pick is the point that is farthest from those before, the
// first of equals. It ends early where every point is at a pick's place. tell, which may be nil, is
// called with progress. Source: algorithm 1 of PatchCore.
//
// Distances to the picks only shrink, so a candidate that is farther than all that are no
// candidates is the next pick whatever these have become since: a round picks many points for one
// product of matrices, and the picks are those of one at a time.
func kCenter(ctx context.Context, backend compute.Backend, points *tensors.Tensor, size, first int,
	tell func(done, total int)) ([]int32, error) {
	n := points.Shape().Dimensions[0]
	exec, err := NewExec(backend, func(points, closest, picks *Node) []*Node {
		at := func(places *Node) *Node { return Gather(points, ExpandAxes(places, -1)) }
		closest = Min(closest, ReduceMin(squaredDistances(points, at(picks)), -1))
		values, places := TopK(closest, min(candidates, n), 0)
		return []*Node{closest, values, places, squaredDistances(at(places), at(places))}
	})
	if err != nil {
		return nil, err
	}
	far := make([]float32, n)
	for i := range far {
		far[i] = math.MaxFloat32
	}
	closest, centers, fresh := tensors.FromValue(far), []int32{int32(first)}, 1
	for len(centers) < size {
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		picks := make([]int32, picksARound) // one shape; beyond the fresh ones the first again
		for i := range picks {
			picks[i] = centers[len(centers)-fresh:][i%fresh]
		}
		out, err := exec.Call(points, closest, picks)
		if err != nil {
			return nil, err
		}
		closest.FinalizeAll()
		closest = out[0]
		values, places := tensors.MustCopyFlatData[float32](out[1]),
			tensors.MustCopyFlatData[int32](out[2])
		picked := farthest(values, places, out[3].Value().([][]float32),
			min(picksARound, size-len(centers)))
		for _, o := range out[1:] {
			o.FinalizeAll()
		}
		if fresh = len(picked); fresh == 0 {
			break
		}
		centers = append(centers, picked...)
		if tell != nil {
			tell(len(centers), size)
		}
	}
	return centers, nil
}

// farthest picks candidates, at most limit, as long as they are farther from all picks than what is
// no candidate can be: values are their squared distances to the picks so far, descending, between
// those to each other.
func farthest(values []float32, places []int32, between [][]float32, limit int) (picked []int32) {
	bound := values[len(values)-1]
	for len(picked) < limit {
		best := 0
		for i, v := range values {
			if v > values[best] || v == values[best] && places[i] < places[best] {
				best = i
			}
		}
		if values[best] == 0 || len(picked) > 0 && values[best] <= bound {
			break
		}
		picked = append(picked, places[best])
		for i := range values {
			values[i] = min(values[i], between[best][i])
		}
	}
	return picked
}

// project brings points [n, c] to dims channels by a matrix of independent normal numbers of
// variance 1/dims, which keeps distances nearly as they are (Johnson and Lindenstrauss). Points of
// no more channels stay as they are.
func project(backend compute.Backend, points *tensors.Tensor, dims int,
	rng *rand.Rand) (*tensors.Tensor, error) {
	c := points.Shape().Dimensions[1]
	if c <= dims {
		return points, nil
	}
	matrix := make([]float32, c*dims)
	for i := range matrix {
		matrix[i] = float32(rng.NormFloat64() / math.Sqrt(float64(dims)))
	}
	return CallOnce(backend, func(points, matrix *Node) *Node {
		return Dot(points, matrix).Product()
	}, points, tensors.FromFlatDataAndDimensions(matrix, c, dims))
}
