package lab

import (
	"fmt"
	"math"
	"strings"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/multiads"
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

// TypesReport is the multi-type segmentation of a data set. Source: section 11 of the numerical
// specification of MultiADS.
type TypesReport struct {
	Categories []TypedCategory `json:"categories"`
	ByType     []TypeRow       `json:"by_type"`
	Mean       TypeMetrics     `json:"mean"` // of the categories' macro means

	names []string // of all types, in the knowledge base's order
	seen  map[string]bool
}

// addTypes measures one category's typed maps.
func (r *Report) addTypes(e Experiment, d *multiads.Detector, c datasets.Category,
	predictions []detector.Prediction) error {
	k, err := e.knowledge()
	if err != nil {
		return err
	}
	if r.Types == nil {
		r.Types = &TypesReport{names: k.Base.Names(), seen: e.seen(k)}
	}
	product, err := d.BaseOf(c.Name)
	if err != nil {
		return err
	}
	var truth [][]uint8
	for _, s := range c.Test {
		t, err := multiads.Truth(s, product, k.TypeOf, d.Model().Transform())
		if err != nil {
			return err
		}
		truth = append(truth, t)
	}
	scores, err := multiads.TypedScores(predictions, truth, product, len(d.Model().Config.Taps))
	if err != nil {
		return fmt.Errorf("multi-type segmentation of %q: %w", c.Name, err)
	}
	t := TypedCategory{Name: c.Name, Columns: multiads.Columns(product),
		Confusion: scores.Confusion,
		Macro: TypeMetrics{defined(scores.MacroAUROC), defined(scores.MacroAP),
			defined(scores.MacroF1)}}
	for i := range t.Columns {
		t.ByColumn = append(t.ByColumn, TypeMetrics{defined(scores.AUROC[i]), defined(scores.AP[i]),
			defined(scores.F1[i])})
	}
	r.Types.Categories = append(r.Types.Categories, t)
	return nil
}

// seen tells which of the target's types the sources have; nil where one of them is of no published
// data set.
func (e *Experiment) seen(target *Knowledge) map[string]bool {
	if target.Vocabulary.Key == "" {
		return nil
	}
	seen := map[string]bool{}
	for _, s := range e.MultiADS.Sources {
		key, _, _ := strings.Cut(s, "=")
		source, err := datasets.VocabularyOf(key)
		if err != nil {
			return nil
		}
		for name, known := range datasets.Seen(source, target.Vocabulary) {
			seen[name] = seen[name] || known
		}
	}
	return seen
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
