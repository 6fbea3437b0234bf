package experiment

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/inpformer"
	"adlab/pkg/metric"
	"adlab/pkg/plot"
	"adlab/pkg/train"
	"adlab/pkg/verdict"
)

// Judged is a picture of which it is known what it is, and what a detector that has not seen it
// says.
type Judged struct {
	datasets.Sample
	detector.Prediction
}

// Fitted is a model of own pictures and what it was judged by.
type Fitted struct {
	*Model
	Normals []Judged // held out, the highest score first; the first Worst with their maps
	Bad     []Judged // the lowest score first
	Left    string   // what was left out of the folders; "" for nothing
	Seconds float64
}

// Worst is how many of the worst normals keep their maps.
const Worst = 12

// Folds of cross-fitting: few where each is a training.
const (
	freeFolds    = 5
	trainedFolds = 3
)

// FitOwn learns from a person's own good pictures, sets thresholds on pictures that are held out,
// measures bad ones where there are any, and writes the model to out. Where e names no detector,
// OwnMethod does; where it says no steps, OwnSteps. The first that is told is how long it will
// take.
func (v *Env) FitOwn(ctx context.Context, e Experiment, own Own, out string) (*Fitted, error) {
	start := time.Now()
	if _, err := verdict.Conformal([]float64{0}, own.Rate); err != nil {
		return nil, err
	}
	x, err := own.open(ctx)
	if err != nil {
		return nil, err
	}
	if e, err = ownExperiment(e, own, len(x.good)); err != nil {
		return nil, err
	}
	e.Range = x.reading
	enc, err := v.NewEncoder(e)
	if err != nil {
		return nil, err
	}
	m, err := MethodOf(e.Detector)
	if err != nil {
		return nil, err
	}
	folds := freeFolds
	if m.Trains {
		folds = trainedFolds
	}
	folds = min(folds, len(x.good))
	if err := v.foretell(e, enc, x, m.Trains, folds); err != nil {
		return nil, err
	}
	held, err := v.Features(enc).Hold(ctx, x.good)
	if err != nil {
		return nil, err
	}
	defer held.Close()
	at := *v
	at.held = held
	f := &Fitted{Left: x.left}
	if f.Normals, err = at.crossFit(ctx, e, enc, x.good, folds); err != nil {
		return nil, err
	}
	d, err := at.Fit(ctx, e, enc, x.good, nil)
	if err != nil {
		return nil, err
	}
	for p, err := range d.Predict(ctx, x.bad) {
		if err != nil {
			return nil, err
		}
		f.Bad = append(f.Bad, Judged{x.bad[len(f.Bad)], p})
	}
	f.Model = &Model{Experiment: e, Encoder: enc, Detector: d.(detector.Trainable)}
	if err := f.calibrate(own, folds, e.Seed); err != nil {
		return nil, err
	}
	if err := v.write(f.Model, nil, out); err != nil {
		return nil, err
	}
	f.Seconds = time.Since(start).Seconds()
	return f, nil
}

// foretell says what is going to be done and about how long it takes.
func (v *Env) foretell(e Experiment, enc encoder.Encoder, x owned, trains bool, folds int) error {
	said := fmt.Sprintf("%d good pictures", len(x.good))
	if len(x.bad) > 0 {
		said += fmt.Sprintf(" and %d bad ones", len(x.bad))
	}
	image, first, err := encodeSeconds(v.Quiet().Features(enc))
	if err != nil {
		return err
	}
	total := first + image*float64(len(x.good)+len(x.bad))
	if trains {
		d, err := inpformer.New(OwnOf[inpformer.Settings](e).Config(enc.Width(), enc.Grid()),
			v.Quiet().Features(enc), train.Options{Seed: e.Seed})
		if err != nil {
			return err
		}
		steps, batch := inpformer.Steps(e.Common, len(x.good))
		step, first, err := inpformer.StepSeconds(d, batch)
		if err != nil {
			return err
		}
		said += fmt.Sprintf(": %s, %d steps of %d pictures, and %d times so many for the threshold",
			e.Detector, steps, batch, folds)
		total += float64(folds+1) * (first + float64(steps)*step)
	} else {
		said += fmt.Sprintf(": %s, nothing is trained", e.Detector)
		total += 1.5 * float64(folds+1) // compiling
	}
	v.Progress.Say("%s; about %s", said, time.Duration(total*float64(time.Second)).Round(
		time.Second))
	for _, note := range []string{x.left, x.note} {
		if note != "" {
			v.Progress.Say("note: %s", note)
		}
	}
	if n := len(x.twins); n > 0 {
		v.Progress.Say("note: %d good pictures are left out, for others are the same to the byte, "+
			"such as %s", n, x.twins[0])
	}
	return nil
}

// encodeSeconds is how long an image takes to encode here, and how long the first batch, which
// compiles.
func encodeSeconds(x *encoder.Cache) (image, first float64, err error) {
	batch := encoder.Together(x.Backend)
	side := x.Encoder.Transform().Crop
	pixels := make([]float32, batch*side*side*3)
	for i := range 2 {
		start := time.Now()
		if _, err := x.Run(pixels, batch); err != nil {
			return 0, 0, err
		}
		if image = time.Since(start).Seconds() / float64(batch); i == 0 {
			first = image * float64(batch)
		}
	}
	return image, first, nil
}

// crossFit judges each normal picture by a detector that has not seen it, the worst first.
func (v *Env) crossFit(ctx context.Context, e Experiment, enc encoder.Encoder,
	good []datasets.Sample, folds int) ([]Judged, error) {
	judged := make([]Judged, len(good))
	bar := v.Progress.Bar("good pictures judged by the others")
	done := 0
	some := func(places []int) (out []datasets.Sample) {
		for _, i := range places {
			out = append(out, good[i])
		}
		return out
	}
	_, err := verdict.CrossFit(len(good), folds, e.Seed, func(_ int, train, held []int) (
		scores []float64, err error) {
		d, err := v.Fit(ctx, e, enc, some(train), nil)
		if err != nil {
			return nil, err
		}
		for p, err := range d.Predict(ctx, some(held)) {
			if err != nil {
				return nil, err
			}
			i := held[len(scores)]
			judged[i], scores = Judged{good[i], p}, append(scores, p.Score)
		}
		done += len(held)
		bar(done, len(good), "pictures")
		return scores, nil
	})
	slices.SortStableFunc(judged, func(a, b Judged) int { return cmp.Compare(b.Score, a.Score) })
	return judged, err
}

// calibrate sets thresholds, the colour scale and the metrics of bad pictures, and lets go of the
// maps that are of no further use.
func (f *Fitted) calibrate(own Own, folds int, seed uint64) (err error) {
	var scores, peaks, bad []float64
	low := float64(f.Normals[0].Map[0])
	for _, n := range f.Normals {
		scores, peaks = append(scores, n.Score), append(peaks, float64(slices.Max(n.Map)))
		low = min(low, float64(slices.Min(n.Map)))
	}
	c, err := NewCalibration(scores, peaks, own.Rate)
	if err != nil {
		return err
	}
	c.Folds = folds
	// the threshold is below the middle, so that normal pictures stay dark and defects have colours
	f.Scale = plot.Scale{Low: low, High: low + 4*(c.Pixel.Value-low)}
	f.Calibration = c
	slices.SortStableFunc(f.Bad, func(a, b Judged) int { return cmp.Compare(a.Score, b.Score) })
	for _, b := range f.Bad {
		bad = append(bad, b.Score)
	}
	if len(bad) > 0 {
		told, err := verdict.Tell(scores, bad, seed)
		if err != nil {
			return err
		}
		c.Bad, c.Told = bad, &told
	}
	if own.Masks != "" {
		if c.Pixels, err = f.pixels(); err != nil {
			return err
		}
	}
	for i := Worst; i < len(f.Normals); i++ {
		f.Normals[i].Map = nil
	}
	return nil
}

// pixels measures the maps of bad pictures, and of held-out normal ones, against the masks.
func (f *Fitted) pixels() (*metric.PixelScores, error) {
	var samples []datasets.Sample
	var maps [][]float32
	for _, j := range slices.Concat(f.Bad, f.Normals) {
		samples, maps = append(samples, j.Sample), append(maps, j.Map)
	}
	s, err := pixels(samples, maps, f.Encoder.Transform(), Exact)
	return &s, err
}
