package experiment

import (
	"fmt"
	"math"
	"strings"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/metric"
)

// TypeMetrics are the metrics of multi-type segmentation; nil where undefined.
type TypeMetrics struct {
	AUROC *float64 `json:"auroc"`
	AP    *float64 `json:"ap"`
	F1    *float64 `json:"f1"`
}

// all lists the fields in the order of the tables.
func (m *TypeMetrics) all() []**float64 { return []**float64{&m.AUROC, &m.AP, &m.F1} }

// TypedCategory is one category's multi-type segmentation.
type TypedCategory struct {
	Name      string        `json:"name"`
	Columns   []string      `json:"columns"` // the normal state, then the types of the product
	ByColumn  []TypeMetrics `json:"by_column"`
	Macro     TypeMetrics   `json:"macro"`
	Confusion [][]int       `json:"confusion"` // pixels by true and answered column
}

// TypeRow is one defect type over the categories that have it.
type TypeRow struct {
	Type string `json:"type"`
	Seen *bool  `json:"seen"` // whether the sources have it, where that is known
	TypeMetrics
	Categories int `json:"categories"`
}

// TypesReport is the multi-type segmentation of a data set. Source:
// pkg/multiads/SPEC.md 12.
type TypesReport struct {
	Categories []TypedCategory `json:"categories"`
	ByType     []TypeRow       `json:"by_type"`
	Mean       TypeMetrics     `json:"mean"` // of the categories' macro means

	names []string // of all types, in the knowledge base's order
	seen  map[string]bool
}

// addTypes measures one category's typed maps.
func (r *Report) addTypes(d detector.Typed, c datasets.Category,
	predictions []detector.Prediction) error {
	if r.Types == nil {
		r.Types = &TypesReport{}
		r.Types.names, r.Types.seen = d.Known()
	}
	columns, err := d.Columns(c.Name)
	if err != nil {
		return err
	}
	var truth [][]uint8
	for _, s := range c.Test {
		t, err := d.Truth(s)
		if err != nil {
			return err
		}
		truth = append(truth, t)
	}
	scores, err := typedScores(predictions, truth, columns, d.Taps())
	if err != nil {
		return fmt.Errorf("multi-type segmentation of %q: %w", c.Name, err)
	}
	t := TypedCategory{Name: c.Name, Columns: columns, Confusion: scores.Confusion,
		Macro: TypeMetrics{defined(scores.MacroAUROC), defined(scores.MacroAP),
			defined(scores.MacroF1)}}
	for i := range t.Columns {
		t.ByColumn = append(t.ByColumn, TypeMetrics{defined(scores.AUROC[i]), defined(scores.AP[i]),
			defined(scores.F1[i])})
	}
	r.Types.Categories = append(r.Types.Categories, t)
	return nil
}

// typedScores measures zero-shot predictions with typed maps against the columns of the product.
// The normal state's map is what the types leave of the levels' sum.
func typedScores(predictions []detector.Prediction, truth [][]uint8, columns []string,
	levels int) (metric.TypeScores, error) {
	n := len(columns)
	maps := make([][]float32, len(predictions))
	for i, p := range predictions {
		m := make([]float32, len(p.Map)*n)
		for at := range p.Map {
			m[at*n] = float32(levels)
			for c, name := range columns[1:] {
				v := p.Types[name][at]
				m[at*n+c+1] = v
				m[at*n] -= v
			}
		}
		maps[i] = m
	}
	return metric.MultiType(maps, truth, n)
}

// finish averages over the categories.
func (t *TypesReport) finish() {
	var macros []TypeMetrics
	byType := map[string][]TypeMetrics{}
	for _, c := range t.Categories {
		macros = append(macros, c.Macro)
		for i, name := range c.Columns[1:] {
			byType[name] = append(byType[name], c.ByColumn[i+1])
		}
	}
	t.Mean = meanTypes(macros)
	for _, name := range t.names {
		if of := byType[name]; of != nil {
			row := TypeRow{Type: name, TypeMetrics: meanTypes(of), Categories: len(of)}
			if known, ok := t.seen[name]; ok {
				row.Seen = &known
			}
			t.ByType = append(t.ByType, row)
		}
	}
}

// meanTypes averages each metric over those that define it.
func meanTypes(of []TypeMetrics) (mean TypeMetrics) {
	var fields [][]**float64
	for i := range of {
		fields = append(fields, of[i].all())
	}
	averages(mean.all(), fields)
	return mean
}

// defined is nil for NaN.
func defined(x float64) *float64 {
	if math.IsNaN(x) {
		return nil
	}
	return &x
}

// Text is the report as tables: by type, by category, and what was answered for each type.
func (t *TypesReport) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\nmulti-type segmentation, pixels, one type against all others\n%-20s %7s "+
		"%7s %7s\n", "type", "AUROC", "AP", "F1")
	for _, r := range t.ByType {
		note := ""
		if r.Seen != nil {
			note = map[bool]string{true: "seen in training", false: "unseen"}[*r.Seen]
		}
		b.WriteString(line(r.Type, r.all(), note))
	}
	fmt.Fprintf(&b, "%-20s %7s %7s %7s\n", "category (macro)", "AUROC", "AP", "F1")
	for _, c := range t.Categories {
		b.WriteString(line(c.Name, c.Macro.all(), ""))
	}
	b.WriteString(line("mean", t.Mean.all(), ""))
	for _, c := range t.Categories {
		fmt.Fprintf(&b, "\n%s: share of the pixels of each type (row) by answer (column), in "+
			"%%\n%-14s", c.Name, "")
		for _, name := range c.Columns {
			fmt.Fprintf(&b, " %9.9s", name)
		}
		fmt.Fprintln(&b)
		for i, row := range c.Confusion {
			fmt.Fprintf(&b, "%-14.14s", c.Columns[i])
			total := 0
			for _, n := range row {
				total += n
			}
			for _, n := range row {
				if total == 0 {
					fmt.Fprintf(&b, " %9s", "-")
				} else {
					fmt.Fprintf(&b, " %9.1f", 100*float64(n)/float64(total))
				}
			}
			fmt.Fprintln(&b)
		}
	}
	return b.String()
}
