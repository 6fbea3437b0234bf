package lab

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"adlab/datasets"
	"adlab/pkg/encoder"
	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
	"adlab/pkg/store"
)

// benchEncoder is an encoder as the table of encoders has it.
type benchEncoder struct {
	Name string
	KNN  string // Experiment.Encoder for nearest neighbour
	INP  string // and for INP-Former, where it needs another form
}

var benchEncoders = []benchEncoder{
	{"EfficientNet-Lite0", "", ""},
	{"distilled transformer", "vit", "vit"},
	{"the same untrained", "vit-random", "vit-random"},
	{"raw pixels", "pixels", "pixels-half"},
	{"HOG", "hog", "hog-cells"},
}

// benchMethods are the detectors of the table.
var benchMethods = []string{"knn", "inp-former"}

func benchNames() (names []string) {
	for _, b := range benchEncoders {
		names = append(names, b.Name)
	}
	return names
}

// BenchSet is a data set of the table of encoders.
type BenchSet struct {
	Name, Layout, Data string
}

// BenchSets are ELPV, the textile images, and the generated benchmarks in a folder that `adlab data
// synth` wrote.
func BenchSets(synth string) []BenchSet {
	return []BenchSet{{"elpv", "elpv", ""}, {"textile", "textile", ""},
		{"generated mvtec", "mvtec", filepath.Join(synth, "mvtec")},
		{"generated visa", "visa", filepath.Join(synth, "visa")}}
}

// EncoderCell is what one encoder and method reached on one set with one seed.
type EncoderCell struct {
	Encoder    string                      `json:"encoder"`
	Method     string                      `json:"method"`
	Set        string                      `json:"set"`
	Seed       uint64                      `json:"seed"`
	Steps      int                         `json:"steps"` // 0 where nothing is trained
	Version    string                      `json:"version"`
	Categories []experiment.CategoryReport `json:"categories"`
	Mean       experiment.Metrics          `json:"mean"`
	Seconds    float64                     `json:"seconds"`
}

// EncoderTable is the measurement of the encoders with what made it. Cells that were not measured
// yet are not in it.
type EncoderTable struct {
	Title        string             `json:"title"`
	Backend      string             `json:"backend"`
	Version      string             `json:"version"`
	Batch        int                `json:"batch"`
	INPs         int                `json:"inps"`
	Digests      map[string]string  `json:"digests"`      // of encoders
	Sets         map[string]string  `json:"sets"`         // name to digest over the images used
	Milliseconds map[string]float64 `json:"milliseconds"` // an image, encoder alone
	Cells        []EncoderCell      `json:"cells"`
}

// BenchOptions of BenchEncoders.
type BenchOptions struct {
	Sets     []BenchSet
	Methods  []string
	Encoders []string // by name; nil for all
	Seeds    []uint64
	Steps    int // of INP-Former
	Version  string
	Report   bool // measure nothing: the table of what is there
}

// BenchEncoders measures every encoder with every method on every set, all with the first seed,
// then all with the next. What was measured before is taken from the cache; after each cell, done
// is given the table so far.
func (l *Lab) BenchEncoders(ctx context.Context, o BenchOptions,
	done func(*EncoderTable) error) error {
	t := &EncoderTable{Title: "Encoders of the small world", Backend: l.Backend.Short(),
		Version: o.Version,
		INPs:    experiment.OwnOf[inpformer.Settings](experiment.Default("elpv")).INPs, Batch: 16,
		Digests: map[string]string{}, Sets: map[string]string{}, Milliseconds: map[string]float64{}}
	for _, name := range o.Methods {
		if !slices.Contains(benchMethods, name) {
			return fmt.Errorf("--methods: expected some of %s, got %q",
				strings.Join(benchMethods, ", "), name)
		}
	}
	for _, name := range o.Encoders {
		if !slices.ContainsFunc(benchEncoders, func(b benchEncoder) bool {
			return b.Name == name
		}) {
			return fmt.Errorf("--encoders: expected some of %s, got %q",
				strings.Join(benchNames(), ", "), name)
		}
	}
	for _, s := range o.Sets {
		set, err := datasets.Open(s.Layout, s.Data, datasets.Options{})
		if err != nil {
			return err
		}
		if t.Sets[s.Name], err = set.Digest(); err != nil {
			return err
		}
	}
	for _, seed := range o.Seeds {
		for _, method := range o.Methods {
			for _, s := range o.Sets {
				for _, b := range benchEncoders {
					if o.Encoders != nil && !slices.Contains(o.Encoders, b.Name) {
						continue
					}
					e := experiment.Default(s.Layout)
					e = e.By(method)
					e.Data, e.Seed, e.Encoder = s.Data, seed, b.KNN
					if method == "inp-former" {
						e.Encoder, e.Steps = b.INP, o.Steps
					}
					cell, err := l.encoderCell(ctx, e, b, s, t, o)
					if err != nil {
						return err
					}
					if cell == nil {
						continue
					}
					t.Cells = append(t.Cells, *cell)
					if err := done(t); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// encoderCell measures a cell, or takes it from the cache. It is nil where it is not there and only
// a report is wanted.
func (l *Lab) encoderCell(ctx context.Context, e experiment.Experiment, b benchEncoder, s BenchSet,
	t *EncoderTable, o BenchOptions) (*EncoderCell, error) {
	enc, err := l.NewEncoder(e)
	if err != nil {
		return nil, err
	}
	t.Digests[enc.Name()] = enc.Digest()
	if _, known := t.Milliseconds[b.Name]; !known {
		if t.Milliseconds[b.Name], err = l.encodingTime(enc); err != nil {
			return nil, err
		}
	}
	h := sha256.New()
	fmt.Fprintf(h, "encoder cell 1\n%s\n%s\n%s\n%d %d %d %s\n", e.Detector, enc.Digest(),
		t.Sets[s.Name], e.Seed, e.Steps, experiment.OwnOf[inpformer.Settings](e).INPs,
		l.Backend.Short())
	path := filepath.Join(l.Cache, "bench", fmt.Sprintf("%x.json", h.Sum(nil)[:20]))
	cell := &EncoderCell{}
	switch b, err := os.ReadFile(path); {
	case err == nil:
		if err := json.Unmarshal(b, cell); err != nil {
			return nil, fmt.Errorf("%s: %w; delete it and run again", path, err)
		}
		return cell, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	if o.Report {
		return nil, nil
	}
	l.Progress.Say("%s, %s on %s, seed %d", s.Name, e.Detector, b.Name, e.Seed)
	report, err := l.Evaluate(ctx, e, nil)
	if err != nil {
		return nil, err
	}
	cell = &EncoderCell{b.Name, e.Detector, s.Name, e.Seed, e.Steps, o.Version, report.Categories,
		report.Mean, report.Seconds}
	data, err := json.MarshalIndent(cell, "", " ")
	if err != nil {
		return nil, err
	}
	return cell, store.WriteFile(path, data)
}

// encodingTime is how long the encoder takes for an image, in milliseconds: the shortest of some
// runs of a batch.
func (l *Lab) encodingTime(enc encoder.Encoder) (float64, error) {
	const batch, runs = 16, 8
	side := enc.Transform().Crop
	pixels := make([]float32, batch*side*side*3)
	x := &encoder.Cache{Backend: l.Backend.Backend, Encoder: enc}
	best := math.Inf(1)
	for range 1 + runs { // the first one compiles
		start := time.Now()
		if _, err := x.Run(pixels, batch); err != nil {
			return 0, err
		}
		best = min(best, time.Since(start).Seconds())
	}
	return math.Round(best/batch*1e5) / 100, nil
}

// column is a column of the table: a set, or one of its categories.
type column struct{ set, category string }

// columns are ELPV's kinds of cells, and the means of the other sets.
func (t *EncoderTable) columns() (columns []column) {
	for _, c := range t.Cells {
		names := []string{"mean"}
		if c.Set == "elpv" {
			names = []string{"mono", "poly", "mean"}
		}
		for _, name := range names {
			if k := (column{c.Set, name}); !slices.Contains(columns, k) {
				columns = append(columns, k)
			}
		}
	}
	return columns
}

// values are a metric's in a column, over the seeds.
func (t *EncoderTable) values(encoder, method string, c column,
	metric func(experiment.Metrics) *float64) (values []float64) {
	for _, cell := range t.Cells {
		if cell.Encoder != encoder || cell.Method != method || cell.Set != c.set {
			continue
		}
		m := cell.Mean
		for _, row := range cell.Categories {
			if row.Name == c.category {
				m = row.Metrics
			}
		}
		if v := metric(m); v != nil {
			values = append(values, *v)
		}
	}
	return values
}

// Markdown is the table: one line an encoder and method, image AUROC, and AUPRO where there are
// masks.
func (t *EncoderTable) Markdown() string {
	var b strings.Builder
	columns := t.columns()
	fmt.Fprintf(&b, "# Encoders of the small world\n\nImage AUROC / AUPRO, mean ± sample standard "+
		"deviation over the seeds; AUPRO where there are masks.\n\n| encoder | method | steps | "+
		"ms an image |")
	for _, c := range columns {
		fmt.Fprintf(&b, " %s %s |", c.set, c.category)
	}
	fmt.Fprintf(&b, "\n|---|---|---|---|%s\n", strings.Repeat("---|", len(columns)))
	seeds, versions := map[uint64]bool{}, map[string]bool{}
	for _, e := range benchEncoders {
		for _, method := range benchMethods {
			i := slices.IndexFunc(t.Cells, func(c EncoderCell) bool {
				return c.Encoder == e.Name && c.Method == method
			})
			if i < 0 {
				continue
			}
			fmt.Fprintf(&b, "| %s | %s | %d | %.1f |", e.Name, method, t.Cells[i].Steps,
				t.Milliseconds[e.Name])
			for _, c := range columns {
				auroc := t.values(e.Name, method, c, func(m experiment.Metrics) *float64 {
					return m.ImageAUROC
				})
				aupro := t.values(e.Name, method, c, func(m experiment.Metrics) *float64 {
					return m.AUPRO
				})
				fmt.Fprintf(&b, " %s |",
					strings.Join(slices.DeleteFunc([]string{spread(auroc), spread(aupro)},
						func(s string) bool {
							return s == ""
						}), " / "))
			}
			fmt.Fprintln(&b)
		}
	}
	seconds := 0.0
	for _, c := range t.Cells {
		seeds[c.Seed], versions[c.Version] = true, true
		seconds += c.Seconds
	}
	fmt.Fprintf(&b, "\nSeeds up to %d; ± is absent where one seed was measured. One model a data "+
		"set; INP-Former with M = %d, steps of %d images as the table says. INP-Former reads "+
		"pixels averaged to 8 × 8 a patch, and HOG a block a token; nearest neighbour reads "+
		"pixels as they are, and HOG of the whole image. Milliseconds: encoder alone, the "+
		"best of some batches of 16. Backend %s, versions %s, %.0f s in all, `make "+
		"bench-encoders`. Numbers of the small world, not the papers'.\n",
		len(seeds), t.INPs, t.Batch, t.Backend, strings.Join(slices.Sorted(maps.Keys(versions)),
			", "), seconds)
	return b.String()
}

// spread is mean ± deviation; "" for none.
func spread(values []float64) string {
	switch mean, std := meanStd(values); len(values) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("%.3f", mean)
	default:
		return fmt.Sprintf("%.3f ± %.3f", mean, std)
	}
}

// Write writes the table as BASE.json and BASE.md.
func (t *EncoderTable) Write(base string) error {
	data, err := json.MarshalIndent(t, "", " ")
	if err != nil {
		return err
	}
	return writeTable(base, string(data)+"\n", t.Markdown())
}
