package peers

import (
	"context"
	"fmt"
	"image"
	"math"
	"os"
	"path/filepath"
	"time"

	"adlab/datasets"
	"adlab/pkg/backend"
	"adlab/pkg/bench"
	"adlab/pkg/convnet"
	"adlab/pkg/encoder"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
	papers "adlab/pkg/papers/inpformer"
	"adlab/pkg/plot"
	"adlab/pkg/store"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// curve is how a time grows, in milliseconds.
type curve struct {
	name string
	x, y []float64
}

// growth is the exhibit of fitted exponents.
var growth = exhibit.Exhibit{ID: "bench-growth", Paper: Paper, Kind: exhibit.KindTable, Apart: true,
	Outside: true, Timed: true, Draw: drawGrowth}

// drawGrowth measures how cost grows with tokens, prototypes and images, and fits y = a·xᵏ.
func drawGrowth(ctx context.Context, r *exhibit.Runner, _ *exhibit.Table) ([]exhibit.Figure,
	[]*exhibit.Table, error) {
	attention, err := attentionGrowth(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	images, err := metricsGrowth(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	features, speed, err := cacheGrowth(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	t := &exhibit.Table{Corner: "what grows, over what", Columns: []string{"from", "to",
		"at the first", "at the last", "exponent", "95 % interval"}}
	var figures []exhibit.Figure
	for _, part := range []struct {
		name, title, over string
		curves            []curve
	}{{"tokens", "one attention module", "patch tokens N", attention[:2]},
		{"prototypes", "INP-guided attention", "prototypes M", attention[2:]},
		{"images", "seven metrics, maps of 128²", "images", images},
		{"features", "features of EfficientNet-Lite0 from the cache", "images", features}} {
		var lines []plot.Line
		for _, c := range part.curves {
			k, low, high := exponent(c.x, c.y)
			last := len(c.x) - 1
			g := t.Group(part.title + ", over " + part.over)
			g.Rows = append(g.Rows, exhibit.Row{Name: c.name, Kind: exhibit.Beside,
				Cells: []exhibit.Cell{number(c.x[0], 0), number(c.x[last], 0),
					{Text: fmt.Sprintf("%.3g ms", c.y[0])},
					{Text: fmt.Sprintf("%.3g ms", c.y[last])}, number(k, 2),
					{Text: fmt.Sprintf("%.2f to %.2f", low, high)}}})
			line := plot.Line{Name: fmt.Sprintf("%s: %.2f (%.2f to %.2f)", c.name, k, low, high)}
			for i := range c.x {
				line.X = append(line.X, math.Log10(c.x[i]))
				line.Y = append(line.Y, math.Log10(c.y[i]))
			}
			lines = append(lines, line)
		}
		picture, err := plot.Curves(part.title, "log₁₀ of "+part.over, "log₁₀ of milliseconds",
			lines...)
		if err != nil {
			return nil, nil, err
		}
		figures = append(figures, exhibit.Figure{Name: part.name, Picture: picture})
	}
	t.Notes = []string{"exponent: the slope of a straight line through the logarithms, with " +
		"Student's interval; times are the fastest of five runs on this machine",
		"features from the cache: " + speed}
	return figures, []*exhibit.Table{t}, nil
}

// attentionGrowth is self-attention and INP-guided attention over tokens, and the latter over
// prototypes, of ViT-B's width.
func attentionGrowth(ctx context.Context, r *exhibit.Runner) ([]curve, error) {
	cfg := inpformer.Default(768, 28)
	tokens, prototypes, most := []int{196, 400, 784, 1600, 3136, 6400, 12544},
		[]int{1, 2, 4, 8, 16, 32, 64}, 6400 // beyond which self-attention needs tens of gigabytes
	if r.Profile.Name == "smoke" {
		cfg = inpformer.Default(64, 4)
		tokens, prototypes = []int{16, 36, 64}, []int{1, 2, 4}
	}
	var all []papers.Attended
	for _, n := range tokens {
		if n <= most {
			all = append(all, papers.Attended{Tokens: n})
		}
		all = append(all, papers.Attended{Tokens: n, INPs: cfg.INPs})
	}
	for _, m := range prototypes {
		all = append(all, papers.Attended{Tokens: tokens[2], INPs: m})
	}
	first := len(all) - len(prototypes)
	all, err := papers.Attend(ctx, r.Env, cfg, all)
	if err != nil {
		return nil, err
	}
	curves := []curve{{name: "self-attention"}, {name: "INP-guided attention"},
		{name: fmt.Sprintf("%d tokens", tokens[2])}}
	for i, a := range all {
		c, x := &curves[0], a.Tokens
		if i >= first {
			c, x = &curves[2], a.INPs
		} else if a.INPs > 0 {
			c = &curves[1]
		}
		c.x, c.y = append(c.x, float64(x)), append(c.y, 1000*a.Seconds)
	}
	return curves, nil
}

// metricsGrowth is the exact metrics engine over images.
func metricsGrowth(ctx context.Context, r *exhibit.Runner) ([]curve, error) {
	sizes, side := []int{16, 32, 64, 128, 256, 512, 1024}, 128
	if r.Profile.Name == "smoke" {
		sizes, side = []int{6, 12, 24}, 16
	}
	path := exhibit.CostPath(r.Env, "metrics of images 1", sizes, side)
	seconds, err := store.JSON(ctx, path, func() (all []float64, err error) {
		for _, n := range sizes {
			if err := context.Cause(ctx); err != nil {
				return nil, err
			}
			r.Env.Progress.Say("metrics of %d images", n)
			s, err := timeMetrics(r.Env, n, side)
			if err != nil {
				return nil, err
			}
			all = append(all, s)
		}
		return all, nil
	})
	c := curve{name: "exact metrics"}
	for i, s := range seconds {
		c.x, c.y = append(c.x, float64(sizes[i])), append(c.y, 1000*s)
	}
	return []curve{c}, err
}

// timeMetrics is the fastest of five runs over so many images.
func timeMetrics(v *experiment.Env, images, side int) (float64, error) {
	dir, err := os.MkdirTemp("", "adlab-bench-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	t := bench.Task{Kind: bench.Metrics, Seed: 1, Classes: 1, Images: images, Side: side}
	if err := t.Write(dir, v.Backend); err != nil {
		return 0, err
	}
	run, err := bench.Load(dir, v.Backend)
	if err != nil {
		return 0, err
	}
	return fastest(run)
}

// fastest is the shortest of five runs.
func fastest(run func() error) (float64, error) {
	best := math.Inf(1)
	for range 5 {
		begun := time.Now()
		if err := run(); err != nil {
			return 0, err
		}
		best = min(best, time.Since(begun).Seconds())
	}
	return best, nil
}

// kept is what reading features back took.
type kept struct {
	Images  int     `json:"images"`
	Seconds float64 `json:"seconds"`
	Bytes   int64   `json:"bytes"`
}

// cacheGrowth is how long features that are kept take to be read back, their pictures' digests
// checked, over images, and how fast the bytes come.
func cacheGrowth(ctx context.Context, r *exhibit.Runner) (curves []curve, speed string, err error) {
	sizes := []int{64, 128, 256, 512, 1024}
	if r.Profile.Name == "smoke" {
		sizes = []int{2, 4, 8}
	}
	path := exhibit.CostPath(r.Env, "features kept 1", sizes, r.Env.Backend.Bits())
	all, err := store.JSON(ctx, path, func() (all []kept, err error) {
		for _, n := range sizes {
			r.Env.Progress.Say("features of %d images, from the cache", n)
			x, err := timeKept(ctx, r.Env, n)
			if err != nil {
				return nil, err
			}
			all = append(all, x)
		}
		return all, nil
	})
	if err != nil {
		return nil, "", err
	}
	c := curve{name: "read back"}
	for _, x := range all {
		c.x, c.y = append(c.x, float64(x.Images)), append(c.y, 1000*x.Seconds)
	}
	last := all[len(all)-1]
	return []curve{c}, fmt.Sprintf("%.0f MB of %d images, %.2f MB each, at %.0f MB a second",
		float64(last.Bytes)/1e6, last.Images, float64(last.Bytes)/1e6/float64(last.Images),
		float64(last.Bytes)/1e6/last.Seconds), nil
}

// timeKept writes pictures, encodes them, and takes the fastest of five times of reading it back.
func timeKept(ctx context.Context, v *experiment.Env, images int) (kept, error) {
	dir, err := os.MkdirTemp("", "adlab-bench-")
	if err != nil {
		return kept{}, err
	}
	defer os.RemoveAll(dir)
	var cfg convnet.Config
	if v.Backend.Short() == backend.Go {
		cfg.Image = 64 // encoding, which is not timed, is slow there
	}
	enc, err := convnet.New(cfg)
	if err != nil {
		return kept{}, err
	}
	var samples []datasets.Sample
	for i := range images {
		m := image.NewGray(image.Rect(0, 0, 16, 16))
		for k := range m.Pix {
			m.Pix[k] = uint8(i + 7*k + i/256)
		}
		name := fmt.Sprintf("%04d.png", i)
		if err := plot.WritePNG(filepath.Join(dir, name), m, nil); err != nil {
			return kept{}, err
		}
		samples = append(samples, datasets.Sample{ID: name, Path: filepath.Join(dir, name)})
	}
	x := kept{Images: images}
	read := func() error {
		cache := &encoder.Cache{Backend: v.Backend.Backend, Encoder: enc, Dir: dir}
		f, err := cache.Extract(ctx, samples)
		if err != nil {
			return err
		}
		defer f.Close()
		for i := range images {
			f.At(i)
		}
		x.Bytes = 4 * int64(f.Len*f.Groups*f.Tokens*f.Width)
		return nil
	}
	if err := read(); err != nil { // it encodes
		return kept{}, err
	}
	x.Seconds, err = fastest(read)
	return x, err
}

// exponent fits y = a·xᵏ through the logarithms: k with its interval of 95 percent.
func exponent(x, y []float64) (k, low, high float64) {
	n := len(x)
	lx, ly := make([]float64, n), make([]float64, n)
	for i := range x {
		lx[i], ly[i] = math.Log(x[i]), math.Log(y[i])
	}
	a, k := stat.LinearRegression(lx, ly, nil, false)
	rest := 0.0
	for i := range lx {
		d := ly[i] - a - k*lx[i]
		rest += d * d
	}
	free := float64(n - 2)
	spread := math.Sqrt(rest / free / (stat.Variance(lx, nil) * float64(n-1)))
	t := distuv.StudentsT{Sigma: 1, Nu: free}.Quantile(0.975)
	return k, k - t*spread, k + t*spread
}
