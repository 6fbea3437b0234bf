package vit

import (
	_ "embed"
	"fmt"

	"adlab/pkg/tensorfile"
)

// TinyName is the name of the small transformer that ships with adlab, distilled from
// EfficientNet-Lite0. Its card is weights/adlab-vit-tiny.md.
const TinyName = "adlab-vit-tiny"

//go:embed weights/adlab-vit-tiny.safetensors
var tinyWeights []byte

// Tiny is the small transformer with its distilled weights, which are part of the program: official
// names, half precision, read as any other file is.
func Tiny(opt Options) (*Encoder, error) {
	f, err := tensorfile.Parse(TinyName+".safetensors", tinyWeights)
	if err != nil {
		return nil, err
	}
	return load(f, opt)
}

// RandomTiny is the same network before any training. Same seed, same weights.
func RandomTiny(opt Options, seed uint64) (*Encoder, error) {
	trained, err := Tiny(opt)
	if err != nil {
		return nil, err
	}
	t := trained.Transform()
	opt.Resize, opt.Crop, opt.Taps, opt.Heads = t.Resize, t.Crop, trained.Config.Taps,
		trained.Config.Heads
	opt.Name = fmt.Sprintf("%s-random-%d", TinyName, seed)
	return New(Random(trained.Config, seed), opt)
}
