package baseline

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/imageio"

	"gonum.org/v1/gonum/mat"
)

// PCA reconstructs small grey pictures from the principal components of normal ones; what it cannot
// reconstruct is anomalous. It needs no encoder: it shows what plain pixels are worth.
type PCA struct {
	Side       int // pixels per side of the small picture
	Components int // 0 leaves the mean of the normal pictures alone
	mean       []float64
	basis      *mat.Dense // [pixels, Components], orthonormal columns; nil without components
	post       *mat.Dense // one axis of the map's post-processing, [MapSide, Side]
}

// NewPCA keeps 50 components of pictures of 64 pixels a side.
func NewPCA() *PCA { return &PCA{Side: 64, Components: 50} }

// NewMean is the difference of pixels to those of the mean normal picture.
func NewMean() *PCA { return &PCA{Side: 64} }

// Name is "pca", or "mean" without components.
func (p *PCA) Name() string {
	if p.Components == 0 {
		return "mean"
	}
	return "pca"
}

// Fit finds the components by the singular value decomposition of the normal pictures' Gram matrix,
// which is smaller than their covariance.
func (p *PCA) Fit(ctx context.Context, train []datasets.Sample) error {
	if len(train) < 2 {
		return fmt.Errorf("%s: %w: expected at least 2 normal images to learn from, got %d",
			p.Name(), detector.ErrTooFew, len(train))
	}
	n, pixels := len(train), p.Side*p.Side
	data := mat.NewDense(n, pixels, nil)
	for loaded, err := range datasets.Images(ctx, train, runtime.NumCPU()) {
		if err != nil {
			return err
		}
		data.SetRow(loaded.Index, p.picture(loaded.Image))
	}
	p.mean = make([]float64, pixels)
	for i := range n {
		for j, x := range data.RawRowView(i) {
			p.mean[j] += x / float64(n)
		}
	}
	for i := range n {
		row := data.RawRowView(i)
		for j := range row {
			row[j] -= p.mean[j]
		}
	}
	var up mat.Dense
	up.Mul(detector.Blur(detector.MapSide), detector.Resize(p.Side, detector.MapSide))
	p.post = &up
	if p.Components == 0 {
		return nil
	}
	var gram mat.SymDense
	gram.SymOuterK(1, data)
	var eigen mat.EigenSym
	if !eigen.Factorize(&gram, true) {
		return errors.New("pca: the decomposition did not converge")
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	k := min(p.Components, n-1)
	p.basis = mat.NewDense(pixels, k, nil)
	for c := range k { // eigenvalues ascend
		var v mat.VecDense
		v.MulVec(data.T(), vectors.ColView(n-1-c))
		if norm := mat.Norm(&v, 2); norm > 1e-9 {
			v.ScaleVec(1/norm, &v)
		}
		p.basis.SetCol(c, v.RawVector().Data)
	}
	return nil
}

// picture is the image in grey at Side pixels, 0 to 1.
func (p *PCA) picture(m *imageio.Image) []float64 {
	small := imageio.Resize(m, p.Side, p.Side)
	out := make([]float64, p.Side*p.Side)
	for i := range out {
		for k := range small.C {
			out[i] += float64(small.Pix[i*small.C+k]) / float64(255*small.C)
		}
	}
	return out
}

// Predict gives the squared error of each pixel as the map. The score is their mean; without
// components it is the mean of the map's largest values, as INP-Former's is.
func (p *PCA) Predict(ctx context.Context, samples []datasets.Sample) iter.Seq2[detector.Prediction,
	error] {
	return func(yield func(detector.Prediction, error) bool) {
		if p.post == nil {
			yield(detector.Prediction{}, fmt.Errorf("%s: Fit comes before Predict", p.Name()))
			return
		}
		for loaded, err := range datasets.Images(ctx, samples, runtime.NumCPU()) {
			if err != nil {
				yield(detector.Prediction{}, err)
				return
			}
			if !yield(p.score(loaded.Image), nil) {
				return
			}
		}
	}
}

func (p *PCA) score(m *imageio.Image) detector.Prediction {
	x := p.picture(m)
	for i := range x {
		x[i] -= p.mean[i]
	}
	again := mat.NewVecDense(len(x), nil)
	if p.basis != nil {
		var weights mat.VecDense
		weights.MulVec(p.basis.T(), mat.NewVecDense(len(x), x))
		again.MulVec(p.basis, &weights)
	}
	errorMap, sum := mat.NewDense(p.Side, p.Side, nil), 0.0
	for i := range x {
		d := x[i] - again.AtVec(i)
		errorMap.Set(i/p.Side, i%p.Side, d*d)
		sum += d * d
	}
	var half, full mat.Dense
	half.Mul(p.post, errorMap)
	full.Mul(&half, p.post.T())
	out := detector.Prediction{Score: sum / float64(len(x)),
		Map: make([]float32, detector.MapSide*detector.MapSide)}
	for i, e := range full.RawMatrix().Data {
		out.Map[i] = float32(e)
	}
	if p.basis == nil {
		out.Score = detector.TopMean(out.Map)
	}
	return out
}
