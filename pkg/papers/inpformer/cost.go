package inpformer

import (
	"context"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"adlab/pkg/exhibit"
	"adlab/pkg/inpformer"
	"adlab/pkg/plot"
)

// spend runs something several times, the first not counted.
func spend(run func() error) (seconds float64, bytes int64, err error) {
	seconds = math.Inf(1)
	for i := range 6 {
		before := resident("VmRSS")
		// the peak begins anew, where there is such a file
		os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
		start := time.Now()
		if err := run(); err != nil {
			return 0, 0, err
		}
		if i > 0 {
			seconds = min(seconds, time.Since(start).Seconds())
			bytes = max(bytes, resident("VmHWM")-before)
		}
	}
	return seconds, bytes, nil
}

// resident is a line of the process's state, in bytes; 0 where the system does not say.
func resident(field string) int64 {
	state, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(state), field+":")
	words := strings.Fields(rest)
	if len(words) == 0 {
		return 0
	}
	kilobytes, err := strconv.ParseInt(words[0], 10, 64)
	if err != nil {
		return 0
	}
	return kilobytes << 10
}

// drawCost counts and measures self-attention and INP-guided attention over a growing number of
// tokens.
func drawCost(ctx context.Context, r *exhibit.Runner, _ *exhibit.Table) ([]exhibit.Figure,
	[]*exhibit.Table, error) {
	cfg := inpformer.Default(768, 28) // ViT-B/14 at 392 pixels: no weights are needed to count
	if r.Profile.Size != "" {
		m := Walked(r.Profile)
		enc, err := r.EncoderOf(m, m.Experiment)
		if err != nil {
			return nil, nil, err
		}
		cfg = inpformer.Default(enc.Width(), enc.Grid())
	}
	tokens := []int{196, 784, 1600, 3136}
	if r.Profile.Name == "smoke" {
		tokens = []int{49, 196}
	}
	var all []Attended
	for _, n := range tokens {
		all = append(all, Attended{Tokens: n}, Attended{Tokens: n, INPs: cfg.INPs})
	}
	all, err := Attend(ctx, r.Env, cfg, all)
	if err != nil {
		return nil, nil, err
	}
	counted := &exhibit.Table{
		Corner: "tokens N, attention",
		Columns: []string{"parameters", "MFLOPs projections", "MFLOPs attention", "MFLOPs in all",
			"MB of attention maps", "ms measured", "MB measured"},
	}
	lines := map[bool]*plot.Line{true: {Name: "self-attention"},
		false: {Name: "INP-guided attention"}}
	memory := map[bool]*plot.Line{true: {Name: "self-attention"},
		false: {Name: "INP-guided attention"}}
	for _, s := range all {
		cost, name := guidedCost(cfg.Width, cfg.Heads, s.Tokens, cfg.INPs),
			"INP-guided attention"
		self := s.INPs == 0
		if self {
			cost, name = selfAttentionCost(cfg.Width, cfg.Heads, s.Tokens),
				"self-attention"
		}
		group := fmt.Sprintf("N = %d", s.Tokens)
		cells := []exhibit.Cell{{Ours: []float64{float64(cost.Parameters)}}}
		for _, flops := range []int{cost.Projections, cost.Attention, cost.Projections +
			cost.Attention} {
			cells = append(cells, exhibit.Cell{Ours: []float64{float64(flops) / 1e6}, Decimals: 1})
		}
		cells = append(cells,
			exhibit.Cell{Ours: []float64{4 * float64(cost.MapValues) / 1e6}, Decimals: 2},
			exhibit.Cell{Ours: []float64{1000 * s.Seconds}, Decimals: 2},
			exhibit.Cell{Ours: []float64{float64(s.Bytes) / 1e6}, Decimals: 1})
		if s.Bytes == 0 {
			cells[len(cells)-1] = exhibit.Cell{}
		}
		g := counted.Group(group)
		g.Rows = append(g.Rows, exhibit.Row{Name: name, Kind: exhibit.Beside, Cells: cells})
		l, b := lines[self], memory[self]
		l.X, l.Y = append(l.X, float64(s.Tokens)), append(l.Y, 1000*s.Seconds)
		b.X, b.Y = append(b.X, float64(s.Tokens)), append(b.Y, 4*float64(cost.MapValues)/1e6)
	}
	counted.Notes = []string{
		fmt.Sprintf("C = %d channels, %d heads, M = %d prototypes, one image; biases are left out "+
			"of the operations", cfg.Width, cfg.Heads, cfg.INPs),
		"milliseconds: the fastest of five runs; MB measured: by how much the process grew at " +
			"most in them; both on this machine, busy or not",
	}
	growth, err := curves("growth", "time of one attention module", "patch tokens N",
		"milliseconds", *lines[true], *lines[false])
	if err != nil {
		return nil, nil, err
	}
	maps, err := curves("memory", "attention maps of one module", "patch tokens N", "MB",
		*memory[true], *memory[false])
	return []exhibit.Figure{growth, maps}, []*exhibit.Table{counted}, err
}

// curves is a figure of curves.
func curves(name, title, x, y string, lines ...plot.Line) (exhibit.Figure, error) {
	picture, err := plot.Curves(title, x, y, lines...)
	return exhibit.Figure{Name: name, Picture: picture}, err
}
