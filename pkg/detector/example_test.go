package detector_test

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"iter"
	"os"
	"path/filepath"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/experiment"
	"adlab/pkg/imageio"
)

// brightest is a detector of one's own: what is brighter than anything seen in normal pictures is
// an anomaly.
type brightest struct{ most float32 }

func (*brightest) Name() string { return "brightest" }

func (b *brightest) Fit(ctx context.Context, train []datasets.Sample) error {
	for x, err := range datasets.Images(ctx, train, 1) {
		if err != nil {
			return err
		}
		for _, v := range x.Image.Pix {
			b.most = max(b.most, float32(v))
		}
	}
	return nil
}

func (b *brightest) Predict(ctx context.Context,
	samples []datasets.Sample) iter.Seq2[detector.Prediction, error] {
	return func(yield func(detector.Prediction, error) bool) {
		for x, err := range datasets.Images(ctx, samples, 1) {
			p := detector.Prediction{Map: make([]float32, detector.MapSide*detector.MapSide)}
			if err == nil {
				m := imageio.Resize(x.Image, detector.MapSide, detector.MapSide)
				for i := range p.Map {
					p.Map[i] = max(0, float32(m.Pix[i*m.C])-b.most)
				}
				p.Score = detector.TopMean(p.Map)
			}
			if !yield(p, err) {
				return
			}
		}
	}
}

// A detector of one's own, measured as the others are. Its entry in the table of methods would make
// it one of `adlab eval`.
func ExampleDetector() {
	dir, err := os.MkdirTemp("", "plates")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	for _, name := range []string{"train/good/0", "train/good/1", "test/good/0", "test/spot/0"} {
		plate(filepath.Join(dir, "plate", name+".png"), filepath.Dir(name) == "test/spot", 90)
	}
	plate(filepath.Join(dir, "plate/ground_truth/spot/0_mask.png"), true, 0)
	set, err := datasets.Open("mvtec", dir, datasets.Options{})
	if err != nil {
		panic(err)
	}
	d := &brightest{}
	if err := d.Fit(context.Background(), set.Train()); err != nil {
		panic(err)
	}
	whole := imageio.Transform{Resize: 256, Crop: 256, Std: [3]float32{1, 1, 1}}
	rows, _, err := experiment.Measure(context.Background(), d, set, whole, experiment.Exact, nil)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s: image AUROC %.2f, pixel AUROC %.2f\n", rows[0].Name, *rows[0].ImageAUROC,
		*rows[0].PixelAUROC)
	// Output: plate: image AUROC 1.00, pixel AUROC 1.00
}

// plate writes a grey picture, with a white spot or without.
func plate(path string, spot bool, grey uint8) {
	m := image.NewGray(image.Rect(0, 0, 64, 64))
	for i := range m.Pix {
		if m.Pix[i] = grey; spot && i/64/16 == 1 && i%64/16 == 2 {
			m.SetGray(i%64, i/64, color.Gray{Y: 255})
		}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		panic(err)
	}
	f, err := os.Create(path)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	if err := png.Encode(f, m); err != nil {
		panic(err)
	}
}
