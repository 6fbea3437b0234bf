package vit

import "adlab/pkg/encoder"

// Entries are the small transformer, with its distilled weights and before any training, and
// DINOv2 with registers in its published sizes.
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
}, published("dinov2_vits14_reg4", 384, 12), published("dinov2_vitb14_reg4", 768, 12),
	published("dinov2_vitl14_reg4", 1024, 24))

// published is DINOv2 with registers under the name of its official checkpoint.
func published(name string, width, depth int) encoder.Entry {
	return encoder.Entry{Name: name, From: "github.com/facebookresearch/dinov2, under official, " +
		"timm's or Hugging Face names", Licence: "Apache-2.0",
		Manifest: func() (map[string][]int, error) {
			m := Shapes(Config{Width: width, Depth: depth, Patch: 14, Registers: 4, StoredGrid: 37})
			m["mask_token"] = []int{1, width} // this and the norm are never run
			m["norm.weight"], m["norm.bias"] = []int{width}, []int{width}
			return m, nil
		}}
}

// Format is a file of DINOv2's weights: what no other format claims.
var Format = encoder.Format{Is: func(string) bool { return true },
	Open: func(path string, r encoder.Request) (encoder.Encoder, error) {
		return Open(path, Options{Resize: r.Resize, Crop: r.Crop})
	}}
