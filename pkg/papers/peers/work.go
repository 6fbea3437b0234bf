package peers

import (
	"time"

	"adlab/pkg/bench"
	"adlab/pkg/detector"
	"adlab/pkg/experiment"
	"adlab/pkg/imageio"
	"adlab/pkg/vit"
)

// work is a group of a table: a task, the peers that do it, and what adlab wants to reach.
type work struct {
	name   string
	short  string // in the picture
	task   bench.Task
	peers  []string
	budget bench.Budget
	goals  []goal
	// cached is the same work from features at hand: a side of adlab's own; nil for none
	cached *bench.Task
	// pure adds adlab on its Go backend, which is to take so many times as long at most; 0 for no
	pure float64
}

// goal is a ratio of times, a peer's over adlab's, that adlab wants at least.
type goal struct {
	peers []string // the fastest of them counts
	ratio float64
	// cached tells that adlab takes its features from the cache
	cached bool
}

// The peers by the names that the script knows.
const (
	eager   = "eager"
	compile = "compile"
	ort     = "onnxruntime"
	ov      = "openvino"
	scikit  = "scikit"
	adeval  = "adeval"
)

// called is how a table calls a peer.
var called = map[string]string{eager: "PyTorch, eager", compile: "PyTorch, torch.compile",
	ort: "onnxruntime", ov: "OpenVINO", scikit: "scikit-learn, scikit-image", adeval: "adeval"}

var (
	often  = bench.Budget{Rounds: 40, Least: 5, Within: 25 * time.Second}
	seldom = bench.Budget{Rounds: 5, Least: 3, Within: 40 * time.Second}
	once   = bench.Budget{Rounds: 2, Least: 2}
	single = bench.Budget{Rounds: 1, Least: 1}
)

// efficientNet is the laptop's encoder with its default taps.
func efficientNet() *bench.Network {
	return &bench.Network{Network: bench.EfficientNet, Side: 224, Width: 192, Grid: 14,
		Taps: []int{4, 5, 6, 7, 8, 9, 10}}
}

// dino is a DINOv2 with registers at so many pixels a side.
func dino(width, side int) *bench.Network {
	const patch, depth = 14, 12
	return &bench.Network{Network: bench.DINOv2, Side: side, Width: width, Heads: width / 64,
		Depth: depth, Patch: patch, Registers: 4, Grid: side / patch, Taps: vit.TapsFor(depth)}
}

// tiny makes a network small enough for a test.
func tiny(n *bench.Network) *bench.Network {
	switch n.Network {
	case bench.EfficientNet:
		n.Side, n.Grid = 64, 4
	case bench.DINOv2:
		n.Width, n.Heads, n.Depth, n.Side, n.Grid, n.Taps = 16, 2, 2, 28, 2, []int{0, 1}
	case bench.CLIP:
		if !n.Shipped {
			n.Width, n.Heads, n.Depth, n.Side, n.Grid, n.Taps, n.Embed = 16, 2, 2, 28, 2,
				[]int{1, 2}, 8
		}
	}
	return n
}

// quick makes works small enough for a test.
func quick(all []work) []work {
	for i := range all {
		w := &all[i]
		w.budget = once
		for _, t := range []*bench.Task{&w.task, w.cached} {
			if t != nil && t.Head != nil {
				t.Head.INPs, t.Head.Blocks = 2, 2
			}
		}
	}
	return all
}

// metrics are the seven metrics of one class and of fifteen.
func metrics(p experiment.Profile) []work {
	task := bench.Task{Kind: bench.Metrics, Seed: 1, Classes: 1, Images: 115, Side: 256}
	many := task
	many.Classes = 15
	if p.Name == "smoke" {
		task.Images, task.Side, many.Images, many.Side, many.Classes = 9, 32, 9, 32, 2
	}
	goals := []goal{{peers: []string{scikit}, ratio: 60}, {peers: []string{adeval}, ratio: 2}}
	return []work{
		{name: "seven metrics, one class of 115 images", short: "one class", task: task,
			peers: []string{scikit, adeval}, budget: seldom, goals: goals},
		{name: "seven metrics, fifteen classes", short: "fifteen classes", task: many,
			peers: []string{scikit, adeval}, budget: single, goals: goals},
	}
}

// forwards are encoders on random images.
func forwards(p experiment.Profile) (all []work) {
	engines := []string{eager, compile, ort, ov}
	add := func(name, short string, n *bench.Network, batch int, b bench.Budget, goals ...goal) {
		if p.Name == "smoke" {
			n = tiny(n)
		}
		all = append(all, work{name: name, short: short, peers: engines, budget: b, goals: goals,
			task: bench.Task{Kind: bench.Forward, Seed: 1, Batch: batch, Encoder: n}})
	}
	level, vit := goal{peers: []string{ort}, ratio: 1},
		[]goal{{peers: []string{compile, ort}, ratio: 1}, {peers: []string{ov}, ratio: 1 / 1.15}}
	add("EfficientNet-Lite0 to block 10, 224 pixels, batch 1", "EfficientNet, 1", efficientNet(),
		1, often, level)
	add("EfficientNet-Lite0 to block 10, 224 pixels, batch 16", "EfficientNet, 16", efficientNet(),
		16, often, level)
	add("ViT-S/14, 224 pixels, batch 1", "ViT-S 224, 1", dino(384, 224), 1, often, vit...)
	add("ViT-S/14, 224 pixels, batch 16", "ViT-S 224, 16", dino(384, 224), 16, often, vit...)
	add("ViT-S/14, 392 pixels, batch 4", "ViT-S 392, 4", dino(384, 392), 4, often, vit...)
	add("ViT-B/14, 392 pixels, batch 1", "ViT-B 392, 1", dino(768, 392), 1, often, vit...)
	add("CLIP ViT-L/14, 336 pixels, batch 1", "ViT-L 336, 1", &bench.Network{Network: bench.CLIP,
		Side: 336, Width: 1024, Heads: 16, Depth: 24, Patch: 14, Grid: 24,
		Taps: []int{6, 12, 18, 24}, Embed: 768}, 1, once)
	all[0].pure = 8
	return all
}

// head is INP-Former's shape and loss for a width, with the groups' sizes.
func head(width int, sizes ...int) *bench.Head {
	return &bench.Head{Heads: max(1, width/64), INPs: 6, Blocks: 8, Sizes: sizes, Coherence: 0.2,
		Mining: 3}
}

// steps are training steps, with and without the encoder.
func steps(p experiment.Profile) (all []work) {
	trainers := []string{eager, compile}
	goals := []goal{{peers: []string{eager}, ratio: 1.5}, {peers: []string{compile}, ratio: 1.2},
		{peers: []string{eager, compile}, ratio: 3, cached: true}}
	inp := func(name, short string, n *bench.Network, groups [][]int) {
		if p.Name == "smoke" {
			n, groups = tiny(n), groups[:0]
			for i := range n.Taps {
				groups = append(groups, []int{i})
			}
			groups = groups[:min(2, len(groups))]
			n.Taps = n.Taps[:len(groups)]
		}
		var sizes []int
		for _, g := range groups {
			sizes = append(sizes, len(g))
		}
		t := bench.Task{Kind: bench.Step, Seed: 1, Method: bench.INPFormer, Batch: 16,
			Grid: n.Grid, Width: n.Width, Head: head(n.Width, sizes...), Rate: 1e-3, Clip: 0.1}
		if p.Name == "smoke" {
			t.Batch = 2
		}
		whole := t
		whole.Encoder, whole.Groups = n, groups
		all = append(all, work{name: "INP-Former on " + name + ", the encoder in each step",
			short: short + ", whole",
			task:  whole, peers: trainers, budget: often, goals: goals, cached: &t},
			work{name: "INP-Former on " + name + ", features at hand",
				short: short + ", head", task: t, peers: trainers,
				budget: often, pure: 4})
	}
	inp("EfficientNet-Lite0 (192 wide, 196 tokens, 16 images)", "EfficientNet", efficientNet(),
		[][]int{{0, 1, 2, 3}, {4, 5, 6}})
	inp("ViT-S/14 (384 wide, 256 tokens, 16 images)", "ViT-S", dino(384, 224),
		[][]int{{0, 1, 2, 3}, {4, 5, 6, 7}})
	for _, c := range []struct {
		name, short                      string
		width, grid, side, embed, images int
	}{{"128 wide, 64 tokens, 112 pixels", "MultiADS, 128", 128, 8, 112, 96, 8},
		{"1024 wide, 37² tokens, 518 pixels", "MultiADS, 1024", 1024, 37, 518, 768, 8}} {
		t := bench.Task{Kind: bench.Step, Seed: 1, Method: bench.MultiADS, Batch: c.images,
			Grid: c.grid, Width: c.width, Embed: c.embed, Side: c.side, Taps: 4, Columns: 9,
			Rate: 1e-3}
		if p.Name == "smoke" {
			t.Batch, t.Grid, t.Width, t.Embed, t.Side = 2, 2, 8, 6, 12
		}
		all = append(all, work{name: "MultiADS's adapters (" + c.name + ", 9 columns, 8 images)",
			short: c.short, task: t, peers: trainers, budget: often, goals: goals[:2]})
	}
	return all
}

// looks go from a picture's file of 1024² pixels to its map, one picture at a time.
func looks(p experiment.Profile) (all []work) {
	engines := []string{eager, compile, ort, ov}
	inp := func(name, short string, n *bench.Network, t imageio.Transform, groups [][]int) {
		if p.Name == "smoke" {
			n = tiny(n)
			n.Taps = n.Taps[:2]
			groups = [][]int{{0}, {1}}
		}
		sizes := []int{len(groups[0]), len(groups[1])}
		all = append(all, work{name: "INP-Former on " + name, short: short, peers: engines,
			budget: often, task: bench.Task{Kind: bench.Look, Seed: 1,
				Method: bench.INPFormer, Grid: n.Grid,
				Width: n.Width, Head: head(n.Width, sizes...), Encoder: n, Groups: groups,
				Side: 256, Resize: n.Side, Crop: n.Side, Mean: t.Mean, Std: t.Std}})
	}
	gray := [3]float32{127.0 / 255, 127.0 / 255, 127.0 / 255}
	inp("EfficientNet-Lite0, 224 pixels", "INP-Former, EfficientNet", efficientNet(),
		imageio.Transform{Mean: gray, Std: [3]float32{128.0 / 255, 128.0 / 255, 128.0 / 255}},
		[][]int{{0, 1, 2, 3}, {4, 5, 6}})
	inp("ViT-S/14, 224 pixels", "INP-Former, ViT-S", dino(384, 224),
		imageio.Transform{Mean: vit.Mean, Std: vit.Std},
		[][]int{{0, 1, 2, 3}, {4, 5, 6, 7}})
	return append(all, work{name: "MultiADS on the small pair, 112 pixels",
		short: "MultiADS, small", peers: engines, budget: often, task: bench.Task{Kind: bench.Look,
			Seed: 1, Method: bench.MultiADS, Side: detector.MapSide,
			Encoder: &bench.Network{Network: bench.CLIP, Shipped: true}}})
}
