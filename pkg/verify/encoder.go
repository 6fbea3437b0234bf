package verify

import (
	"fmt"
	"strings"

	"adlab/pkg/encoder"
	"adlab/pkg/layer"
	"adlab/pkg/tensorfile"
	"adlab/pkg/vit"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// posEmbed: AtoB/in to AtoB/out for every pair of grids in the file.
func posEmbed(c *checker) {
	for _, name := range c.file("pos_embed").Names() {
		pair, ok := strings.CutSuffix(name, "/in")
		if !ok {
			continue
		}
		var n, s int
		if _, err := fmt.Sscanf(pair, "%dto%d", &n, &s); err != nil {
			panic(fmt.Errorf("pos_embed: expected AtoB/in, got %q", name))
		}
		out := must(CallOnce(c.backend, func(table *Node) *Node {
			return vit.Position(table, n, s, s, vit.OffsetScale)
		}, c.tensor("pos_embed", name)))
		c.against(out, "pos_embed", pair+"/out", 5e-5)
	}
}

// config is forward.json's.
type config struct {
	M, Dim, Heads, Depth, Patch, Registers, Grid, Image int
	PreGrid                                             int `json:"pre_grid"`
	Taps                                                []int
	Groups                                              [][]int
}

type forwardJSON struct {
	Config          config
	CoherenceWeight float64 `json:"coherence_weight"`
	MiningPower     float64 `json:"mining_power"`
	Recon           float64 `json:"recon_loss"`
	Coherence       float64 `json:"coherence_loss"`
	ReconPower0     float64 `json:"recon_loss_power0"`
	Total           float64 `json:"total_loss"`
	GradNorm        float64 `json:"grad_norm_all_trainable"`
}

func (c *checker) config() forwardJSON {
	var j forwardJSON
	c.json("forward", &j)
	return j
}

// encoder loads the frozen part of the full checkpoint.
func (c *checker) encoder() *vit.Encoder {
	j := c.config().Config
	return must(vit.Open(c.file("weights").Path(), vit.Options{Resize: j.Image, Crop: j.Image,
		Heads: j.Heads, Taps: j.Taps}))
}

// encoderPath: position table, tokens, every tap with class and registers, fused mean.
func encoderPath(c *checker) {
	e, input := c.encoder(), c.images("encoder", "input")
	outputs := must(model.CallOnceN(c.backend, e.Store(),
		func(scope *model.Scope, images *Node) []*Node {
			table := layer.Param(scope, images.Graph(), "pos_embed", 1,
				1+e.Config.StoredGrid*e.Config.StoredGrid, e.Config.Width)
			out := []*Node{vit.Position(table, e.Config.StoredGrid, e.Config.Grid, e.Config.Grid,
				e.Config.Positions),
				vit.Tokens(scope, e.Config, images)}
			taps := vit.Forward(scope, e.Config, images)
			return append(append(out, encoder.Mean(e.Forward(scope, images))), taps...)
		}, input))
	c.against(outputs[0], "encoder", "pos_embed", 5e-5)
	c.against(outputs[1], "encoder", "tokens", 2e-4)
	c.against(outputs[2], "encoder", "fused", 2e-4)
	for i, tap := range e.Config.Taps {
		if name := fmt.Sprintf("tap%d", tap); c.file("encoder").Has(name) {
			c.against(outputs[3+i], "encoder", name, 2e-4)
		}
	}
}

// names: the same encoder under three layouts must give the same block outputs.
func names(c *checker) {
	var j struct {
		Heads, Grid, Depth int
		Keys               map[string]map[string][]int
	}
	c.json("names", &j)
	input := c.images("names_io", "input")
	for _, layout := range []tensorfile.Layout{tensorfile.Official, tensorfile.Timm,
		tensorfile.HuggingFace} {
		f := c.file("names_" + string(layout))
		got := map[string][]int{}
		for _, name := range f.Names() {
			got[name] = f.Shape(name)
		}
		check(layer.CheckNames(f.Path(), j.Keys[string(layout)], got))
		if _, detected, err := f.DINO(); err != nil || detected != layout {
			panic(fmt.Errorf("%s: expected layout %s, got %s (%v)", f.Path(), layout, detected,
				err))
		}
		if j.Depth < 1 || j.Depth > len(f.Names()) { // a block has several tensors
			panic(fmt.Errorf("names.json: expected the depth of %s, got %d", f.Path(), j.Depth))
		}
		taps := make([]int, j.Depth)
		for i := range taps {
			taps[i] = i
		}
		side := input.Shape().Dimensions[1]
		e := must(vit.Open(f.Path(), vit.Options{Resize: side, Crop: side, Heads: j.Heads,
			Taps: taps}))
		outputs := must(model.CallOnceN(c.backend, e.Store(),
			func(scope *model.Scope, images *Node) []*Node {
				return vit.Forward(scope, e.Config, images)
			}, input))
		for i, out := range outputs {
			c.against(out, "names_io", fmt.Sprintf("block%d", i), 2e-5)
		}
	}
}
