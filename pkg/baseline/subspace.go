package baseline

import (
	"context"
	"errors"

	"adlab/pkg/encoder"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// moments are the mean [D] of the images' tokens, groups side by side, and their covariance over
// the number of tokens, [D, D], summed in float64.
func moments(ctx context.Context, backend compute.Backend, f *encoder.Features) (mean []float64,
	covariance *mat.SymDense, err error) {
	width := f.Groups * f.Width
	exec, err := NewExec(backend, func(features, sum, products *Node) []*Node {
		d := features.Shape().Dimensions
		x := ConvertDType(Reshape(tokens(features), d[0]*d[2], width), dtypes.Float64)
		return []*Node{Add(sum, ReduceSum(x, 0)),
			Add(products, Dot(x, x).General([]int{0}, nil, []int{0}, nil))}
	})
	if err != nil {
		return nil, nil, err
	}
	sum := tensors.FromFlatDataAndDimensions(make([]float64, width), width)
	products := tensors.FromFlatDataAndDimensions(make([]float64, width*width), width, width)
	for at := 0; at < f.Len; at += drawBatch {
		if err := context.Cause(ctx); err != nil {
			return nil, nil, err
		}
		var places []int
		for i := at; i < min(at+drawBatch, f.Len); i++ {
			places = append(places, i)
		}
		more, moreProducts, err := exec.Call2(f.Batch(places), sum, products)
		if err != nil {
			return nil, nil, err
		}
		sum.FinalizeAll()
		products.FinalizeAll()
		sum, products = more, moreProducts
	}
	n := float64(f.Len * f.Tokens)
	mean = tensors.MustCopyFlatData[float64](sum)
	floats.Scale(1/n, mean)
	covariance = mat.NewSymDense(width, tensors.MustCopyFlatData[float64](products))
	covariance.ScaleSym(1/n, covariance)
	covariance.SymRankOne(covariance, -1, mat.NewVecDense(width, mean))
	return mean, covariance, nil
}

// principal are the directions of most variance, as few as keep a share of it but at least one:
// orthonormal columns, [D, k], the strongest first.
func principal(covariance *mat.SymDense, share float64) (*mat.Dense, error) {
	var eigen mat.EigenSym
	if !eigen.Factorize(covariance, true) {
		return nil, errors.New("the decomposition of the covariance did not converge")
	}
	values := eigen.Values(nil) // ascending
	total := 0.0
	for i, v := range values {
		values[i] = max(v, 0)
		total += values[i]
	}
	d, k, kept := len(values), 1, values[len(values)-1]
	for k < d && kept < share*total {
		k++
		kept += values[d-k]
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	out := mat.NewDense(d, k, nil)
	for c := range k {
		out.SetCol(c, mat.Col(nil, d-1-c, &vectors))
	}
	return out, nil
}
