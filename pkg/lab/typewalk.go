package lab

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"math"
	"os"
	"strings"

	"adlab/datasets"
	"adlab/pkg/backend"
	"adlab/pkg/clip"
	"adlab/pkg/detector"
	"adlab/pkg/imageio"
	"adlab/pkg/multiads"
	"adlab/pkg/plot"
	"adlab/pkg/train"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// TypeWalk is MultiADS on its way from a source to a target that it has not seen, every stage at
// hand as a picture or a table.
type TypeWalk struct {
	Experiment Experiment
	Target     *datasets.Set
	Detector   *multiads.Detector

	ctx       context.Context
	lab       *Lab
	pair      *clip.Model
	knowledge *Knowledge
	source    multiads.Source
}

// TransferExperiment is MultiADS from the generated benchmark in MVTec-AD's layout to the one in
// VisA's, with no category in common. The settings are the deck's, but for the learning rate, which
// is the published code's, and some two epochs: those that the published code is evaluated after.
func (l *Lab) TransferExperiment(ctx context.Context) (Experiment, error) {
	e := Default("visa")
	e.Detector, e.Rate, e.Steps = "multiads", 1e-3, 120
	size := "tiny"
	if os.Getenv("ADLAB_PROFILE") == "smoke" || l.Backend.Short() == backend.Go {
		e.Profile, e.Steps, size = "smoke", 0, "smoke"
	}
	source, err := l.Generated(ctx, "mvtec", size)
	if err != nil {
		return e, err
	}
	e.MultiADS.Sources = []string{"mvtec=" + source}
	e.Data, err = l.Generated(ctx, "visa", size)
	return e, err
}

// TypeWalk trains the experiment's adapters, or finds them trained.
func (l *Lab) TypeWalk(ctx context.Context, e Experiment) (*TypeWalk, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	w := &TypeWalk{Experiment: e, ctx: ctx, lab: l}
	var err error
	if w.Target, err = e.open(); err != nil {
		return nil, err
	}
	if w.pair, err = l.NewPair(e); err != nil {
		return nil, err
	}
	if w.knowledge, err = e.knowledge(); err != nil {
		return nil, err
	}
	v, err := e.MultiADS.variant()
	if err != nil {
		return nil, err
	}
	sources, err := l.sources(e, v, w.Target)
	if err != nil {
		return nil, err
	}
	w.source = sources[0]
	w.Detector, err = l.fitMultiADS(ctx, e, w.pair, w.Target)
	return w, err
}

// Sample is the index-th test image of a category whose defects are exactly the given types.
func (w *TypeWalk) Sample(category string, index int, types ...string) (datasets.Sample, error) {
	c, ok := w.Target.Category(category)
	if !ok {
		return datasets.Sample{}, fmt.Errorf("no category %q in %s", category, w.Target.Name)
	}
	return pickSample(c.Test, w.knowledge.TypeOf, index, types)
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
	m, err := imageio.Decode(s.Path)
	if err != nil {
		return nil, err
	}
	return w.pair.Transform().Picture(m), nil
}

// Prompts draws a product's prompts, one point each, as the text tower places them: the first two
// principal axes, coloured by defect type.
func (w *TypeWalk) Prompts(product string) (image.Image, error) {
	embeddings, columns, err := w.Detector.Prompts(w.ctx, product)
	if err != nil {
		return nil, err
	}
	var rows []float64
	n, d := 0, len(embeddings[0][0])
	for _, column := range embeddings {
		for _, e := range column {
			for _, v := range e {
				rows = append(rows, float64(v))
			}
			n++
		}
	}
	var pc stat.PC
	if !pc.PrincipalComponents(mat.NewDense(n, d, rows), nil) {
		return nil, fmt.Errorf("the prompts of %q have no principal axes", product)
	}
	var axes, flat mat.Dense
	pc.VectorsTo(&axes)
	flat.Mul(mat.NewDense(n, d, rows), axes.Slice(0, d, 0, 2))
	vars, all := pc.VarsTo(nil), 0.0
	for _, v := range vars {
		all += v
	}
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
		return fmt.Sprintf("axis %d (%.0f %% of the variance)", i+1, 100*vars[i]/all)
	}
	return plot.Scatter(fmt.Sprintf("prompts of %q, by defect type", product), label(0), label(1),
		clouds...)
}

// Levels draws what every tap says of a type on an image: the probability of the type at each
// pixel, and their sum's share.
func (w *TypeWalk) Levels(s datasets.Sample, name string) (image.Image, error) {
	levels, columns, err := w.Detector.Levels(w.ctx, s)
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
				Caption: fmt.Sprintf("after block %d", w.pair.Config.Taps[l])})
	}
	tiles = append(tiles, plot.Tile{Picture: plot.Overlay(picture, mean, detector.MapSide, scale),
		Caption: "mean"})
	return plot.Panel(fmt.Sprintf("probability of %q at each level", name), [][]plot.Tile{tiles},
		120, &scale), nil
}

// outlined is a picture at the side of the maps with the outline of the sample's mask.
func (w *TypeWalk) outlined(s datasets.Sample, picture *imageio.Image) (image.Image, error) {
	mask, err := Mask(s, w.pair.Transform())
	return plot.Outline(imageio.Resize(picture, detector.MapSide, detector.MapSide).Image(), mask,
		detector.MapSide), err
}

// Losses tells the focal and dice losses of an image of the source at every tap, before training
// and after.
func (w *TypeWalk) Losses(s datasets.Sample) (string, error) {
	untrained, _, err := w.lab.newMultiADS(w.Experiment, w.pair)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s: loss at each level\n%-18s", s.Category, s.DefectType, "")
	for _, t := range w.pair.Config.Taps {
		fmt.Fprintf(&b, "  block %2d", t)
	}
	for _, stage := range []struct {
		name string
		d    *multiads.Detector
	}{{"before", untrained}, {"trained", w.Detector}} {
		focal, dice, err := stage.d.Losses(w.ctx, w.source, s)
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
func (w *TypeWalk) Training(steps int) (image.Image, error) {
	d, _, err := w.lab.newMultiADS(w.Experiment, w.pair)
	if err != nil {
		return nil, err
	}
	v, err := w.Experiment.MultiADS.variant()
	if err != nil {
		return nil, err
	}
	var focal, dice []float64
	rate := cmp.Or(w.Experiment.Rate, v.Rate)
	bar := w.lab.Progress.Bar("training the adapters")
	err = d.TrainAdapters(w.ctx, []multiads.Source{w.source}, v.Objective, train.Options{
		Steps: steps, Batch: v.Batch, Seed: w.Experiment.Seed,
		Schedule:  train.WarmCosine{Base: rate, Final: rate, Total: steps},
		Optimizer: train.NewAdam(0.5, 0.999), ClipNorm: math.Inf(1),
		Report: func(s train.Step) {
			focal, dice = append(focal, s.Parts[0]), append(dice, s.Parts[1])
			bar(s.Number, s.Of, "steps")
		},
	})
	if err != nil {
		return nil, err
	}
	return plot.Curves(fmt.Sprintf("the first %d steps of %d images, mean over the levels", steps,
		v.Batch), "step", "loss",
		plot.Line{Name: "focal", Y: focal}, plot.Line{Name: "dice", Y: dice})
}

// FewShot tells the mean metrics with k normal references for each k, 0 for zero-shot.
func (w *TypeWalk) FewShot(ks ...int) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "%-10s %7s %7s %7s\n", "references", "I-AUROC", "P-AUROC", "AUPRO")
	for _, k := range ks {
		e := w.Experiment
		e.Shots = k
		r, err := w.lab.Evaluate(w.ctx, e, nil)
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
func (w *TypeWalk) Types(s datasets.Sample) (image.Image, string, error) {
	d := w.Detector
	d.Typed, d.Alone = true, true
	defer func() { d.Typed, d.Alone = false, false }()
	for p, err := range d.Predict(w.ctx, []datasets.Sample{s}) {
		if err != nil {
			return nil, "", err
		}
		picture, err := w.picture(s)
		if err != nil {
			return nil, "", err
		}
		var truth []string
		for _, raw := range s.DefectTypes() {
			name, _ := w.knowledge.TypeOf(raw)
			truth = append(truth, name)
		}
		taps := len(w.pair.Config.Taps)
		words := multiads.Words(multiads.Answer(p, taps))
		outlined, err := w.outlined(s, picture)
		if err != nil {
			return nil, "", err
		}
		return TypePanel(fmt.Sprintf("%s with %s", s.Category, strings.Join(truth, " and ")),
			outlined, picture, p, taps), words, nil
	}
	return nil, "", fmt.Errorf("no prediction")
}
