package exhibit

import (
	"context"
	"fmt"
	"image"

	"adlab/datasets"
	code "adlab/pkg"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
	"adlab/pkg/lab"
	"adlab/pkg/plot"
	"adlab/pkg/view"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// Walk is one anomalous test image of MVTec-AD, or of what stands in for it, on its way through the
// INP-Former of Table 2, with a picture for each step. Heads are those of the exhibits.
type Walk struct {
	Sample datasets.Sample

	ctx      context.Context
	runner   *Runner
	set      *datasets.Set
	category string
	index    int
}

// walkSet is the data set whose head is walked through, walkTarget the one that it has not seen.
const walkSet, walkTarget = "mvtec", "visa"

// Walk opens the index-th anomalous test image of a category.
func (r *Runner) Walk(ctx context.Context, category string, index int) (*Walk, error) {
	set, err := r.set(ctx, walkSet)
	if err != nil {
		return nil, err
	}
	c, ok := set.Category(category)
	if !ok {
		return nil, fmt.Errorf("walk: no category %q in %s", category, r.nameOf(walkSet))
	}
	w := &Walk{ctx: ctx, runner: r, set: set, category: category, index: index}
	for _, s := range c.Test {
		if s.Label == 1 {
			if index--; index == -1 {
				w.Sample = s
				return w, nil
			}
		}
	}
	return nil, fmt.Errorf("walk: no anomalous image %d of %s: expected one from 0 to %d", w.index,
		category, w.index-index-1)
}

// Walkthrough opens a walk for a notebook.
func Walkthrough(category string, index int) *Walk {
	return lab.Must(notebookRunner().Walk(context.Background(), category, index))
}

// Show displays a step's picture under a notebook's cell.
func (w *Walk) Show(picture image.Image, err error) {
	displayPicture(lab.Must(picture, err), map[string]string{
		"adlab": "INP-Former, step by step", "image": w.Sample.ID, "profile": w.runner.Profile,
		"backend": w.runner.Env.Backend.Short(), "code": code.Pictures(),
	})
}

// Print prints a line under a notebook's cell.
func (w *Walk) Print(line string, err error) { fmt.Println(lab.Must(line, err)) }

// head is the trained INP-Former with so many prototypes.
func (w *Walk) head(inps int) (*inpformer.Detector, encoder.Encoder, error) {
	m := w.runner.inpFormer(walkSet, w.runner.Seeds[0])
	m.Experiment = experiment.With(m.Experiment, func(s *inpformer.Settings) { s.INPs = inps })
	return w.runner.trained(w.ctx, m)
}

// prototypes is the paper's M.
func (w *Walk) prototypes() int {
	return experiment.OwnOf[inpformer.Settings](w.runner.inpFormer(walkSet, 0).Experiment).INPs
}

// steps is the lab's own walk of the same image through the same head.
func (w *Walk) steps() (*view.Walk, error) {
	e, err := w.runner.ready(w.ctx, w.runner.inpFormer(walkSet, w.runner.Seeds[0]))
	if err != nil {
		return nil, err
	}
	return view.NewWalk(w.ctx, w.runner.Env, e, w.category, w.index)
}

// traced are the stages of an image's forward pass: N tokens of C channels.
type traced struct {
	fused     []float32   // [N, C]
	targets   [][]float32 // [N, C], one a group
	distances []float32   // [N], to the nearest prototype
	nearest   []int32     // [N], which one it is
	errors    [][]float32 // [N], one a group: 1 - cosine of tokens and their reconstruction
	anomaly   []float32   // [MapSide, MapSide]
	coherence float64     // the loss
}

// trace runs one image through a head.
func trace(ctx context.Context, d *inpformer.Detector, s datasets.Sample) (*traced, error) {
	features, err := d.Features.Extract(ctx, []datasets.Sample{s})
	if err != nil {
		return nil, err
	}
	defer features.Close()
	out, err := d.Trace(features.At(0), func(t *inpformer.Trace) []*graph.Node {
		distance, nearest := t.Distance()
		stages := []*graph.Node{t.Fused, distance, nearest,
			t.AnomalyMap(d.Config, d.Features.Encoder.Transform().Crop), t.CoherenceLoss(d.Config)}
		for g := range t.Target {
			stages = append(stages, t.Target[g], inpformer.PointDistance(t.Target[g], t.Output[g]))
		}
		return stages
	})
	if err != nil {
		return nil, err
	}
	floats := tensors.MustCopyFlatData[float32]
	t := &traced{fused: floats(out[0]), distances: floats(out[1]),
		nearest: tensors.MustCopyFlatData[int32](out[2]), anomaly: floats(out[3]),
		coherence: float64(floats(out[4])[0])}
	for g := 5; g < len(out); g += 2 {
		t.targets, t.errors = append(t.targets, floats(out[g])), append(t.errors, floats(out[g+1]))
	}
	return t, nil
}

// depth names a group of levels.
func depth(g, groups int) string {
	switch {
	case groups == 2:
		return []string{"shallow", "deep"}[g]
	case groups == 1:
		return "all"
	}
	return fmt.Sprintf("group %d", g+1)
}

// pair is the walk's image and a normal one of its category.
func (w *Walk) pair() []datasets.Sample {
	return append([]datasets.Sample{w.Sample}, normal(w.set, w.category)...)
}

// judged draws samples above a detector's maps of them, in the scale of their data set.
func (w *Walk) judged(title string, d detector.Detector, set *datasets.Set,
	samples []datasets.Sample, enc encoder.Encoder) (image.Image, error) {
	scale, err := scaleOf(w.ctx, d, set)
	if err != nil {
		return nil, err
	}
	top, err := pictures(samples, enc)
	if err != nil {
		return nil, err
	}
	bottom, err := rowOf(w.ctx, "score", d, samples, enc, scale)
	return plot.Panel(title, [][]plot.Tile{top, bottom}, walkTile, &scale), err
}
