package world

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
	"adlab/pkg/plot"
	"adlab/pkg/store"
	"adlab/pkg/view"

	"gonum.org/v1/gonum/stat"
)

// because is something that INP-Former might lose by, as INP-Former without it, beside kNN.
type because struct {
	of       field
	name     string
	inp, knn exhibit.Measurement
}

// asked is what a field's reasons answer, behind its name.
func (f field) asked() string {
	if f.set == generatedSet {
		return ", why INP-Former loses"
	}
	return ", more steps"
}

// longer are for how many steps INP-Former trains on DINOv2's tokens of real pictures, too: those
// that it has beside the other encoders are few.
var longer = []int{1000, 2000}

// becauses are those of the generated benchmark, steps, depth, several categories in one model and
// the encoder's width, and of real pictures on DINOv2 steps alone.
func becauses(p experiment.Profile) (all []because) {
	f := field{generatedSet, ""}
	inp, knn := f.trial(p, "inp-former"), f.trial(p, "knn")
	add := func(f field, name string, inp, knn exhibit.Measurement) {
		all = append(all, because{f, name, inp, knn})
	}
	asItIs := func(m exhibit.Measurement) string {
		return fmt.Sprintf("as it is: %d steps, %d decoder blocks", m.Experiment.Steps,
			experiment.OwnOf[inpformer.Settings](m.Experiment).Blocks)
	}
	add(f, asItIs(inp), inp, knn)
	for _, n := range stepCounts(p) {
		if m := trainedFor(p, "inp-former", n); !m.Equal(inp) {
			add(f, fmt.Sprintf("steps: %d", n), m, knn)
		}
	}
	deep := exhibit.With(inp, func(own *inpformer.Settings) { own.Blocks *= 2 })
	add(f, fmt.Sprintf("depth: %d decoder blocks",
		experiment.OwnOf[inpformer.Settings](deep.Experiment).Blocks), deep, knn)
	single := knn
	single.Experiment.Setting = experiment.SingleClass
	add(f, "normals that differ: one model a category", inp.SingleClass(p), single)
	for _, wide := range fields(p) {
		if wide.encoder != dino {
			continue
		}
		inp, knn := wide.trial(p, "inp-former"), wide.trial(p, "knn")
		if wide.set == generatedSet {
			add(f, "width: 384 channels of DINOv2 ViT-S/14", inp, knn)
			continue
		}
		add(wide, asItIs(inp), inp, knn)
		for _, n := range longer {
			inp.Experiment.Steps = n
			add(wide, fmt.Sprintf("steps: %d", n), inp, knn)
		}
	}
	return all
}

// besideWhy adds the rows that no other group has.
func besideWhy(t *exhibit.Table, p experiment.Profile) {
	known := func(m exhibit.Measurement) bool {
		return slices.ContainsFunc(t.Rows(), func(r *exhibit.Row) bool {
			return slices.ContainsFunc(r.Of, m.Equal)
		})
	}
	for _, b := range becauses(p) {
		group := b.of.name() + b.of.asked()
		if !known(b.inp) {
			t.Beside(group, "INP-Former, "+b.name, []exhibit.Measurement{b.inp})
		}
		if !known(b.knn) {
			t.Beside(group, "kNN, "+b.name, []exhibit.Measurement{b.knn})
		}
	}
}

// drawLoses is INP-Former less kNN under each of them.
func drawLoses(ctx context.Context, r *exhibit.Runner) (*exhibit.Table, *exhibit.Figure, error) {
	t := pairedTable("INP-Former less kNN, both changed alike")
	for _, b := range becauses(r.Profile) {
		d, err := less(ctx, r, b.inp, b.knn)
		if err != nil {
			return nil, nil, err
		}
		g := t.Group(b.of.shown() + b.of.asked())
		g.Rows = append(g.Rows, pairedRow(b.name, d))
	}
	return t, nil, nil
}

// keptNormals is what is kept of how normal test pictures differ from those that were learned from.
const keptNormals = "normals 1"

// normalDistances are the means of kNN's maps over the normal test pictures of each category: how
// far a normal place is from the nearest of other pictures.
func normalDistances(ctx context.Context, r *exhibit.Runner, m exhibit.Measurement) (
	map[string]float64, error) {
	path, err := lookPath(ctx, r, keptNormals, m)
	if err != nil {
		return nil, err
	}
	return store.JSON(ctx, path, func() (map[string]float64, error) {
		set, err := r.Set(ctx, m.Set)
		if err != nil {
			return nil, err
		}
		d, _, err := r.Trained(ctx, m)
		if err != nil {
			return nil, err
		}
		out := map[string]float64{}
		for _, c := range set.Categories {
			predictions, err := view.Predictions(ctx, d, normals(c.Test))
			if err != nil {
				return nil, err
			}
			for _, p := range predictions {
				for _, v := range p.Map {
					out[c.Name] += float64(v) / float64(len(p.Map)*len(predictions))
				}
			}
		}
		return out, nil
	})
}

// drawNormals sets beside how much a category's normal pictures differ by how much INP-Former is
// behind there.
func drawNormals(ctx context.Context, r *exhibit.Runner) (*exhibit.Table, *exhibit.Figure, error) {
	f := field{generatedSet, ""}
	inp, err := r.Measure(ctx, f.trial(r.Profile, "inp-former"))
	if err != nil {
		return nil, nil, err
	}
	knn, err := r.Measure(ctx, f.trial(r.Profile, "knn"))
	if err != nil {
		return nil, nil, err
	}
	distances, err := normalDistances(ctx, r, f.trial(r.Profile, "knn"))
	if err != nil {
		return nil, nil, err
	}
	t := &exhibit.Table{Corner: "category, the most alike first", Columns: []string{
		"normal places to the nearest, 1 − cosine × 1000", "INP-Former", "kNN", "difference"}}
	g := t.Group(f.shown() + ", I-AUROC by category")
	cloud := plot.Cloud{Name: "a category"}
	for i, c := range inp.Categories {
		a, b := c.ImageAUROC, knn.Categories[i].ImageAUROC
		if a == nil || b == nil {
			continue
		}
		x, y := 1000*distances[c.Name], 100*(*a-*b)
		cloud.X, cloud.Y = append(cloud.X, x), append(cloud.Y, y)
		g.Rows = append(g.Rows, exhibit.Row{Name: c.Name, Kind: exhibit.Beside,
			Cells: []exhibit.Cell{number(x, 1), number(100**a, 1), number(100**b, 1),
				number(y, 1)}})
	}
	slices.SortStableFunc(g.Rows, func(a, b exhibit.Row) int {
		return cmp.Compare(a.Cells[0].Ours[0], b.Cells[0].Ours[0])
	})
	if len(cloud.X) > 2 {
		t.Notes = append(t.Notes, fmt.Sprintf("rank correlation of distance and difference over "+
			"%d categories: %.2f; below 0 INP-Former is behind where normal pictures differ more",
			len(cloud.X), rankCorrelation(cloud.X, cloud.Y)))
	}
	picture, err := plot.Scatter(f.shown()+": where INP-Former is behind kNN",
		"normal places to the nearest, 1 − cosine × 1000", "I-AUROC less kNN's, points", cloud)
	return t, &exhibit.Figure{Name: "categories", Picture: picture,
		Says: f.words()}, err
}

// rankCorrelation is Spearman's: that of the ranks, of equal values their mean rank.
func rankCorrelation(x, y []float64) float64 {
	return stat.Correlation(ranks(x), ranks(y), nil)
}

// ranks are how many values are below each, equal ones half.
func ranks(xs []float64) []float64 {
	out := make([]float64, len(xs))
	for i, x := range xs {
		for _, y := range xs {
			switch {
			case y < x:
				out[i]++
			case y == x:
				out[i] += 0.5
			}
		}
	}
	return out
}
