package clip

import (
	"adlab/pkg/encoder"
	"adlab/pkg/setting"
)

// Entries are the small pair, one of its architecture that nobody trained, and CLIP in the sizes
// that MultiADS is run with.
var Entries = []encoder.Entry{
	{Name: "small", Pair: true, From: "trained by `adlab pretrain clip`",
		Licence: "Apache-2.0; of its data, see its card",
		Manifest: func() (map[string][]int, error) {
			m, err := Pretrained()
			if err != nil {
				return nil, err
			}
			return Shapes(m.Config), nil
		},
		Open: func(encoder.Request) (encoder.Encoder, error) { return tapped(Pretrained()) }},
	{Name: "random", Pair: true, From: "a smaller pair, drawn with the seed", Licence: "Apache-2.0",
		Open: func(r encoder.Request) (encoder.Encoder, error) {
			return tapped(Random(Small, r.Seed))
		}},
	published("ViT-L-14-336", Config{Vision: Tower{Width: 1024, Layers: 24},
		Text: Tower{Width: 768, Layers: 12}, Embed: 768, Patch: 14, StoredGrid: 24, Words: 49408}),
	published("ViT-B-16", Config{Vision: Tower{Width: 768, Layers: 12},
		Text: Tower{Width: 512, Layers: 12}, Embed: 512, Patch: 16, StoredGrid: 14, Words: 49408}),
}

// published is CLIP under OpenCLIP's names.
func published(name string, cfg Config) encoder.Entry {
	return encoder.Entry{Name: name, Pair: true, From: "OpenAI's weights, under OpenCLIP's or " +
		"Hugging Face names", Licence: "MIT", Manifest: func() (map[string][]int, error) {
		m := Shapes(cfg)
		m["logit_scale"] = []int{} // never run
		return m, nil
	}}
}

// Formats are a file of CLIP's weights as a pair, and its vision tower alone as an encoder.
var Formats = []encoder.Format{
	{Pair: true, Is: func(string) bool { return true },
		Open: func(path string, r encoder.Request) (encoder.Encoder, error) {
			return tapped(Open(path, Options{Image: r.Crop}))
		}},
	{Is: IsWeights, Open: func(path string, r encoder.Request) (encoder.Encoder, error) {
		if r.Resize != 0 && r.Resize != r.Crop {
			return nil, setting.Errorf("Resize", "CLIP sees the whole image; expected the crop "+
				"of %d pixels, got %d", r.Crop, r.Resize)
		}
		return tapped(Open(path, Options{Image: r.Crop}))
	}},
}

// tapped is a pair by its taps.
func tapped(m *Model, err error) (encoder.Encoder, error) {
	if err != nil {
		return nil, err
	}
	return TapEncoder{Model: m}, nil
}
