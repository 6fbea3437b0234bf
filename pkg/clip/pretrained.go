package clip

import (
	_ "embed"
	"fmt"

	"adlab/pkg/layer"
	"adlab/pkg/tensorfile"
)

//go:embed weights/small.safetensors
var pretrained []byte

// Pretrained is the small pair, trained by this project (`adlab pretrain clip`), whose weights are
// part of the program: a vision tower of 224 pixels and 14 × 14 patches, a text tower, and their
// common space. pkg/clip/weights/small.md is its card.
func Pretrained() (*Model, error) {
	f, err := tensorfile.Parse("small.safetensors", pretrained)
	if err != nil {
		return nil, err
	}
	arrays, err := layer.ReadAll(f)
	if err != nil {
		return nil, err
	}
	opt, err := ParseOptions(f.Metadata())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Path(), err)
	}
	return New(f.Path(), arrays, opt)
}
