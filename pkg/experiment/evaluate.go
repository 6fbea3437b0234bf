package experiment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"runtime"
	"strings"
	"time"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/imageio"
	"adlab/pkg/metric"
)

// Scored is a test image with what the detector said of it.
type Scored struct {
	datasets.Sample
	detector.Prediction
}

// Evaluate trains the experiment's detector and measures it on every category. Each test image is
// also handed to see, where it is given.
func (v *Env) Evaluate(ctx context.Context, e Experiment, see func(Scored)) (*Report, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	start := time.Now()
	set, err := e.Open()
	if err != nil {
		return nil, err
	}
	if err := v.inspect(ctx, set); err != nil {
		return nil, err
	}
	enc, err := v.NewEncoder(e)
	if err != nil {
		return nil, err
	}
	r, err := v.Test(ctx, e, enc, set, func(c datasets.Category) (detector.Detector, error) {
		return v.FitCategory(ctx, e, enc, set, c)
	}, see)
	if err == nil {
		r.Seconds = math.Round(10*time.Since(start).Seconds()) / 10
	}
	return r, err
}

// Test measures the experiment's detector on every category of an open set. fit gives it for a
// category; it is asked once where one detector serves all. A category with too few images to learn
// from has no metrics, unless none has enough. The experiment must be valid.
func (v *Env) Test(ctx context.Context, e Experiment, enc encoder.Encoder, set *datasets.Set,
	fit func(datasets.Category) (detector.Detector, error), see func(Scored)) (r *Report,
	err error) {
	r = &Report{Detector: e.Detector, Backend: v.Backend.Short(), Profile: e.Profile,
		Encoder: enc.Name(), Setting: e.Setting, Convention: e.Convention, Seed: e.Seed}
	if m, err := MethodOf(e.Detector); err == nil && m.Sees == detector.Pixels {
		r.Encoder = "none"
	}
	var d detector.Detector
	var few error
	measured := false
	ruling := newRuling(&e)
	for _, c := range set.Categories {
		if d == nil || !e.shared() {
			switch d, err = fit(c); {
			case errors.Is(err, detector.ErrTooFew):
				row := CategoryReport{Name: c.Name, TrainImages: len(c.Train),
					TestImages: len(c.Test)}
				row.Why, few = fmt.Sprintf("%s: %v", c.Name, err), cmp.Or(few, err)
				r.Categories = append(r.Categories, row)
				continue
			case err != nil:
				return nil, err
			}
		}
		typed, _ := d.(detector.Typed)
		types := typed != nil && typed.MeasuresTypes()
		row, predictions, err := MeasureCategory(d.Predict(ctx, c.Test), c, set.HasMasks,
			enc.Transform(), e.Convention, types || len(ruling.rulers) > 0, see)
		if err != nil {
			return nil, err
		}
		if row.Rulers, err = ruling.predictions(c, predictions, enc); err != nil {
			return nil, fmt.Errorf("category %s: %w", c.Name, err)
		}
		r.Categories, measured = append(r.Categories, row), true
		if types {
			if err := r.addTypes(typed, c, predictions); err != nil {
				return nil, err
			}
		}
	}
	if few != nil && !measured {
		return nil, few
	}
	if r.Types != nil {
		r.Types.finish()
	}
	r.Mean = mean(r.Categories)
	r.Rulers, r.Resampling = ruling.mean(), Resampled(e.Bootstrap, e.Seed)
	return r, nil
}

// Measure measures a fitted detector on every category of a set: one row each, and their mean. Each
// test image is also handed to see, where it is given.
func Measure(ctx context.Context, d detector.Detector, set *datasets.Set, t imageio.Transform,
	convention Convention, see func(Scored)) ([]CategoryReport, Metrics, error) {
	var rows []CategoryReport
	for _, c := range set.Categories {
		row, _, err := MeasureCategory(d.Predict(ctx, c.Test), c, set.HasMasks, t, convention,
			false, see)
		if err != nil {
			return nil, Metrics{}, err
		}
		rows = append(rows, row)
	}
	return rows, mean(rows), nil
}

// inspect looks at all files of a set before work starts, and says in a line what is worth knowing.
func (v *Env) inspect(ctx context.Context, set *datasets.Set) error {
	if err := set.CheckMasks(); err != nil {
		return err
	}
	problems, notes, err := set.Inspect(ctx, nil)
	if err != nil {
		return err
	}
	for _, p := range problems {
		if p.What == datasets.Unreadable {
			return CheckImages(ctx, set.All())
		}
		notes = append(notes, p.String())
	}
	v.say(notes)
	return nil
}

// say says in a line what is worth knowing of the data.
func (v *Env) say(notes []string) {
	if len(notes) > 0 {
		v.Progress.Say("note: of the data: %s", strings.Join(notes, "; "))
	}
}

// CheckImages decodes every image once, so that a bad one is found before hours of training and not
// after.
func CheckImages(ctx context.Context, samples []datasets.Sample) error {
	for _, err := range datasets.Images(ctx, samples, runtime.NumCPU()) {
		if err != nil {
			return err
		}
	}
	return nil
}

// MeasureCategory measures what a detector predicts of a category's test images, one after another.
// Maps are kept, as float32, while its pixels are counted; whole predictions are kept where asked
// for.
func MeasureCategory(predictions iter.Seq2[detector.Prediction, error], c datasets.Category,
	hasMasks bool, t imageio.Transform, convention Convention, keep bool, see func(Scored)) (
	CategoryReport, []detector.Prediction, error) {
	var kept []detector.Prediction
	row := CategoryReport{Name: c.Name, TrainImages: len(c.Train), TestImages: len(c.Test)}
	var scores []float64
	var labels []int
	var maps [][]float32
	for p, err := range predictions {
		if err != nil {
			return row, nil, err
		}
		s := c.Test[len(scores)]
		scores, labels = append(scores, p.Score), append(labels, s.Label)
		if hasMasks {
			maps = append(maps, p.Map)
		}
		if keep {
			kept = append(kept, p)
		}
		if see != nil {
			see(Scored{s, p})
		}
	}
	var why []string
	if m, err := metric.Image(scores, labels); err == nil {
		row.ImageAUROC, row.ImageAP, row.ImageF1Max = &m.AUROC, &m.AP, &m.F1Max
	} else if errors.Is(err, metric.ErrNotFinite) {
		return row, nil, fmt.Errorf("category %s: %w", c.Name, err)
	} else {
		why = append(why, err.Error())
	}
	if !hasMasks {
		why = append(why, "no masks: pixel metrics are undefined")
	} else {
		m, err := pixels(c.Test, maps, t, convention)
		switch {
		case err == nil:
			row.PixelAUROC, row.PixelAP, row.PixelF1Max, row.AUPRO = &m.AUROC, &m.AP, &m.F1Max,
				&m.AUPRO
		case undefined(err):
			why = append(why, err.Error())
		default:
			return row, nil, fmt.Errorf("category %s: %w", c.Name, err)
		}
	}
	row.Why = strings.Join(why, "; ")
	return row, kept, nil
}

// undefined says whether an error is that a metric has no value for such data: the category gets
// none, and the others theirs.
func undefined(err error) bool {
	for _, of := range []error{metric.ErrNoPositivePixels, metric.ErrNoNegativePixels,
		metric.ErrRange, metric.ErrFewThresholds} {
		if errors.Is(err, of) {
			return true
		}
	}
	return false
}

// pixels reads each mask as the image is read and counts its pixels against the map.
func pixels(samples []datasets.Sample, maps [][]float32, t imageio.Transform,
	convention Convention) (metric.PixelScores, error) {
	masks := make([][]uint8, len(samples))
	for i, s := range samples {
		mask, err := Mask(s, t)
		if err != nil {
			return metric.PixelScores{}, err
		}
		masks[i] = mask
	}
	return convention.measure(maps, masks, detector.MapSide)
}

// Mask is a sample's mask at MapSide pixels a side, 1 where anomalous; zeros for a sample without
// one.
func Mask(s datasets.Sample, t imageio.Transform) ([]uint8, error) {
	if s.Mask == "" {
		return make([]uint8, detector.MapSide*detector.MapSide), nil
	}
	m, err := s.ReadMask(s.Mask)
	if err != nil {
		return nil, err
	}
	return imageio.MaskTo(t.Mask(m), t.Crop, detector.MapSide), nil
}
