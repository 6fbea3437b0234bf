package lab

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"time"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/imageio"
	"adlab/pkg/metric"
	"adlab/pkg/multiads"
)

// Metrics are fractions; nil where undefined.
type Metrics struct {
	ImageAUROC *float64 `json:"image_auroc"`
	ImageAP    *float64 `json:"image_ap"`
	ImageF1Max *float64 `json:"image_f1max"`
	PixelAUROC *float64 `json:"pixel_auroc"`
	PixelAP    *float64 `json:"pixel_ap"`
	PixelF1Max *float64 `json:"pixel_f1max"`
	AUPRO      *float64 `json:"aupro"`
	Why        string   `json:"why,omitempty"` // why some are undefined
}

// all lists the fields in the order of the tables.
func (m *Metrics) all() []**float64 {
	return []**float64{&m.ImageAUROC, &m.ImageAP, &m.ImageF1Max, &m.PixelAUROC, &m.PixelAP,
		&m.PixelF1Max, &m.AUPRO}
}

// CategoryReport is one category's row.
type CategoryReport struct {
	Name string `json:"name"`
	Metrics
	TrainImages int `json:"train_images"`
	TestImages  int `json:"test_images"`
}

// Report is what an evaluation found.
type Report struct {
	Detector   string           `json:"detector"`
	Backend    string           `json:"backend"`
	Profile    string           `json:"profile"`
	Encoder    string           `json:"encoder"`
	Setting    string           `json:"setting"`
	Convention Convention       `json:"convention"`
	Seed       uint64           `json:"seed"`
	Categories []CategoryReport `json:"categories"`
	Mean       Metrics          `json:"mean"`
	Types      *TypesReport     `json:"types,omitempty"` // of multi-type segmentation
	Seconds    float64          `json:"seconds"`
}

// Scored is a test image with what the detector said of it.
type Scored struct {
	datasets.Sample
	detector.Prediction
}

// Evaluate trains the experiment's detector and measures it on every category. Each test image is
// also handed to see, where it is given.
func (l *Lab) Evaluate(ctx context.Context, e Experiment, see func(Scored)) (*Report, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	start := time.Now()
	set, err := e.open()
	if err != nil {
		return nil, err
	}
	if err := set.CheckMasks(); err != nil {
		return nil, err
	}
	if err := checkImages(ctx, set.All()); err != nil {
		return nil, err
	}
	enc, err := l.NewEncoder(e)
	if err != nil {
		return nil, err
	}
	r := &Report{Detector: e.Detector, Backend: l.Backend.Short(), Profile: e.Profile,
		Encoder: enc.Name(), Setting: e.Setting, Convention: e.Convention, Seed: e.Seed}
	if e.needsNoEncoder() {
		r.Encoder = "none"
	}
	var d detector.Detector
	shared := false
	for _, c := range set.Categories {
		if !shared {
			if d, shared, err = l.fitCategory(ctx, e, enc, set, c); err != nil {
				return nil, err
			}
		}
		row, predictions, err := evaluateCategory(ctx, d, c, set.HasMasks, enc, e.Convention,
			e.MultiADS.Types, see)
		if err != nil {
			return nil, err
		}
		r.Categories = append(r.Categories, row)
		if e.MultiADS.Types {
			if err := r.addTypes(e, d.(*multiads.Detector), c, predictions); err != nil {
				return nil, err
			}
		}
	}
	if r.Types != nil {
		r.Types.finish()
	}
	r.Mean = mean(r.Categories)
	r.Seconds = math.Round(10*time.Since(start).Seconds()) / 10
	return r, nil
}

// checkImages decodes every image once, so that a bad one is found before hours of training and not
// after.
func checkImages(ctx context.Context, samples []datasets.Sample) error {
	for _, err := range datasets.Images(ctx, samples, runtime.NumCPU()) {
		if err != nil {
			return err
		}
	}
	return nil
}

// evaluateCategory measures one category. Maps are kept, as float32, while its pixels are counted;
// whole predictions are kept where asked for.
func evaluateCategory(ctx context.Context, d detector.Detector, c datasets.Category, hasMasks bool,
	enc encoder.Encoder, convention Convention, keep bool, see func(Scored)) (CategoryReport,
	[]detector.Prediction, error) {
	var kept []detector.Prediction
	row := CategoryReport{Name: c.Name, TrainImages: len(c.Train), TestImages: len(c.Test)}
	var scores []float64
	var labels []int
	var maps [][]float32
	for p, err := range d.Predict(ctx, c.Test) {
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
		return row, nil, err
	} else {
		why = append(why, err.Error())
	}
	if !hasMasks {
		why = append(why, "no masks: pixel metrics are undefined")
	} else {
		m, err := pixels(c.Test, maps, enc, convention)
		switch {
		case err == nil:
			row.PixelAUROC, row.PixelAP, row.PixelF1Max, row.AUPRO = &m.AUROC, &m.AP, &m.F1Max,
				&m.AUPRO
		case errors.Is(err, metric.ErrNoPositivePixels), errors.Is(err, metric.ErrNoNegativePixels):
			why = append(why, err.Error())
		default:
			return row, nil, err
		}
	}
	row.Why = strings.Join(why, "; ")
	return row, kept, nil
}

// pixels reads each mask as the image is read and counts its pixels against the map.
func pixels(samples []datasets.Sample, maps [][]float32, enc encoder.Encoder,
	convention Convention) (metric.PixelScores, error) {
	masks := make([][]uint8, len(samples))
	for i, s := range samples {
		mask, err := Mask(s, enc.Transform())
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
	m, err := imageio.DecodeMask(s.Mask)
	if err != nil {
		return nil, err
	}
	if s.NumberedMask {
		m = imageio.Binary(m)
	}
	return imageio.MaskTo(t.Mask(m), t.Crop, detector.MapSide), nil
}

// mean averages each metric over the categories that define it.
func mean(rows []CategoryReport) Metrics {
	var m Metrics
	var fields [][]**float64
	for i := range rows {
		fields = append(fields, rows[i].all())
	}
	if averages(m.all(), fields) > 0 {
		m.Why = "categories without a metric are left out of its mean"
	}
	return m
}

// averages sets each metric of mean to the average over the rows that define it, nil where none
// does, and counts the metrics that some row does not define.
func averages(mean []**float64, rows [][]**float64) (missing int) {
	for i, field := range mean {
		sum, n := 0.0, 0
		for _, row := range rows {
			if v := *row[i]; v != nil {
				sum, n = sum+*v, n+1
			}
		}
		if n > 0 {
			*field = new(sum / float64(n))
		}
		if n < len(rows) {
			missing++
		}
	}
	return missing
}

// line is a row of a text table: a name, metrics, and a note.
func line(name string, metrics []**float64, note string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-20s", name)
	for _, v := range metrics {
		if *v == nil {
			fmt.Fprintf(&b, " %7s", "-")
		} else {
			fmt.Fprintf(&b, " %7.4f", **v)
		}
	}
	return b.String() + "  " + note + "\n"
}

// Text is the report as a table.
func (r *Report) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s on %s, %s, profile %s, seed %d, backend %s, %.0f s\n", r.Detector,
		r.Encoder, r.Setting, r.Profile, r.Seed, r.Backend, r.Seconds)
	fmt.Fprintf(&b, "%-20s %7s %7s %7s %7s %7s %7s %7s  %s\n", "category", "I-AUROC", "I-AP",
		"I-F1max", "P-AUROC", "P-AP", "P-F1max", "AUPRO", "train/test")
	if r.Convention != Exact {
		fmt.Fprintf(&b, "pixel metrics as the official evaluation of %s prints them\n",
			r.Convention)
	}
	notes := map[string]bool{}
	for _, c := range r.Categories {
		b.WriteString(line(c.Name, c.all(), fmt.Sprintf("%d/%d", c.TrainImages, c.TestImages)))
		if c.Why != "" && !notes[c.Why] {
			notes[c.Why] = true
		}
	}
	b.WriteString(line("mean", r.Mean.all(), ""))
	for _, c := range r.Categories {
		if notes[c.Why] {
			fmt.Fprintf(&b, "- : %s\n", c.Why)
			delete(notes, c.Why)
		}
	}
	if r.Types != nil {
		b.WriteString(r.Types.Text())
	}
	return b.String()
}
