package pretrain

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"adlab/pkg/clip"
	"adlab/pkg/convnet"
	"adlab/pkg/layer"

	"github.com/gomlx/gomlx/ml/model"
)

// pairConfig is the shape of the small pair. The token table has most of its parameters.
func pairConfig() clip.Config {
	return clip.Config{
		Vision: clip.Tower{Width: 128, Heads: 4, Layers: 6}, Text: clip.Tower{Width: 64, Heads: 4, Layers: 2}, Embed: 96,
		Patch: pairPatch, StoredGrid: pairGrid, Grid: pairGrid, Words: clip.Vocabulary, Taps: []int{2, 3, 5, 6},
	}
}

// pairTeacher is what the vision tower is distilled from: the blocks of EfficientNet-Lite0 at the tower's grid, each taught to the tap at the
// same place of pairTaught.
func pairTeacher() (*convnet.Encoder, error) {
	return convnet.New(convnet.Config{Image: pairSide, Stride: pairPatch, Taps: []int{4, 7, 10}})
}

// pairTaught are the taps, counted from 0, that learn the teacher's blocks.
var pairTaught = []int{0, 2, 3}

// isPair tells the towers' tensors from the teacher's and from the heads, which are thrown away.
func isPair(name string) bool {
	return !strings.HasPrefix(name, "teacher.") && !strings.HasPrefix(name, "heads.") && !strings.HasPrefix(name, "optimizer.")
}

// newPairStore holds the towers at their start, the teacher, and the heads. The token table is the pool's and stays as it is, so that words that no caption
// has lie beside those that some have. Everything else is drawn as OpenCLIP draws it.
func newPairStore(cfg clip.Config, pool *sentencePool, teacher *convnet.Encoder, seed uint64) (*model.Store, error) {
	arrays := map[string]layer.Array{}
	for name, shape := range clip.Shapes(cfg) {
		arrays[name] = startOf(cfg, name, shape, seed)
	}
	table := map[string]layer.Array{"token_embedding.weight": {Shape: []int{cfg.Words, cfg.Text.Width}, Data: pool.table}}
	delete(arrays, "token_embedding.weight")
	linear := func(name string, out, in int) {
		arrays[name+".weight"] = gaussian(seed, name, 1/math.Sqrt(float64(in)), out, in)
		arrays[name+".bias"] = layer.Array{Shape: []int{out}, Data: make([]float32, out)}
	}
	for i := range cfg.Taps {
		linear("heads.tap."+string(rune('0'+i)), cfg.Embed, cfg.Vision.Width)
	}
	for i := range pairTaught {
		linear("heads.teacher."+string(rune('0'+i)), convnet.Width, cfg.Vision.Width)
	}
	linear("heads.sentence", SentenceWidth, cfg.Embed)
	frozen, err := layer.Get(teacher.Store(), "")
	if err != nil {
		return nil, err
	}
	store := model.NewStore()
	if err := layer.Put(store, "", arrays, true); err != nil {
		return nil, err
	}
	if err := layer.Put(store, "", table, false); err != nil {
		return nil, err
	}
	return store, layer.Put(store, "teacher.", frozen, false)
}

// startOf is a tensor of the towers before training.
func startOf(cfg clip.Config, name string, shape []int, seed uint64) layer.Array {
	t := cfg.Text
	if strings.HasPrefix(name, "visual.") {
		t = cfg.Vision
	}
	w := float64(t.Width)
	switch {
	case strings.HasSuffix(name, ".bias"), strings.HasSuffix(name, "in_proj_bias"):
		return layer.Array{Shape: shape, Data: make([]float32, shape[0])}
	case strings.Contains(name, "ln_"):
		return layer.Array{Shape: shape, Data: slices.Repeat([]float32{1}, shape[0])}
	case strings.HasSuffix(name, "conv1.weight"):
		return gaussian(seed, name, 1/math.Sqrt(float64(shape[1]*shape[2]*shape[3])), shape...)
	case name == "positional_embedding":
		return gaussian(seed, name, 0.01, shape...)
	case strings.HasSuffix(name, "out_proj.weight"), strings.HasSuffix(name, "c_proj.weight"):
		return gaussian(seed, name, 1/math.Sqrt(w*2*float64(t.Layers)), shape...)
	case strings.HasSuffix(name, "c_fc.weight"):
		return gaussian(seed, name, 1/math.Sqrt(2*w), shape...)
	}
	return gaussian(seed, name, 1/math.Sqrt(w), shape...)
}

// gaussian draws a tensor from a stream that its name and the seed make.
func gaussian(seed uint64, name string, deviation float64, shape ...int) layer.Array {
	h := uint64(14695981039346656037)
	for _, c := range []byte(name) {
		h = (h ^ uint64(c)) * 1099511628211
	}
	r, n := rand.New(rand.NewPCG(seed, h)), 1
	for _, d := range shape {
		n *= d
	}
	a := layer.Array{Shape: shape, Data: make([]float32, n)}
	for i := range a.Data {
		a.Data[i] = float32(deviation * r.NormFloat64())
	}
	return a
}
