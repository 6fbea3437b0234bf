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
	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
	"adlab/pkg/plot"
	"adlab/pkg/store"
)

// spent is what a compiled attention module took on this machine for one image.
type spent struct {
	Tokens  int     `json:"tokens"`
	Self    bool    `json:"self"`
	Seconds float64 `json:"seconds"` // the fastest of several runs
	// by which the process grew at most while it ran; 0 where the system does not say
	Bytes int64 `json:"bytes"`
}

// spendings are both modules at each number of tokens: measured, or what was measured on this
// machine before.
func spendings(ctx context.Context, v *experiment.Env, cfg inpformer.Config, tokens []int) ([]spent,
	error) {
	path := exhibit.CostPath(v, "attention 2", cfg, tokens, v.Backend.Bits())
	return store.JSON(ctx, path, func() (all []spent, err error) {
		for _, n := range tokens {
			for _, self := range []bool{true, false} {
				if err := context.Cause(ctx); err != nil {
					return nil, err
				}
				v.Progress.Say("attention of %d tokens", n)
				s, err := spendOn(v, cfg, n, self)
				if err != nil {
					return nil, err
				}
				s.Tokens, s.Self = n, self
				all = append(all, s)
			}
		}
		return all, nil
	})
}

// spendOn measures an attention module on so many tokens.
func spendOn(v *experiment.Env, cfg inpformer.Config, tokens int, self bool) (spent, error) {
	a, err := newAttention(v.Backend.Backend, cfg, tokens, self)
	if err != nil {
		return spent{}, err
	}
	defer a.close()
	return spend(a.run)
}

// spend runs something several times, the first not counted.
func spend(run func() error) (s spent, err error) {
	s.Seconds = math.Inf(1)
	for i := range 6 {
		before := resident("VmRSS")
		// the peak begins anew, where there is such a file
		os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
		start := time.Now()
		if err := run(); err != nil {
			return s, err
		}
		if i > 0 {
			s.Seconds = min(s.Seconds, time.Since(start).Seconds())
			s.Bytes = max(s.Bytes, resident("VmHWM")-before)
		}
	}
	return s, nil
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
	all, err := spendings(ctx, r.Env, cfg, tokens)
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
		if s.Self {
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
		l, b := lines[s.Self], memory[s.Self]
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
