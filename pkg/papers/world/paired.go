package world

import (
	"context"
	"fmt"

	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/metric"
	"adlab/pkg/plot"
)

// pairedNumbers are those whose differences are told.
var pairedNumbers = []metric.Number{metric.ImageAUROC, metric.PixelAP, metric.RegionArea}

// pairedNote says what an interval is.
var pairedNote = fmt.Sprintf("points, with the %.0f %% interval of the paired difference over "+
	"resamples of the test pictures, each category by itself; * where it does not hold 0; the "+
	"detectors' own seeds are not in it", 100*metric.Level)

// less are the paired differences of two measurements with intervals, in percent.
func less(ctx context.Context, r *exhibit.Runner, a, b exhibit.Measurement) (
	map[metric.Number]metric.Interval, error) {
	of, err := exact(ctx, r, a)
	if err != nil {
		return nil, err
	}
	minus, err := exact(ctx, r, b)
	if err != nil {
		return nil, err
	}
	return differences(of, minus)
}

// differences are those of one detector less another's, with intervals, in percent.
func differences(of, minus experiment.Ruled) (map[metric.Number]metric.Interval, error) {
	d, err := experiment.Difference(of, minus, of.Draws, minus.Draws)
	for number, i := range d.Intervals {
		d.Intervals[number] = metric.Interval{Value: 100 * i.Value, Low: 100 * i.Low,
			High: 100 * i.High}
	}
	return d.Intervals, err
}

// exact is what the exact ruler says in a measurement's run.
func exact(ctx context.Context, r *exhibit.Runner, m exhibit.Measurement) (experiment.Ruled,
	error) {
	run, err := r.Measure(ctx, m)
	if err != nil {
		return experiment.Ruled{}, err
	}
	if len(run.Rulers) == 0 {
		return experiment.Ruled{}, fmt.Errorf("the run of %s has no intervals", m)
	}
	return run.Rulers[0], nil
}

// pairedTable is still without rows.
func pairedTable(corner string) *exhibit.Table {
	t := &exhibit.Table{Corner: corner, Notes: []string{pairedNote}}
	for _, number := range pairedNumbers {
		t.Columns = append(t.Columns, string(number), "interval of "+string(number))
	}
	return t
}

// pairedRow is a row of such a table.
func pairedRow(name string, d map[metric.Number]metric.Interval) exhibit.Row {
	row := exhibit.Row{Name: name, Kind: exhibit.Beside}
	for _, number := range pairedNumbers {
		row.Cells = append(row.Cells, pairedCells(d, number)...)
	}
	return row
}

// pairedCells are a difference and its interval.
func pairedCells(d map[metric.Number]metric.Interval, of metric.Number) []exhibit.Cell {
	i, ok := d[of]
	if !ok {
		return make([]exhibit.Cell, 2)
	}
	said := fmt.Sprintf("%+.1f to %+.1f", i.Low, i.High)
	if i.Distinct() {
		said += " *"
	}
	return []exhibit.Cell{number(i.Value, 1), {Text: said}}
}

// drawDifferences sets every contender beside INP-Former.
func drawDifferences(ctx context.Context, r *exhibit.Runner) (*exhibit.Table, *exhibit.Figure,
	error) {
	t := pairedTable("less INP-Former: data set, method")
	var rows []plot.Compared
	for _, f := range fields(r.Profile) {
		row := plot.Compared{Name: f.shown(), Of: []plot.Ratio{{Name: contending()[0].name}}}
		for _, x := range contending()[1:] {
			d, err := less(ctx, r, f.trial(r.Profile, x.Name), f.trial(r.Profile, "inp-former"))
			if err != nil {
				return nil, nil, err
			}
			g := t.Group(f.shown())
			g.Rows = append(g.Rows, pairedRow(x.name, d))
			if i, ok := d[metric.ImageAUROC]; ok {
				row.Of = append(row.Of, plot.Ratio{Name: x.name, Value: i.Value,
					Low: min(i.Low, i.Value), High: max(i.High, i.Value)})
			}
		}
		rows = append(rows, row)
	}
	picture, err := plot.Ranges("I-AUROC less INP-Former's, points", "right of 0: above INP-Former",
		rows...)
	return t, &exhibit.Figure{Name: "differences", Picture: picture}, err
}
