package world

import (
	"context"
	"fmt"

	"adlab/datasets"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
	"adlab/pkg/plot"
	"adlab/pkg/view"

	inp "adlab/pkg/papers/inpformer"
)

// logicalSet is generated in MVTec LOCO's layout.
const logicalSet = "mvtec-loco"

// logicalKinds are its folders of test pictures, with what stands above their rows.
var logicalKinds = []struct{ folder, name string }{
	{datasets.Logical, "logical"}, {datasets.Structural, "structural"}}

// logical is a row a method, over both kinds of defects; the other tables tell them apart.
func logical(p experiment.Profile) *exhibit.Table {
	t := &exhibit.Table{Corner: "data set, method", Columns: exhibit.AllMetrics()}
	name := titleOf(logicalSet)
	for _, x := range onReal {
		m := inp.MultiClass(p, logicalSet, p.Seeds[0]).By(x.detector)
		of := []exhibit.Measurement{m}
		if !x.once {
			of = m.Seeds(p)
		}
		t.Beside(name, x.name, of)
		if x.detector == "inp-former" {
			m.Distance = true
			t.Beside(name, "INP-Former, by distance", []exhibit.Measurement{m})
		}
	}
	for i := range t.Groups {
		t.Groups[i].Says = "generated, in its layout"
	}
	return t
}

func logicalKept(ctx context.Context, r *exhibit.Runner) (bool, error) {
	rows := realLooks(logical(r.Profile))
	kept, err := looksKept(ctx, r, keptMaps, rows...)
	if err != nil || !kept {
		return false, err
	}
	return looksKept(ctx, r, keptWhy, rows[0])
}

// drawLogical tells which flaws each method finds, why INP-Former's prototypes cover some, and
// draws those that they cover best.
func drawLogical(ctx context.Context, r *exhibit.Runner, t *exhibit.Table) (
	figures []exhibit.Figure, _ []*exhibit.Table, err error) {
	rows := realLooks(t)
	images := &exhibit.Table{Corner: "image AUROC of pictures with defects that are"}
	found := foundTable()
	for i, x := range rows {
		l, _, err := lookAt(ctx, r, x.of)
		if err != nil {
			return nil, nil, err
		}
		images.Columns = append(images.Columns, x.name)
		for k, kind := range logicalKinds {
			g := images.Group("first seed, mean over the categories")
			if i == 0 {
				g.Rows = append(g.Rows, exhibit.Row{Name: kind.name, Kind: exhibit.Beside})
			}
			g.Rows[k].Cells = append(g.Rows[k].Cells, number(100*l.Kinds[kind.folder], 1))
		}
		addFound(found, x.name, l.Types)
	}
	d, _, err := inp.Trained(ctx, r, rows[0].of)
	if err != nil {
		return nil, nil, err
	}
	set, err := r.Set(ctx, logicalSet)
	if err != nil {
		return nil, nil, err
	}
	why, err := whyOf(ctx, r, rows[0].of, d, set)
	if err != nil {
		return nil, nil, err
	}
	maps, err := view.ScaleOf(ctx, d, set)
	if err != nil {
		return nil, nil, err
	}
	for _, kind := range logicalKinds {
		figure, err := drawWhy(ctx, d, set, maps, kind.name, covered(why, kind.folder))
		if err != nil {
			return nil, nil, err
		}
		figures = append(figures, figure)
	}
	return figures, []*exhibit.Table{images, found, whyTable(why)}, nil
}

// drawWhy is a row a flaw: the picture, the map in the scale of the set's maps, the distance to the
// nearest prototype, and where the prototype looks that took the flaw in.
func drawWhy(ctx context.Context, d *inpformer.Detector, set *datasets.Set, maps plot.Scale,
	name string, flaws []reason) (exhibit.Figure, error) {
	f := exhibit.Figure{Name: name, Says: exhibit.Words{EN: name + " defects",
		KO: map[string]string{"logical": "논리적 결함", "structural": "구조적 결함"}[name]}}
	find, grid := finder(set), d.Features.Encoder.Grid()
	var rows [][]plot.Tile
	for _, x := range flaws {
		s := find(x.ID)
		w, err := view.NewTrace(ctx, d, s)
		if err != nil {
			return f, err
		}
		looks := w.Attention[x.Taker*grid*grid : (x.Taker+1)*grid*grid]
		_, picture, err := view.Picture(s, d.Features.Encoder.Transform())
		if err != nil {
			return f, err
		}
		rows = append(rows, []plot.Tile{
			{Picture: picture, Caption: x.Category + "\n" + x.Name},
			{Picture: plot.Overlay(w.Picture, w.Map, mapSide, maps), Caption: "anomaly map"},
			{Picture: plot.Overlay(w.Picture, w.Distance, grid, plot.ScaleOf(1, w.Distance)),
				Caption: fmt.Sprintf("1 − cosine to the nearest\n%.2f × elsewhere", x.distance())},
			{Picture: plot.Overlay(w.Picture, looks, grid, plot.ScaleOf(0.995, looks)),
				Caption: fmt.Sprintf("INP %d looks there\n%.1f × an even look", x.Taker+1,
					x.Lift)}})
	}
	f.Picture = plot.Panel(name+" defects that INP-Former reconstructs best, one a kind; each "+
		"picture in its own scale, maps in the set's", rows, view.TileSide, nil)
	return f, nil
}
