package exhibit

import (
	"fmt"
	"slices"
	"strings"

	"adlab/pkg/experiment"
	"adlab/pkg/setting"
)

// CellRun is one seed of a table's cell.
type CellRun struct {
	Measurement Measurement `json:"measurement"`
	Key         string      `json:"key,omitempty"`   // "" where no run of it is known
	Value       *float64    `json:"value,omitempty"` // in percent; nil likewise, or undefined
}

// Behind gives the runs behind a cell of the exhibit's table in a profile, one a seed. A cell is
// named GROUP/ROW/COLUMN, as in MVTec-AD/INP-Former/I-AUROC.
func (e Exhibit) Behind(p experiment.Profile, cell string, runs []*Run) (behind []CellRun,
	err error) {
	t := e.Layout(p)
	if t == nil {
		return nil, fmt.Errorf("%s: it has no table of measured numbers", e.ID)
	}
	var known []string
	for _, g := range t.Groups {
		for _, row := range g.Rows {
			for i, column := range t.Columns {
				name := strings.Join([]string{g.Name, row.Name, column}, "/")
				if row.Of != nil {
					known = append(known, name)
				}
				if name != cell {
					continue
				}
				if row.Of == nil {
					return nil, setting.Errorf("Cell", "%s is quoted from the paper, not "+
						"measured here", cell)
				}
				read := t.reading(i, &row)
				for _, m := range row.Of {
					if read.Of(m) {
						behind = append(behind, m.in(runs, read, row.Defect))
					}
				}
				return behind, nil
			}
		}
	}
	return nil, setting.Errorf("Cell", "expected one of %s, got %q", strings.Join(known, ", "),
		cell)
}

// in finds the measurement's value among runs.
func (m Measurement) in(runs []*Run, read Reading, defect string) CellRun {
	c := CellRun{Measurement: m}
	i := slices.IndexFunc(runs, func(r *Run) bool { return r.Measurement.Equal(m) })
	if i < 0 {
		return c
	}
	c.Key = runs[i].Key
	if v, ok := runs[i].of(read.Metric, read.Category, defect); ok {
		c.Value = &v
	}
	return c
}
