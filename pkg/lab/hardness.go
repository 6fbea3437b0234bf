package lab

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"adlab/datasets/synth"
	"adlab/pkg/experiment"
	"adlab/pkg/store"
)

// TooEasy is the image AUROC that no plain look at pixels may exceed on a generated category.
const TooEasy = 0.97

// Hardness is what plain looks at pixels reach on the generated benchmarks.
type Hardness struct {
	Version string        `json:"version"`
	Backend string        `json:"backend"`
	Rows    []HardnessRow `json:"rows"`
}

// HardnessRow is one category's image AUROC.
type HardnessRow struct {
	Benchmark string  `json:"benchmark"`
	Category  string  `json:"category"`
	Mean      float64 `json:"mean"`   // squared difference to the mean normal picture
	Pixels    float64 `json:"pixels"` // nearest neighbour on raw patches
}

// Hardness measures every benchmark in the folder root, each category on its own.
func (l *Lab) Hardness(ctx context.Context, root, version string) (*Hardness, error) {
	h := &Hardness{Version: version, Backend: l.Backend.Short()}
	for _, b := range synth.Benchmarks() {
		rows := map[string]*HardnessRow{}
		var order []string
		for _, way := range []string{"mean", "knn"} {
			e := experiment.Default(b.Layout)
			e = e.By(way)
			e.Data, e.Setting = filepath.Join(root, b.Name), experiment.SingleClass
			if way == "knn" {
				e.Encoder = "pixels"
			}
			l.Progress.Say("%s, %s", b.Name, way)
			report, err := l.Evaluate(ctx, e, nil)
			if err != nil {
				return nil, err
			}
			for _, c := range report.Categories {
				if rows[c.Name] == nil {
					rows[c.Name] = &HardnessRow{Benchmark: b.Name, Category: c.Name}
					order = append(order, c.Name)
				}
				if way == "mean" {
					rows[c.Name].Mean = *c.ImageAUROC
				} else {
					rows[c.Name].Pixels = *c.ImageAUROC
				}
			}
		}
		for _, name := range order {
			h.Rows = append(h.Rows, *rows[name])
		}
	}
	return h, nil
}

// TooEasy lists the categories on which pixels alone do too well.
func (h *Hardness) TooEasy() (names []string) {
	for _, r := range h.Rows {
		if max(r.Mean, r.Pixels) > TooEasy {
			names = append(names, r.Benchmark+"/"+r.Category)
		}
	}
	return names
}

// Markdown is the table.
func (h *Hardness) Markdown() string {
	var b strings.Builder
	b.WriteString("| image AUROC | benchmark | difference to the mean picture | nearest neighbour " +
		"on raw patches |\n|---|---|---|---|\n")
	for _, r := range h.Rows {
		fmt.Fprintf(&b, "| %s | %s | %.3f | %.3f |\n", r.Category, r.Benchmark, r.Mean, r.Pixels)
	}
	fmt.Fprintf(&b, "\nGenerated pictures, size tiny, seed 1, one category at a time; a category "+
		"where either exceeded %.2f would be too easy. Backend %s, version %s.\n", TooEasy,
		h.Backend, h.Version)
	return b.String()
}

// Write writes the table as BASE.json and BASE.md.
func (h *Hardness) Write(base string) error {
	data, err := json.MarshalIndent(h, "", " ")
	if err != nil {
		return err
	}
	return writeTable(base, string(data)+"\n", h.Markdown())
}

// writeTable writes BASE.json and BASE.md.
func writeTable(base, data, markdown string) error {
	for name, content := range map[string]string{base + ".json": data, base + ".md": markdown} {
		if err := store.WriteFile(name, []byte(content)); err != nil {
			return err
		}
	}
	return nil
}
