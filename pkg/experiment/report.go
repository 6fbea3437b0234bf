package experiment

import (
	"fmt"
	"strings"
)

// Metrics are fractions; nil where undefined.
type Metrics struct {
	ImageAUROC *float64 `json:"image_auroc"`
	ImageAP    *float64 `json:"image_ap"`
	ImageF1Max *float64 `json:"image_f1max"`
	PixelAUROC *float64 `json:"pixel_auroc"`
	PixelAP    *float64 `json:"pixel_ap"`
	PixelF1Max *float64 `json:"pixel_f1max"`
	AUPRO      *float64 `json:"aupro"`
	Why        string   `json:"why,omitempty"` // why some are undefined
}

// all lists the fields in the order of the tables.
func (m *Metrics) all() []**float64 {
	return []**float64{&m.ImageAUROC, &m.ImageAP, &m.ImageF1Max, &m.PixelAUROC, &m.PixelAP,
		&m.PixelF1Max, &m.AUPRO}
}

// CategoryReport is one category's row.
type CategoryReport struct {
	Name string `json:"name"`
	Metrics
	TrainImages int `json:"train_images"`
	TestImages  int `json:"test_images"`
	// Rulers are what other conventions say, or with which intervals, where that was asked for
	Rulers []Ruled `json:"rulers,omitempty"`
}

// Report is what an evaluation found.
type Report struct {
	Detector   string           `json:"detector"`
	Backend    string           `json:"backend"`
	Profile    string           `json:"profile"`
	Encoder    string           `json:"encoder"`
	Setting    string           `json:"setting"`
	Convention Convention       `json:"convention"`
	Seed       uint64           `json:"seed"`
	Categories []CategoryReport `json:"categories"`
	Mean       Metrics          `json:"mean"`
	Rulers     []Ruled          `json:"rulers,omitempty"` // means, as the categories'
	Resampling *Resampling      `json:"resampling,omitempty"`
	Types      *TypesReport     `json:"types,omitempty"` // of multi-type segmentation
	Seconds    float64          `json:"seconds"`
}

// mean averages each metric over the categories that define it.
func mean(rows []CategoryReport) Metrics {
	var m Metrics
	var fields [][]**float64
	for i := range rows {
		fields = append(fields, rows[i].all())
	}
	if averages(m.all(), fields) > 0 {
		m.Why = "categories without a metric are left out of its mean"
	}
	return m
}

// averages sets each metric of mean to the average over the rows that define it, nil where none
// does, and counts the metrics that some row does not define.
func averages(mean []**float64, rows [][]**float64) (missing int) {
	for i, field := range mean {
		sum, n := 0.0, 0
		for _, row := range rows {
			if v := *row[i]; v != nil {
				sum, n = sum+*v, n+1
			}
		}
		if n > 0 {
			*field = new(sum / float64(n))
		}
		if n < len(rows) {
			missing++
		}
	}
	return missing
}

// line is a row of a text table: a name, metrics, and a note.
func line(name string, metrics []**float64, note string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-20s", name)
	for _, v := range metrics {
		if *v == nil {
			fmt.Fprintf(&b, " %7s", "-")
		} else {
			fmt.Fprintf(&b, " %7.4f", **v)
		}
	}
	return b.String() + "  " + note + "\n"
}

// Text is the report as a table.
func (r *Report) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s on %s, %s, profile %s, seed %d, backend %s, %.0f s\n", r.Detector,
		r.Encoder, r.Setting, r.Profile, r.Seed, r.Backend, r.Seconds)
	fmt.Fprintf(&b, "%-20s %7s %7s %7s %7s %7s %7s %7s  %s\n", "category", "I-AUROC", "I-AP",
		"I-F1max", "P-AUROC", "P-AP", "P-F1max", "AUPRO", "train/test")
	if r.Convention != Exact && r.Convention != AllRulers {
		fmt.Fprintf(&b, "pixel metrics as the official evaluation of %s prints them\n",
			r.Convention)
	}
	notes := map[string]bool{}
	for _, c := range r.Categories {
		b.WriteString(line(c.Name, c.all(), fmt.Sprintf("%d/%d", c.TrainImages, c.TestImages)))
		if c.Why != "" && !notes[c.Why] {
			notes[c.Why] = true
		}
	}
	b.WriteString(line("mean", r.Mean.all(), ""))
	for _, c := range r.Categories {
		if notes[c.Why] {
			fmt.Fprintf(&b, "- : %s\n", c.Why)
			delete(notes, c.Why)
		}
	}
	if len(r.Rulers) > 0 {
		b.WriteString("\nmean over the categories\n" + RuledText(r.Rulers) +
			r.Resampling.String())
	}
	if r.Types != nil {
		b.WriteString(r.Types.Text())
	}
	return b.String()
}
