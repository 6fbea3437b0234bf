package convnet

import (
	"crypto/sha256"
	_ "embed"
	"fmt"
	"slices"

	"adlab/pkg/encoder"
	"adlab/pkg/imageio"
	"adlab/pkg/layer"
	"adlab/pkg/tensorfile"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// Width is the number of channels that every level is projected to.
const Width = 192

//go:embed weights/efficientnet-lite0-block10.safetensors
var pretrained []byte

// TokenStride is the usual number of image pixels between two patch tokens: the stride of the
// deepest blocks.
const TokenStride = 16

// FirstTap is the shallowest block that has channel statistics and can be a level.
const FirstTap = 2

// lastShallow is the last block of the first group where a Config names no groups.
const lastShallow = 7

// Config chooses what of the network becomes patch tokens. A field left zero takes Default's value;
// Groups left nil are the taps up to block 7 and those beyond it. The channel statistics are those
// of stride 16 at either stride, so at stride 8 the levels of blocks 2 to 4, which lose less to
// averaging, come out about 1.4 times as large as the others.
type Config struct {
	Image  int     // side of the square input in pixels, a multiple of 16
	Stride int     // image pixels between two tokens: 16, or 8 for four times the tokens
	Taps   []int   // blocks that are the levels, ascending, from FirstTap to 10
	Groups [][]int // indices into Taps: INP-Former's groups
}

// Default is what the trials chose: 224 pixels, 14 × 14 tokens, blocks 4 to 10, grouped 4-7 and
// 8-10.
func Default() Config { return Config{}.filled() }

// filled puts the defaults where nothing was chosen.
func (c Config) filled() Config {
	if c.Image == 0 {
		c.Image = 224
	}
	if c.Stride == 0 {
		c.Stride = TokenStride
	}
	if c.Taps == nil {
		c.Taps = []int{4, 5, 6, 7, 8, 9, 10}
	}
	if c.Groups == nil {
		var shallow, deep []int
		for level, tap := range c.Taps {
			if tap <= lastShallow {
				shallow = append(shallow, level)
			} else {
				deep = append(deep, level)
			}
		}
		c.Groups = slices.DeleteFunc([][]int{shallow, deep}, func(g []int) bool {
			return len(g) == 0
		})
	}
	return c
}

// Validate says in one line which setting cannot be.
func (c Config) Validate() error {
	c = c.filled()
	if err := encoder.CheckTaps(c.Taps, FirstTap, Blocks-1); err != nil {
		return err
	}
	if c.Stride != 8 && c.Stride != TokenStride {
		return fmt.Errorf("stride: expected 8 or %d pixels between tokens, got %d", TokenStride,
			c.Stride)
	}
	if err := encoder.CheckGroups(c.Groups, len(c.Taps)); err != nil {
		return err
	}
	return c.transform().Validate(TokenStride)
}

// transform is the published network's preprocessing on the whole image.
func (c Config) transform() imageio.Transform {
	const mean, std = 127.0 / 255, 128.0 / 255
	return imageio.Transform{Resize: c.Image, Crop: c.Image, Mean: [3]float32{mean, mean, mean},
		Std: [3]float32{std, std, std}}
}

// Encoder is EfficientNet-Lite0 as an encoder of patch tokens. It satisfies encoder.Encoder.
type Encoder struct {
	cfg    Config
	name   string
	digest string
	arrays map[string]layer.Array // as its file has them
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
	if err := layer.CheckFinite(f.Path(), arrays); err != nil {
		return nil, err
	}
	return assemble("efficientnet-lite0", arrays, cfg)
}

// fileShapes lists everything in a weights file: the network, the channel statistics and the
// projections.
func fileShapes() map[string][]int {
	shapes := Shapes(Blocks - 1)
	for i := FirstTap; i < Blocks; i++ {
		c := Channels(i)
		shapes[fmt.Sprintf("stats.%d.mean", i)], shapes[fmt.Sprintf("stats.%d.std", i)] = []int{c},
			[]int{c}
		shapes[fmt.Sprintf("projection.%d.weight", c)] = []int{Width, c}
	}
	return shapes
}

func assemble(name string, arrays map[string]layer.Array, cfg Config) (*Encoder, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.filled()
	h := sha256.New()
	fmt.Fprintf(h, "convnet %s %v %v %s\n", name, cfg.Taps, cfg.Groups, cfg.transform())
	if cfg.Stride != TokenStride {
		fmt.Fprintf(h, "stride %d\n", cfg.Stride)
	}
	if err := layer.WriteContent(h, arrays); err != nil {
		return nil, err
	}
	e := &Encoder{cfg: cfg, name: name, digest: fmt.Sprintf("%x", h.Sum(nil)),
		arrays: arrays, store: model.NewStore()}
	folded := Fold(arrays)
	foldLevels(folded)
	return e, layer.Put(e.store, "", folded, false)
}

// Name is "efficientnet-lite0", or "efficientnet-lite0-random-SEED".
func (e *Encoder) Name() string { return e.name }

// Digest covers weights, statistics, projections, taps, groups, stride and preprocessing.
func (e *Encoder) Digest() string { return e.digest }

// Transform is the published network's preprocessing, on the whole image.
func (e *Encoder) Transform() imageio.Transform { return e.cfg.transform() }

// Grid is the number of patch tokens per side, 14 at 224 pixels and stride 16.
func (e *Encoder) Grid() int { return e.cfg.Image / e.cfg.Stride }

// Width is 192.
func (e *Encoder) Width() int { return Width }

// Groups is Config.Groups, or its default.
func (e *Encoder) Groups() [][]int { return e.cfg.Groups }

// Store holds the frozen weights, folded.
func (e *Encoder) Store() *model.Store { return e.store }

// Tensors satisfies encoder.Drawn.
func (e *Encoder) Tensors() map[string]layer.Array { return e.arrays }

// Forward gives one level a tap: the block's picture brought to the token grid, each channel
// standardised by fixed statistics, then multiplied by a fixed matrix with orthonormal rows, so
// that cosines and norms survive, scaled by √(Width/C). Blocks of one width share a matrix, so
// their levels add up. [B, Image, Image, 3] to [B, Grid², Width] each.
func (e *Encoder) Forward(scope *model.Scope, images *Node) []*Node {
	images.AssertDims(-1, e.cfg.Image, e.cfg.Image, 3)
	g, b, n := images.Graph(), images.Shape().Dimensions[0], e.Grid()
	_, blocks := Features(scope, images, e.cfg.Taps[len(e.cfg.Taps)-1])
	var levels []*Node
	for _, tap := range e.cfg.Taps {
		c := Channels(tap)
		x := Reshape(toGrid(blocks[tap], n), b*n*n, c)
		at := layer.At(scope, fmt.Sprintf("level.%d", tap))
		x = Dot(x, layer.Param(at, g, "weight", c, Width)).General([]int{1}, nil, []int{0}, nil)
		x = Add(x, ExpandLeftToRank(layer.Param(at, g, "bias", Width), 2))
		levels = append(levels, Reshape(x, b, n*n, Width))
	}
	return levels
}

// toGrid brings a square picture [B, h, h, C] to n pixels a side: a finer one is averaged, of a
// coarser one every pixel is repeated.
func toGrid(x *Node, n int) *Node {
	b, h, c := x.Shape().Dimensions[0], x.Shape().Dimensions[1], x.Shape().Dimensions[3]
	switch {
	case h > n:
		k := h / n
		return ReduceMean(Reshape(x, b, n, k, n, k, c), 2, 4)
	case h < n:
		k := n / h
		return Reshape(BroadcastToDims(Reshape(x, b, h, 1, h, 1, c), b, h, k, h, k, c), b, n, n, c)
	}
	return x
}
