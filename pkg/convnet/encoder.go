package convnet

import (
	"crypto/sha256"
	_ "embed"
	"fmt"
	"math"

	"adlab/pkg/encoder"
	"adlab/pkg/imageio"
	"adlab/pkg/layer"
	"adlab/pkg/tensorfile"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// TokenStride is the number of image pixels between two patch tokens; shallower blocks are average-pooled to it.
const TokenStride = 16

// Width is the number of channels that every level is projected to.
const Width = 192

// FirstTap is the shallowest block that has channel statistics and can be a level.
const FirstTap = 2

//go:embed weights/efficientnet-lite0-block10.safetensors
var pretrained []byte

// Config chooses what of the network becomes patch tokens.
type Config struct {
	Image  int     // side of the square input in pixels, a multiple of 16
	Taps   []int   // blocks that are the levels, ascending, from FirstTap to 10
	Groups [][]int // indices into Taps: INP-Former's groups
}

// Default is what the trials chose: 224 pixels, blocks 4 to 10, grouped 4-7 and 8-10.
func Default() Config {
	return Config{Image: 224, Taps: []int{4, 5, 6, 7, 8, 9, 10}, Groups: [][]int{{0, 1, 2, 3}, {4, 5, 6}}}
}

// Validate says in one line which setting cannot be.
func (c Config) Validate() error {
	if err := encoder.CheckTaps(c.Taps, FirstTap, Blocks-1); err != nil {
		return err
	}
	return c.transform().Validate(TokenStride)
}

// transform is the published network's preprocessing on the whole image.
func (c Config) transform() imageio.Transform {
	const mean, std = 127.0 / 255, 128.0 / 255
	return imageio.Transform{Resize: c.Image, Crop: c.Image, Mean: [3]float32{mean, mean, mean}, Std: [3]float32{std, std, std}}
}

// Encoder is EfficientNet-Lite0 as an encoder of patch tokens. It satisfies encoder.Encoder.
type Encoder struct {
	cfg    Config
	name   string
	digest string
	store  *model.Store
}

// New is the encoder with its ImageNet weights, which are part of the program.
func New(cfg Config) (*Encoder, error) {
	f, err := tensorfile.Parse("efficientnet-lite0-block10.safetensors", pretrained)
	if err != nil {
		return nil, err
	}
	return load(f, cfg)
}

// Open is the encoder with weights from a file that Convert wrote.
func Open(path string, cfg Config) (*Encoder, error) {
	f, err := tensorfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return load(f, cfg)
}

func load(f *tensorfile.File, cfg Config) (*Encoder, error) {
	arrays, err := layer.ReadAll(f)
	if err != nil {
		return nil, err
	}
	if err := layer.CheckNames(f.Path(), fileShapes(), layer.Shapes(arrays)); err != nil {
		return nil, err
	}
	return assemble("efficientnet-lite0", arrays, cfg)
}

// fileShapes lists everything in a weights file: the network, the channel statistics and the projections.
func fileShapes() map[string][]int {
	shapes := Shapes(Blocks - 1)
	for i := FirstTap; i < Blocks; i++ {
		c := Channels(i)
		shapes[fmt.Sprintf("stats.%d.mean", i)], shapes[fmt.Sprintf("stats.%d.std", i)] = []int{c}, []int{c}
		shapes[fmt.Sprintf("projection.%d.weight", c)] = []int{Width, c}
	}
	return shapes
}

func assemble(name string, arrays map[string]layer.Array, cfg Config) (*Encoder, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	e := &Encoder{cfg: cfg, name: name, store: model.NewStore()}
	h := sha256.New()
	fmt.Fprintf(h, "convnet %s %v %v %s\n", name, cfg.Taps, cfg.Groups, cfg.transform())
	if err := layer.WriteContent(h, arrays); err != nil {
		return nil, err
	}
	e.digest = fmt.Sprintf("%x", h.Sum(nil))
	return e, layer.Put(e.store, "", arrays, false)
}

// Name is "efficientnet-lite0", or "efficientnet-lite0-random".
func (e *Encoder) Name() string { return e.name }

// Digest covers weights, taps, groups and preprocessing.
func (e *Encoder) Digest() string { return e.digest }

// Transform is the published network's preprocessing, on the whole image.
func (e *Encoder) Transform() imageio.Transform { return e.cfg.transform() }

// Grid is the number of patch tokens per side, 14 at 224 pixels.
func (e *Encoder) Grid() int { return e.cfg.Image / TokenStride }

// Width is 192.
func (e *Encoder) Width() int { return Width }

// Groups is Config.Groups.
func (e *Encoder) Groups() [][]int { return e.cfg.Groups }

// Store holds the frozen weights.
func (e *Encoder) Store() *model.Store { return e.store }

// Forward gives one level a tap: the block's picture average-pooled to the token grid, each channel standardised by fixed
// statistics, then multiplied by a fixed matrix with orthonormal rows, so that cosines and norms survive, scaled by
// √(Width/C). Blocks of one width share a matrix, so their levels add up. [B, H, W, 3] to [B, Grid², Width] each.
func (e *Encoder) Forward(scope *model.Scope, images *Node) []*Node {
	g, b, n := images.Graph(), images.Shape().Dimensions[0], e.Grid()
	_, blocks := Features(scope, images, e.cfg.Taps[len(e.cfg.Taps)-1])
	var levels []*Node
	for _, tap := range e.cfg.Taps {
		c := Channels(tap)
		x := Reshape(pool(blocks[tap], n), b*n*n, c)
		stats := layer.At(scope, fmt.Sprintf("stats.%d", tap))
		mean, std := layer.Param(stats, g, "mean", c), layer.Param(stats, g, "std", c)
		x = Div(Sub(x, ExpandAxes(mean, 0)), ExpandAxes(std, 0))
		w := layer.Param(layer.At(scope, fmt.Sprintf("projection.%d", c)), g, "weight", Width, c)
		x = MulScalar(Dot(x, w).General([]int{1}, nil, []int{1}, nil), math.Sqrt(float64(Width)/float64(c)))
		levels = append(levels, Reshape(x, b, n*n, Width))
	}
	return levels
}

// pool averages a picture [B, h, w, C] down to n pixels a side.
func pool(x *Node, n int) *Node {
	d := x.Shape().Dimensions
	if d[1] == n {
		return x
	}
	k := d[1] / n
	return ReduceMean(Reshape(x, d[0], n, k, n, k, d[3]), 2, 4)
}
