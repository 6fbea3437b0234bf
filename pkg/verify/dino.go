package verify

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"adlab/pkg/encoder"
	"adlab/pkg/layer"
	"adlab/pkg/vit"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// dinoJSON is dinov2.json's and dinov3.json's.
type dinoJSON struct {
	Heads, Depth, Registers int
	Tolerance               float64
	Epsilon                 float64 `json:"layer_norm_eps"`
}

// dino opens the folder's weights for images of that side, with every block tapped.
func (c *checker) dino(j dinoJSON, side int) *vit.Encoder {
	taps := make([]int, j.Depth)
	for i := range taps {
		taps[i] = i
	}
	return must(vit.Open(c.file("weights_hf").Path(), vit.Options{Resize: side, Crop: side,
		Heads: j.Heads, Taps: taps}))
}

// dinov2: a network without registers by both rules of positions: tokens and every block, and the
// official rule's table.
func dinov2(c *checker) {
	var j dinoJSON
	c.json("dinov2", &j)
	images := c.images("io", "images")
	e := c.dino(j, images.Shape().Dimensions[1])
	if e.Config.Positions != vit.BySizes {
		panic(fmt.Errorf("expected Hugging Face's positions under its names, got rule %d",
			e.Config.Positions))
	}
	for name, rule := range map[string]vit.Positions{"hf": vit.BySizes,
		"official": vit.OffsetScale} {
		cfg := e.Config
		cfg.Positions = rule
		outputs := must(model.CallOnceN(c.backend, e.Store(),
			func(scope *model.Scope, x *Node) []*Node {
				table := layer.Param(scope, x.Graph(), "pos_embed", 1,
					1+cfg.StoredGrid*cfg.StoredGrid, cfg.Width)
				return append([]*Node{vit.Position(table, cfg.StoredGrid, cfg.Grid, cfg.Grid,
					rule), vit.Tokens(scope, cfg, x)}, vit.Forward(scope, cfg, x)...)
			}, images))
		if rule == vit.OffsetScale {
			c.against(outputs[0], "io", name+".positions", j.Tolerance)
		}
		c.against(outputs[1], "io", name+".tokens", j.Tolerance)
		for i := range j.Depth {
			c.against(outputs[2+i], "io", fmt.Sprintf("%s.block%d", name, i), j.Tolerance)
		}
	}
}

// dinov3: tokens and every block, the last one behind the final norm, of square pictures; the last
// of wide ones.
func dinov3(c *checker) {
	var j dinoJSON
	c.json("dinov3", &j)
	run := func(images *tensors.Tensor) []*tensors.Tensor {
		e := c.dino(j, images.Shape().Dimensions[1])
		return must(model.CallOnceN(c.backend, e.Store(),
			func(scope *model.Scope, x *Node) []*Node {
				blocks := vit.Forward(scope, e.Config, x)
				last := layer.LayerNorm(scope.At("norm"), blocks[j.Depth-1], j.Epsilon)
				return append([]*Node{vit.Tokens(scope, e.Config, x), last},
					blocks[:j.Depth-1]...)
			}, images))
	}
	outputs := run(c.images("io", "images"))
	c.against(outputs[0], "io", "tokens", j.Tolerance)
	c.against(outputs[1], "io", "last_normed", j.Tolerance)
	for i := range j.Depth - 1 {
		c.against(outputs[2+i], "io", fmt.Sprintf("block%d", i), j.Tolerance)
	}
	if c.file("io").Has("images_wide") {
		c.against(run(c.images("io", "images_wide"))[1], "io", "wide_last_normed", j.Tolerance)
	}
}

// dinov2Real: four tokens after each block of the fetched DINOv2, whose weights no folder has.
func dinov2Real(c *checker) {
	var j struct {
		Tolerance float64 `json:"tolerance_relative"`
	}
	c.json("dinov2_real", &j)
	images := c.images("io", "image")
	side := images.Shape().Dimensions[1]
	names := c.file("io").Names()
	taps := make([]int, 0, len(names))
	for _, name := range names {
		if strings.HasPrefix(name, "block") {
			taps = append(taps, len(taps))
		}
	}
	path := fetched("dinov2-small", vit.DINOv2Small)
	e := must(vit.Open(path, vit.Options{Resize: side, Crop: side, Taps: taps}))
	outputs := must(model.CallOnceN(c.backend, e.Store(),
		func(scope *model.Scope, x *Node) []*Node { return vit.Forward(scope, e.Config, x) },
		images))
	for _, name := range names {
		block, at, ok := strings.Cut(name, ".tokens_")
		if !ok {
			continue
		}
		var i int
		if _, err := fmt.Sscanf(block, "block%d", &i); err != nil || i >= len(outputs) {
			panic(fmt.Errorf("dinov2_real: unknown tensor %q", name))
		}
		flat, width := tensors.MustCopyFlatData[float32](outputs[i]), e.Config.Width
		var got []float32
		for token := range strings.SplitSeq(at, "_") {
			k := must(strconv.Atoi(token))
			got = append(got, flat[k*width:(k+1)*width]...)
		}
		c.relative(name, got, c.array("io", name).Data, j.Tolerance, 0)
	}
}

// fetched is where the file of a fetched encoder lies, whose weights no folder has.
func fetched(name string, f encoder.Fetched) string {
	path := filepath.Join(encoder.Dir(), f.File)
	if _, err := os.Stat(path); err != nil {
		panic(fmt.Errorf("%s is not here: `adlab encoders fetch %s` brings it", path, name))
	}
	return path
}
