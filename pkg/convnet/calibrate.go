package convnet

import (
	"fmt"
	"math"
	"math/rand/v2"

	"adlab/pkg/imageio"
	"adlab/pkg/layer"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"gonum.org/v1/gonum/mat"
)

// calibrationSide is the side of the pictures that channel statistics are taken over.
const calibrationSide = 224

// Crops draws n square crops of the photographs in turn, with sides from half of the shorter side
// to all of it, and resizes them to 224 pixels. Same photographs and seed, same crops.
func Crops(photographs []*imageio.Image, n int, seed uint64) []*imageio.Image {
	rng := rand.New(rand.NewPCG(seed, 0xc40b))
	crops := make([]*imageio.Image, n)
	for i := range crops {
		p := photographs[i%len(photographs)]
		short := min(p.W, p.H)
		side := short/2 + rng.IntN(short-short/2+1)
		x0, y0 := rng.IntN(p.W-side+1), rng.IntN(p.H-side+1)
		crop := imageio.New(side, side, p.C)
		for y := range side {
			copy(crop.Pix[y*side*p.C:(y+1)*side*p.C], p.Pix[((y0+y)*p.W+x0)*p.C:])
		}
		crops[i] = imageio.Resize(crop, calibrationSide, calibrationSide)
	}
	return crops
}

// calibrate adds to the network's tensors the mean and the standard deviation of every channel of
// every possible tap, after pooling to the token grid, over the crops.
func calibrate(backend compute.Backend, arrays map[string]layer.Array,
	crops []*imageio.Image) error {
	batch := min(16, len(crops))
	store := model.NewStore()
	if err := layer.Put(store, "", Fold(arrays), false); err != nil {
		return err
	}
	cfg := Default()
	exec, err := model.NewExec(backend, store, func(scope *model.Scope, images *Node) []*Node {
		_, blocks := Features(scope, images, Blocks-1)
		var sums []*Node
		for i := FirstTap; i < Blocks; i++ {
			x := toGrid(blocks[i], calibrationSide/TokenStride)
			sums = append(sums, ReduceSum(x, 0, 1, 2), ReduceSum(Square(x), 0, 1, 2))
		}
		return sums
	})
	if err != nil {
		return err
	}
	defer exec.Finalize()
	totals, count := make([][]float64, 2*(Blocks-FirstTap)), 0.0
	for at := 0; at+batch <= len(crops); at += batch {
		pixels := make([]float32, batch*calibrationSide*calibrationSide*3)
		for i, crop := range crops[at : at+batch] {
			cfg.transform().Apply(pixels[i*len(pixels)/batch:(i+1)*len(pixels)/batch], crop)
		}
		sums, err := exec.Call(tensors.FromFlatDataAndDimensions(pixels, batch, calibrationSide,
			calibrationSide, 3))
		if err != nil {
			return err
		}
		for k, s := range sums {
			if totals[k] == nil {
				totals[k] = make([]float64, s.Shape().Size())
			}
			for j, x := range tensors.MustCopyFlatData[float32](s) {
				totals[k][j] += float64(x)
			}
		}
		count += float64(batch * (calibrationSide / TokenStride) * (calibrationSide / TokenStride))
	}
	for i := FirstTap; i < Blocks; i++ {
		c := Channels(i)
		mean, std := make([]float32, c), make([]float32, c)
		for j := range c {
			m := totals[2*(i-FirstTap)][j] / count
			mean[j] = float32(m)
			std[j] = float32(math.Sqrt(max(totals[2*(i-FirstTap)+1][j]/count-m*m, 1e-12)))
		}
		arrays[fmt.Sprintf("stats.%d.mean", i)] = layer.Array{Shape: []int{c}, Data: mean}
		arrays[fmt.Sprintf("stats.%d.std", i)] = layer.Array{Shape: []int{c}, Data: std}
	}
	return nil
}

// addProjections adds for each channel count a [Width, C] matrix with orthonormal columns: the Q of
// a Gaussian matrix drawn with the seed.
func addProjections(arrays map[string]layer.Array, seed uint64) {
	for i := FirstTap; i < Blocks; i++ {
		c := Channels(i)
		name := fmt.Sprintf("projection.%d.weight", c)
		if _, done := arrays[name]; done {
			continue
		}
		rng := rand.New(rand.NewPCG(seed, uint64(c)))
		gaussian := mat.NewDense(Width, c, nil)
		for r := range Width {
			for k := range c {
				gaussian.Set(r, k, rng.NormFloat64())
			}
		}
		var qr mat.QR
		var q mat.Dense
		qr.Factorize(gaussian)
		qr.QTo(&q)
		data := make([]float32, 0, Width*c)
		for r := range Width {
			for k := range c {
				data = append(data, float32(q.At(r, k)))
			}
		}
		arrays[name] = layer.Array{Shape: []int{Width, c}, Data: data}
	}
}
