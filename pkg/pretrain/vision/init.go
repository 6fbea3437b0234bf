package vision

import (
	"fmt"
	"math"
	"strings"

	"adlab/pkg/convnet"
	"adlab/pkg/layer"
	"adlab/pkg/pretrain/pictures"
	"adlab/pkg/vit"

	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/mat"
)

// Init is vit.Random with what about so many patches of the pictures say already: patches are
// projected to their principal components, whitened in part; positions are sines and cosines; and
// queries equal keys, so that tokens look at those like them.
func Init(cfg vit.Config, crops *Crops, patches int, seed uint64) (map[string]layer.Array,
	error) {
	arrays := vit.Random(cfg, seed)
	if err := principal(arrays, cfg, crops, patches); err != nil {
		return nil, err
	}
	waves(arrays["pos_embed"].Data, cfg)
	for name, a := range arrays { // a stream of the teacher's size
		if strings.HasPrefix(name, "patch_embed") || name == "pos_embed" ||
			strings.HasSuffix(name, "attn.proj.weight") || strings.HasSuffix(name, "fc2.weight") {
			for i := range a.Data {
				a.Data[i] *= 0.5
			}
		}
	}
	c, d := cfg.Width, cfg.Width/cfg.Heads
	// a token's product with itself comes to about 4 after the root of d
	gain := float32(math.Sqrt(4 * math.Sqrt(float64(d)) / float64(d)))
	for i := range cfg.Depth {
		qkv := arrays[fmt.Sprintf("blocks.%d.attn.qkv.weight", i)].Data
		for j := range c * c {
			qkv[j] *= gain
			qkv[c*c+j] = qkv[j]
		}
	}
	return arrays, nil
}

// principal makes the patch embedding of the principal components of normalised patches. Each
// component is divided by the fourth root of its variance, then all are scaled together to a mean
// square of 1: between the plain picture, in which fine detail is lost, and whitening, in which
// noise is as loud as shape.
func principal(arrays map[string]layer.Array, cfg vit.Config, crops *Crops, count int) error {
	p, n := cfg.Patch, crops.Side/cfg.Patch
	size, windows := 3*p*p, max(1, count/(n*n))
	places := make([]int, windows)
	for i := range places {
		places[i] = -1 - i // apart from those of training
	}
	pix := tensors.MustCopyFlatData[uint8](crops.Batch(places))
	patches := mat.NewDense(windows*n*n, size, nil)
	for i := range windows * n * n {
		w, row, col := i/(n*n), i/n%n, i%n
		at := patches.RawRowView(i)
		for ch := range 3 {
			for y := range p {
				for x := range p {
					v := float64(pix[((w*crops.Side+row*p+y)*crops.Side+col*p+x)*3+ch]) / 255
					at[(ch*p+y)*p+x] = (v - float64(vit.Mean[ch])) / float64(vit.Std[ch])
				}
			}
		}
	}
	mean := make([]float64, size)
	for i := range windows * n * n {
		for j, v := range patches.RawRowView(i) {
			mean[j] += v / float64(windows*n*n)
		}
	}
	for i := range windows * n * n {
		for j := range mean {
			patches.RawRowView(i)[j] -= mean[j]
		}
	}
	var covariance mat.SymDense
	covariance.SymOuterK(1/float64(windows*n*n), patches.T())
	var eigen mat.EigenSym
	if !eigen.Factorize(&covariance, true) {
		return fmt.Errorf("patches: no principal components")
	}
	values := eigen.Values(nil) // ascending
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	if cfg.Width > size {
		return fmt.Errorf("patches: expected at most %d channels, got %d", size, cfg.Width)
	}
	total := 0.0
	for k := range cfg.Width {
		total += math.Sqrt(max(values[size-1-k], 1e-9)) / float64(cfg.Width)
	}
	weight, bias := arrays["patch_embed.proj.weight"].Data, arrays["patch_embed.proj.bias"].Data
	for k := range cfg.Width {
		scale := 1 / math.Sqrt(total*math.Sqrt(max(values[size-1-k], 1e-9)))
		for j := range size {
			w := scale * vectors.At(j, size-1-k)
			weight[k*size+j] = float32(w)
			bias[k] -= float32(w * mean[j])
		}
	}
	return nil
}

// waves fills a position table with sines and cosines of row and column, a quarter of the channels
// each, with a mean square of 0.25; the class row stays as it is.
func waves(table []float32, cfg vit.Config) {
	c, n := cfg.Width, cfg.StoredGrid
	scale := float64(pictures.Window/cfg.Patch) / float64(n)
	for i := range n * n {
		at := table[(1+i)*c : (2+i)*c]
		for k := range c / 4 {
			w := math.Pow(1/100.0, float64(k)/float64(c/4))
			y, x := float64(i/n)*scale*w, float64(i%n)*scale*w
			for part, v := range []float64{math.Sin(y), math.Cos(y), math.Sin(x), math.Cos(x)} {
				at[part*(c/4)+k] = float32(v * math.Sqrt(0.5))
			}
		}
	}
}

// heads are the matrices of Loss.Single at the start: the identity.
func heads() map[string]layer.Array {
	arrays := map[string]layer.Array{}
	for i := range singles {
		w := make([]float32, convnet.Width*convnet.Width)
		for k := range convnet.Width {
			w[k*(convnet.Width+1)] = 1
		}
		arrays[fmt.Sprintf("%d.weight", i)] = layer.Array{Shape: []int{convnet.Width,
			convnet.Width}, Data: w}
		arrays[fmt.Sprintf("%d.bias", i)] = layer.Array{Shape: []int{convnet.Width},
			Data: make([]float32, convnet.Width)}
	}
	return arrays
}
