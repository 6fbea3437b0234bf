package view

import (
	"context"
	"fmt"
	"image"
	"strings"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/experiment"
	"adlab/pkg/imageio"
	"adlab/pkg/multiads"
	"adlab/pkg/plot"
	"adlab/pkg/train"

	"gonum.org/v1/gonum/mat"
)

// TypeWalk is MultiADS on its way from a source to a target that it has not seen, every stage at
// hand as a picture or a table.
type TypeWalk struct {
	Experiment experiment.Experiment
	Target     *datasets.Set
	Detector   *multiads.Transfer

	env    *experiment.Env
	pair   encoder.Pair
	source multiads.Source
}

// NewTypeWalk trains the experiment's adapters, or finds them trained.
func NewTypeWalk(ctx context.Context, v *experiment.Env, e experiment.Experiment) (*TypeWalk,
	error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	w := &TypeWalk{Experiment: e, env: v}
	var err error
	if w.Target, err = e.Open(); err != nil {
		return nil, err
	}
	enc, err := v.NewEncoder(e)
	if err != nil {
		return nil, err
	}
	d, err := v.Fit(ctx, e, enc, w.Target.Train(), w.Target)
	if err != nil {
		return nil, err
	}
	var ok bool
	if w.Detector, ok = d.(*multiads.Transfer); !ok {
		return nil, fmt.Errorf("walk: expected an experiment of multiads, got one of %s", d.Name())
	}
	w.pair = w.Detector.Model
	sources, err := w.Detector.Sources()
	if err != nil {
		return nil, err
	}
	w.source = sources[0]
	return w, nil
}

// untrained is the same detector before it learned anything.
func (w *TypeWalk) untrained() (*multiads.Transfer, error) {
	d, err := w.env.NewDetector(w.Experiment, w.pair, nil, w.Target)
	if err != nil {
		return nil, err
	}
	return d.(*multiads.Transfer), nil
}

// Sample is the index-th test image of a category whose defects are exactly the given types.
func (w *TypeWalk) Sample(category string, index int, types ...string) (datasets.Sample, error) {
	c, ok := w.Target.Category(category)
	if !ok {
		return datasets.Sample{}, fmt.Errorf("no category %q in %s", category, w.Target.Name)
	}
	return pickSample(c.Test, w.Detector.Knowledge().TypeOf, index, types)
}

// SourceSample is the same among the images that the adapters learn from.
func (w *TypeWalk) SourceSample(category string, index int, types ...string) (datasets.Sample,
	error) {
	return pickSample(ofProduct(w.source.Samples, category), w.source.TypeOf, index, types)
}

func ofProduct(samples []datasets.Sample, category string) (of []datasets.Sample) {
	for _, s := range samples {
		if s.Category == category {
			of = append(of, s)
		}
	}
	return of
}

// pickSample is the index-th sample with exactly these types; without types, with two or more.
func pickSample(samples []datasets.Sample, typeOf multiads.TypeOf, index int,
	types []string) (datasets.Sample, error) {
	seen := 0
	for _, s := range samples {
		var own []string
		for _, raw := range s.DefectTypes() {
			name, _ := typeOf(raw)
			own = append(own, name)
		}
		match := len(types) == len(own) && len(own) > 0
		for i := range own {
			match = match && own[i] == types[i]
		}
		if !match && (len(types) > 0 || len(own) < 2) {
			continue
		}
		if seen == index {
			return s, nil
		}
		seen++
	}
	return datasets.Sample{}, fmt.Errorf("no image %d with the types %v: there are %d", index,
		types, seen)
}

// picture is a sample as the vision tower sees it.
func (w *TypeWalk) picture(s datasets.Sample) (*imageio.Image, error) {
	shown, _, err := Picture(s, w.pair.Transform())
	return shown, err
}

// Prompts draws a product's prompts, one point each, as the text tower places them: the first two
// principal axes, coloured by defect type.
func (w *TypeWalk) Prompts(ctx context.Context, product string) (image.Image, error) {
	base, err := w.Detector.BaseOf(product)
	if err != nil {
		return nil, err
	}
	columns := multiads.Columns(base)
	embeddings, err := w.Detector.Prompts(ctx, product, base)
	if err != nil {
		return nil, err
	}
	d := len(embeddings[0][0])
	var rows []float64
	for _, column := range embeddings {
		for _, e := range column {
			for _, v := range e {
				rows = append(rows, float64(v))
			}
		}
	}
	points := mat.NewDense(len(rows)/d, d, rows)
	axes, err := Principal(points, 2)
	if err != nil {
		return nil, fmt.Errorf("the prompts of %q: %w", product, err)
	}
	flat := axes.Project(points)
	var clouds []plot.Cloud
	at := 0
	for c, column := range embeddings {
		cloud := plot.Cloud{Name: columns[c]}
		for range column {
			cloud.X, cloud.Y = append(cloud.X, flat.At(at, 0)), append(cloud.Y, flat.At(at, 1))
			at++
		}
		clouds = append(clouds, cloud)
	}
	label := func(i int) string {
		return fmt.Sprintf("axis %d (%.0f %% of the variance)", i+1, 100*axes.Shares[i])
	}
	return plot.Scatter(fmt.Sprintf("prompts of %q, by defect type", product), label(0), label(1),
		clouds...)
}

// Levels draws what every tap says of a type on an image: the probability of the type at each
// pixel, and their sum's share.
func (w *TypeWalk) Levels(ctx context.Context, s datasets.Sample, name string) (image.Image,
	error) {
	look, text, err := w.asked(ctx, s)
	if err != nil {
		return nil, err
	}
	columns := multiads.Columns(text.Base)
	levels, err := w.Detector.Levels(look, text)
	if err != nil {
		return nil, err
	}
	picture, err := w.picture(s)
	if err != nil {
		return nil, err
	}
	column := -1
	for i, c := range columns {
		if c == name {
			column = i
		}
	}
	if column < 0 {
		return nil, fmt.Errorf("expected a type among %s, got %q", strings.Join(columns, ", "),
			name)
	}
	outlined, err := w.outlined(s, picture)
	if err != nil {
		return nil, err
	}
	tiles := []plot.Tile{{Picture: outlined, Caption: s.Category + ", " + name}}
	mean, shown := make([]float32, detector.MapSide*detector.MapSide), [][]float32{}
	for _, level := range levels {
		shown = append(shown, level[column])
	}
	scale := plot.Scale{Low: 0, High: plot.ScaleOf(1, shown...).High} // one for all levels
	for l, level := range levels {
		for i, v := range level[column] {
			mean[i] += v / float32(len(levels))
		}
		tiles = append(tiles,
			plot.Tile{Picture: plot.Overlay(picture, level[column], detector.MapSide, scale),
				Caption: fmt.Sprintf("after block %d", w.pair.Blocks()[l])})
	}
	tiles = append(tiles, plot.Tile{Picture: plot.Overlay(picture, mean, detector.MapSide, scale),
		Caption: "mean"})
	return plot.Panel(fmt.Sprintf("probability of %q at each level", name), [][]plot.Tile{tiles},
		120, &scale), nil
}

// asked is what MultiADS is asked of an image: the image as the vision tower sees it, and its
// product's texts.
func (w *TypeWalk) asked(ctx context.Context, s datasets.Sample) (*multiads.Look, *multiads.Text,
	error) {
	base, err := w.Detector.BaseOf(s.Category)
	if err != nil {
		return nil, nil, err
	}
	text, err := w.Detector.Text(ctx, s.Category, base)
	if err != nil {
		return nil, nil, err
	}
	looks, err := w.Detector.Looks(ctx, []datasets.Sample{s})
	if err != nil {
		return nil, nil, err
	}
	defer looks.Close()
	look, err := looks.At(0)
	return look, text, err
}

// outlined is a picture at the side of the maps with the outline of the sample's mask.
func (w *TypeWalk) outlined(s datasets.Sample, picture *imageio.Image) (image.Image, error) {
	mask, err := experiment.Mask(s, w.pair.Transform())
	return plot.Outline(imageio.Resize(picture, detector.MapSide, detector.MapSide).Image(), mask,
		detector.MapSide), err
}

// Losses tells the focal and dice losses of an image of the source at every tap, before training
// and after.
func (w *TypeWalk) Losses(ctx context.Context, s datasets.Sample) (string, error) {
	untrained, err := w.untrained()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s: loss at each level\n%-18s", s.Category, s.DefectType, "")
	for _, t := range w.pair.Blocks() {
		fmt.Fprintf(&b, "  block %2d", t)
	}
	for _, stage := range []struct {
		name string
		d    *multiads.Transfer
	}{{"before", untrained}, {"trained", w.Detector}} {
		focal, dice, err := stage.d.Losses(ctx, w.source, s)
		if err != nil {
			return "", err
		}
		for kind, values := range [][]float64{focal, dice} {
			fmt.Fprintf(&b, "\n%-18s", []string{"focal, ", "dice, "}[kind]+stage.name)
			for _, v := range values {
				fmt.Fprintf(&b, "  %8.4f", v)
			}
		}
	}
	return b.String() + "\n", nil
}

// Training trains new adapters for some steps, in front of the audience, and draws the losses.
func (w *TypeWalk) Training(ctx context.Context, steps int) (image.Image, error) {
	d, err := w.untrained()
	if err != nil {
		return nil, err
	}
	v, err := experiment.OwnOf[multiads.Settings](w.Experiment).Variant()
	if err != nil {
		return nil, err
	}
	o, err := d.Options([]multiads.Source{w.source})
	if err != nil {
		return nil, err
	}
	var focal, dice []float64
	bar := w.env.Progress.Bar("training the adapters")
	// the first steps of the experiment's own training, apart from its checkpoint
	o.Steps, o.Schedule.Total, o.Checkpoint = steps, steps, ""
	o.Report = func(s train.Step) {
		focal, dice = append(focal, s.Parts[0]), append(dice, s.Parts[1])
		bar(s.Number, s.Of, "steps")
	}
	if err := d.TrainAdapters(ctx, []multiads.Source{w.source}, v.Objective, o); err != nil {
		return nil, err
	}
	return plot.Curves(fmt.Sprintf("the first %d steps of %d images, mean over the levels", steps,
		o.Batch), "step", "loss",
		plot.Line{Name: "focal", Y: focal}, plot.Line{Name: "dice", Y: dice})
}

// FewShot tells the mean metrics with k normal references for each k, 0 for zero-shot.
func (w *TypeWalk) FewShot(ctx context.Context, ks ...int) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "%-10s %7s %7s %7s\n", "references", "I-AUROC", "P-AUROC", "AUPRO")
	for _, k := range ks {
		e := w.Experiment
		e.Shots = k
		r, err := w.env.Evaluate(ctx, e, nil)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "%-10d %7.4f %7.4f %7.4f\n", k, *r.Mean.ImageAUROC, *r.Mean.PixelAUROC,
			*r.Mean.AUPRO)
	}
	return b.String(), nil
}

// Types draws the maps of the strongest defect types of an image over it, with the true masks, and
// gives the answer in words.
func (w *TypeWalk) Types(ctx context.Context, s datasets.Sample) (image.Image, string, error) {
	look, text, err := w.asked(ctx, s)
	if err != nil {
		return nil, "", err
	}
	answer, err := w.Detector.Ask(look, text, nil, true)
	if err != nil {
		return nil, "", err
	}
	picture, err := w.picture(s)
	if err != nil {
		return nil, "", err
	}
	var truth []string
	for _, raw := range s.DefectTypes() {
		name, _ := w.Detector.Knowledge().TypeOf(raw)
		truth = append(truth, name)
	}
	words := multiads.Words(multiads.Shown(multiads.Strength(answer.Types, answer.Taps)))
	outlined, err := w.outlined(s, picture)
	if err != nil {
		return nil, "", err
	}
	return TypePanel(fmt.Sprintf("%s with %s", s.Category, strings.Join(truth, " and ")),
		outlined, picture, answer.Types, answer.Taps), words, nil
}
