package bench

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"path/filepath"

	"adlab/datasets"
	"adlab/datasets/kba"
	"adlab/pkg/backend"
	"adlab/pkg/clip"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/inpformer"
	"adlab/pkg/layer"
	"adlab/pkg/multiads"
	"adlab/pkg/store"
	"adlab/pkg/tensorfile"
	"adlab/pkg/train"

	"github.com/gomlx/gomlx/core/tensors"
)

// cameraSide is the pixels per side of the picture that is looked at.
const cameraSide = 1024

// product is what MultiADS takes the picture for.
const product = "plate"

// drawPicture draws a picture as a camera gives it: even, grained, with one dark spot.
func (t Task) drawPicture(dir string) error {
	rng := rand.New(rand.NewPCG(t.Seed, 0x706963))
	m := image.NewNRGBA(image.Rect(0, 0, cameraSide, cameraSide))
	for y := range cameraSide {
		for x := range cameraSide {
			v := 150 + 20*math.Sin(float64(x)/40) + 6*rng.NormFloat64()
			if math.Hypot(float64(x-600), float64(y-400)) < 50 {
				v -= 70
			}
			g := uint8(min(max(v, 0), 255))
			m.SetNRGBA(x, y, color.NRGBA{g, g, g / 2, 255})
		}
	}
	return store.WriteAtomic(filepath.Join(dir, pictureFile), func(w io.Writer) error {
		return png.Encode(w, m)
	})
}

// multiADS is the detector of a task, untrained.
func (t Task) multiADS(dir string, b *backend.Choice) (*multiads.Detector, error) {
	enc, err := t.Encoder.openPair(dir)
	if err != nil {
		return nil, err
	}
	base, err := kba.Open("visa")
	if err != nil {
		return nil, err
	}
	sentences, err := kba.OpenSentences()
	if err != nil {
		return nil, err
	}
	return multiads.New(b.Backend, multiads.Config{Model: clip.TapEncoder{Model: enc}, Base: base,
		Sentences: sentences, Seed: t.Seed, Alone: true})
}

// drawText writes the text matrix that MultiADS asks with, for peers that have no text tower, and
// how many columns it has.
func (t *Task) drawText(dir string, data map[string]tensorfile.Tensor, b *backend.Choice) error {
	d, err := t.multiADS(dir, b)
	if err != nil {
		return err
	}
	text, err := d.Text(context.Background(), product, d.Base)
	if err != nil {
		return err
	}
	shape := text.Matrix.Shape().Dimensions
	t.Columns = shape[1]
	data["text"] = tensorfile.F32(tensors.MustCopyFlatData[float32](text.Matrix), shape...)
	return nil
}

// loadLook goes from a picture's file to its map and score, as predict does. The answer is the
// score, the map's mean and its largest value.
func loadLook(dir string, t Task, b *backend.Choice) (*work, error) {
	f, err := tensorfile.Open(filepath.Join(dir, dataFile))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var d detector.Trainable
	if t.Method == MultiADS {
		d, err = t.multiADS(dir, b)
	} else {
		d, err = t.inpFormer(dir, b)
	}
	if err != nil {
		return nil, err
	}
	arrays, err := head(f)
	if err != nil {
		return nil, err
	}
	if err := layer.Put(d.Store(), "", arrays, true); err != nil {
		return nil, err
	}
	picture := []datasets.Sample{{ID: pictureFile, Path: filepath.Join(dir, pictureFile),
		Category: product}}
	return &work{run: func(bool) ([]float64, error) {
		for p, err := range d.Predict(context.Background(), picture) {
			if err != nil {
				return nil, err
			}
			mean, largest := 0.0, 0.0
			for _, v := range p.Map {
				mean += float64(v) / float64(len(p.Map))
				largest = max(largest, float64(v))
			}
			return []float64{p.Score, mean, largest}, nil
		}
		return nil, fmt.Errorf("no prediction")
	}}, nil
}

// inpFormer is the detector of a task, untrained.
func (t Task) inpFormer(dir string, b *backend.Choice) (*inpformer.Detector, error) {
	enc, err := t.Encoder.open(dir)
	if err != nil {
		return nil, err
	}
	return inpformer.New(t.config(), &encoder.Cache{Backend: b.Backend, Encoder: enc,
		Groups: t.Groups}, train.Options{Seed: t.Seed})
}
