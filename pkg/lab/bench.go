package lab

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"adlab/datasets"
	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
)

// System is one line of the foundation's table.
type System struct {
	Name, Detector, Encoder string
}

// Systems are INP-Former and nearest neighbour on the pretrained and on a random encoder, nearest
// neighbour on gradients, and PCA on pixels.
var Systems = []System{
	{"INP-Former on EfficientNet-Lite0", "inp-former", ""},
	{"kNN on EfficientNet-Lite0", "knn", ""},
	{"INP-Former on a random encoder", "inp-former", "random"},
	{"kNN on a random encoder", "knn", "random"},
	{"kNN on HOG", "knn", "hog"},
	{"PCA of pixels", "pca", "hog"}, // needs no encoder; HOG's only lends its picture size
}

// fewerSteps is how long INP-Former trains where more steps change nothing to speak of: on a random
// encoder, and on the textile images. It keeps the table within an hour.
const fewerSteps = 350

// Cell is one system on one category over the seeds.
type Cell struct {
	System   string    `json:"system"`
	Set      string    `json:"set"`
	Category string    `json:"category"` // "mean" for the mean over the set's categories
	AUROC    []float64 `json:"image_auroc"`
	Mean     float64   `json:"mean"`
	Std      float64   `json:"std"` // sample standard deviation
}

// Foundation is the foundation's measurement with what made it.
type Foundation struct {
	Title   string            `json:"title"`
	Profile string            `json:"profile"`
	Backend string            `json:"backend"`
	Version string            `json:"version"`
	Seeds   []uint64          `json:"seeds"`
	Steps   int               `json:"steps"`
	Batch   int               `json:"batch"`
	INPs    int               `json:"inps"`
	Sets    map[string]string `json:"sets"` // name to digest over the images used
	Cells   []Cell            `json:"cells"`
}

// Bench measures every system on every set with every seed.
func (l *Lab) Bench(ctx context.Context, base experiment.Experiment, sets []string, seeds []uint64,
	version string) (*Foundation, error) {
	if err := base.Validate(); err != nil {
		return nil, err
	}
	t := &Foundation{Title: "Image AUROC, small world", Profile: base.Profile,
		Backend: l.Backend.Short(), Version: version, Seeds: seeds,
		Steps: base.Steps, Batch: base.Batch, INPs: experiment.OwnOf[inpformer.Settings](base).INPs,
		Sets: map[string]string{}}
	for _, name := range sets {
		set, err := datasets.Open(name, "", base.Limit)
		if err != nil {
			return nil, err
		}
		if t.Sets[name], err = set.Digest(); err != nil {
			return nil, err
		}
		for _, system := range Systems {
			byCategory := map[string][]float64{}
			for _, seed := range seeds {
				e := base
				e = e.By(system.Detector)
				e.Layout, e.Encoder, e.Seed = name, system.Encoder,
					seed
				if system.Encoder == "random" || name == "textile" {
					e.Steps = min(e.Steps, fewerSteps)
				}
				l.Progress.Say("%s, %s, seed %d", name, system.Name, seed)
				report, err := l.Evaluate(ctx, e, nil)
				if err != nil {
					return nil, err
				}
				for _, c := range report.Categories {
					byCategory[c.Name] = append(byCategory[c.Name], *c.ImageAUROC)
				}
				byCategory["mean"] = append(byCategory["mean"], *report.Mean.ImageAUROC)
			}
			for _, c := range append(set.Categories, datasets.Category{Name: "mean"}) {
				values := byCategory[c.Name]
				mean, std := meanStd(values)
				t.Cells = append(t.Cells, Cell{system.Name, name, c.Name, values, mean, std})
			}
		}
	}
	return t, nil
}

// meanStd is the mean and the sample standard deviation, 0 for one value.
func meanStd(xs []float64) (mean, std float64) {
	for _, x := range xs {
		mean += x / float64(len(xs))
	}
	if len(xs) < 2 {
		return mean, 0
	}
	for _, x := range xs {
		std += (x - mean) * (x - mean) / float64(len(xs)-1)
	}
	return mean, math.Sqrt(std)
}

// Markdown is the table, one line a system, one column a category.
func (t *Foundation) Markdown() string {
	var b strings.Builder
	type column struct{ set, category string }
	var columns []column
	var systems []string
	cells := map[string]Cell{}
	for _, c := range t.Cells {
		key := column{c.Set, c.Category}
		if len(systems) == 0 || systems[0] == c.System {
			columns = append(columns, key)
		}
		if _, seen := cells[c.System]; !seen {
			systems = append(systems, c.System)
			cells[c.System] = c
		}
		cells[c.System+"\x00"+c.Set+"\x00"+c.Category] = c
	}
	fmt.Fprintf(&b, "| image AUROC |")
	for _, c := range columns {
		fmt.Fprintf(&b, " %s %s |", c.set, c.category)
	}
	fmt.Fprintf(&b, "\n|---|%s\n", strings.Repeat("---|", len(columns)))
	for _, s := range systems {
		fmt.Fprintf(&b, "| %s |", s)
		for _, c := range columns {
			cell := cells[s+"\x00"+c.set+"\x00"+c.category]
			fmt.Fprintf(&b, " %.3f ± %.3f |", cell.Mean, cell.Std)
		}
		fmt.Fprintln(&b)
	}
	fmt.Fprintf(&b, "\nMean ± sample standard deviation over seeds %v; profile %s, %d steps of %d "+
		"(at most %d on a random encoder and on textile), M = %d, one model a data set; backend "+
		"%s, version %s. A number of the small world, not one of the paper's.\n",
		t.Seeds, t.Profile, t.Steps, t.Batch, fewerSteps, t.INPs, t.Backend, t.Version)
	return b.String()
}

// Write writes the table as BASE.json and BASE.md.
func (t *Foundation) Write(base string) error {
	data, err := json.MarshalIndent(t, "", " ")
	if err != nil {
		return err
	}
	return writeTable(base, string(data)+"\n", t.Markdown())
}
