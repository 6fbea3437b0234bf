package pair

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"adlab/pkg/clip"
	"adlab/pkg/layer"
	"adlab/pkg/pretrain/sentence"

	"github.com/gomlx/gomlx/ml/model"
)

// configOf is the shape of the small pair, for windows of that many pixels a side. The token
// table has most of its parameters.
func configOf(side int) clip.Config {
	return clip.Config{
		Vision: clip.Tower{Width: 192, Heads: 3, Layers: 4}, Text: clip.Tower{Width: 48, Heads: 4,
			Layers: 2}, Embed: 96,
		Patch: patchSide, StoredGrid: 11, Grid: side / patchSide, Words: clip.Vocabulary,
		Taps: []int{1, 2, 3, 4},
	}
}

// isTower tells the towers' tensors from the teacher's and from the heads, which are thrown away.
func isTower(name string) bool {
	return !strings.HasPrefix(name, anchor+".") && !strings.HasPrefix(name, "heads.") &&
		!strings.HasPrefix(name, "optimizer.")
}

// startArrays is the towers at their start, and the heads. The token table is the pool's and stays
// as it is in all phases, so that words that no caption has lie beside those that some have.
// Everything else is drawn as OpenCLIP draws it.
func startArrays(cfg clip.Config, pool *sentence.Pool, seed uint64) map[string]layer.Array {
	arrays := map[string]layer.Array{}
	for name, shape := range clip.Shapes(cfg) {
		arrays[name] = startOf(cfg, name, shape, seed)
	}
	table := make([]float32, 0, cfg.Words*cfg.Text.Width)
	for i := range cfg.Words {
		table = append(table, pool.Table[i*sentence.TableWidth:][:cfg.Text.Width]...)
	}
	arrays["token_embedding.weight"] = layer.Array{Shape: []int{cfg.Words, cfg.Text.Width},
		Data: table}
	linear := func(name string, out, in int) {
		arrays[name+".weight"] = gaussian(seed, name, 1/math.Sqrt(float64(in)), out, in)
		arrays[name+".bias"] = layer.Array{Shape: []int{out}, Data: make([]float32, out)}
	}
	for i := range cfg.Taps {
		linear(fmt.Sprintf("heads.tap.%d", i), cfg.Embed, cfg.Vision.Width)
	}
	linear("heads.sentence", sentence.Width, cfg.Embed)
	return arrays
}

// newStore is a store of what startArrays gives, or of what a phase left, with what the phase
// trains.
func newStore(arrays map[string]layer.Array, trains func(name string) bool) (*model.Store, error) {
	trained, frozen := map[string]layer.Array{}, map[string]layer.Array{}
	for name, a := range arrays {
		switch {
		case strings.HasPrefix(name, "optimizer."):
		case trains(name):
			trained[name] = a
		default:
			frozen[name] = a
		}
	}
	store := model.NewStore()
	return store, errors.Join(layer.Put(store, "", trained, true),
		layer.Put(store, "", frozen, false))
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
