package world

import (
	"context"
	"fmt"
	"math"
	"time"

	"adlab/pkg/encoder"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/layer"
	"adlab/pkg/store"
)

// benched are the encoders beside each other: by name for nearest neighbour, and for INP-Former,
// where it needs another form. Where INP-Former is dear, or on a control, where it shows with one
// how far it is behind, it trains with one seed.
var benched = []struct {
	name, knn, inp string
	once           bool
}{
	{"EfficientNet-Lite0", "efficientnet-lite0", "efficientnet-lite0", false},
	{"distilled transformer", "vit", "vit", false},
	{"the same untrained", "vit-random", "vit-random", true},
	{"raw pixels", "pixels", "pixels-half", true},
	{"HOG", "hog", "hog-cells", true},
	{"DINOv2 ViT-S/14", dino, dino, true},
}

// dino is fetched, and looks at as many pixels as the others.
const dino, dinoResize, dinoCrop = "dinov2-small", 256, 224

// encoderSteps is how long INP-Former trains on each.
const encoderSteps = 120

// The first columns: the encoder's time, and its weights in memory.
const milliseconds, megabytes = "ms an image", "MB"

// encoders is a row an encoder, with nearest neighbour and with INP-Former: image AUROC, and AUPRO
// where there are masks.
func encoders(p experiment.Profile) *exhibit.Table {
	t := &exhibit.Table{Corner: "method, encoder", Columns: []string{milliseconds, megabytes},
		Readings: []exhibit.Reading{{}, {}}}
	add := func(set, name string, r exhibit.Reading) {
		r.Of = on(set)
		t.Columns, t.Readings = append(t.Columns, set+" "+name), append(t.Readings, r)
	}
	sets := smallSets(p, "elpv", "textile", "mvtec", "visa")
	for _, set := range sets {
		if set == "elpv" { // whose kinds of cell differ most
			for _, c := range categories[set] {
				add(set, c+" I-AUROC", exhibit.Reading{Metric: "I-AUROC", Category: c})
			}
		}
		add(set, "I-AUROC", exhibit.Reading{Metric: "I-AUROC"})
		if categories[set] == nil { // generated, with masks
			add(set, "AUPRO", exhibit.Reading{Metric: "AUPRO"})
		}
	}
	steps := min(encoderSteps, p.Alone.Steps)
	for _, method := range []struct{ detector, group string }{{"knn", "kNN"},
		{"inp-former", fmt.Sprintf("INP-Former, %d steps of %d", steps, p.Alone.Batch)}} {
		for _, b := range benched {
			name := b.knn
			if method.detector == "inp-former" {
				name = b.inp
			}
			if name == dino && p.Name == "smoke" { // tests fetch nothing
				continue
			}
			var of []exhibit.Measurement
			for _, set := range sets {
				m := measuring(p, method.detector, name, set, steps)
				if name == dino {
					m.Experiment.Resize, m.Experiment.Crop = dinoResize, dinoCrop
				}
				if b.once && method.detector == "inp-former" {
					of = append(of, m)
				} else {
					of = append(of, m.Seeds(p)...)
				}
			}
			t.Beside(method.group, b.name, of)
		}
	}
	return t
}

// drawTimes fills in how long each row's encoder takes for an image, and how large it is.
func drawTimes(ctx context.Context, r *exhibit.Runner, t *exhibit.Table) ([]exhibit.Figure,
	[]*exhibit.Table, error) {
	for _, row := range t.Rows() {
		e, err := r.Ready(ctx, row.Of[0])
		if err != nil {
			return nil, nil, err
		}
		enc, err := r.EncoderOf(row.Of[0], e)
		if err != nil {
			return nil, nil, err
		}
		if err := weigh(ctx, r.Env, enc, row.Cells); err != nil {
			return nil, nil, err
		}
	}
	return nil, nil, nil
}

// weigh fills the cells of an encoder's time and of its size.
func weigh(ctx context.Context, v *experiment.Env, enc encoder.Encoder,
	cells []exhibit.Cell) error {
	ms, err := encodingTime(ctx, v, enc)
	if err != nil {
		return err
	}
	weights, err := layer.Get(enc.Store(), "")
	if err != nil {
		return err
	}
	numbers := 0
	for _, a := range weights {
		numbers += len(a.Data)
	}
	cells[0].Ours, cells[1].Ours = []float64{ms}, []float64{float64(4*numbers) / 1e6}
	return nil
}

// encodingTime is how long the encoder takes for an image here, in milliseconds: the shortest of
// some runs, measured or known from before.
func encodingTime(ctx context.Context, v *experiment.Env, enc encoder.Encoder) (float64, error) {
	const runs = 8
	batch := encoder.Together(v.Backend.Backend)
	path := exhibit.CostPath(v, "encoding", enc.Digest(), v.Backend.Bits())
	return store.JSON(ctx, path, func() (float64, error) {
		side := enc.Transform().Crop
		pixels := make([]float32, batch*side*side*3)
		x := &encoder.Cache{Backend: v.Backend.Backend, Encoder: enc}
		best := math.Inf(1)
		for range 1 + runs { // the first one compiles
			start := time.Now()
			if _, err := x.Run(pixels, batch); err != nil {
				return 0, err
			}
			best = min(best, time.Since(start).Seconds())
		}
		return math.Round(best/float64(batch)*1e5) / 100, nil
	})
}
