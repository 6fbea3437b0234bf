package clip

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"math"

	"adlab/pkg/imageio"
	"adlab/pkg/layer"
	"adlab/pkg/tensorfile"

	"github.com/gomlx/gomlx/ml/model"
)

// The published preprocessing's statistics.
var (
	Mean = [3]float32{0.48145466, 0.4578275, 0.40821073}
	Std  = [3]float32{0.26862954, 0.26130258, 0.27577711}
)

// Options of a model that the weights do not tell.
type Options struct {
	Image                  int   // side of the square input in pixels; 518
	Taps                   []int // four, evenly over the depth: 6, 12, 18, 24 of 24
	VisionHeads, TextHeads int   // width/64
	QuickGELU              bool
}

// Model is a pair of frozen towers.
type Model struct {
	Config Config
	store  *model.Store
	digest string
}

// Open reads a checkpoint in safetensors, shards or a folder, under OpenCLIP's or Hugging Face's
// names. Options left zero are what the file's header says, if it does. Errors are one line that
// names the file; weights that are not finite are one that names the tensor.
func Open(path string, opt Options) (*Model, error) {
	f, err := tensorfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	network, ok, err := Network(f)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("%s: no CLIP in it: expected a tensor visual.conv1.weight", path)
	}
	// some of what the towers do not use is of integers
	arrays, err := layer.ReadAll(network.Without(ignored))
	if err != nil {
		return nil, err
	}
	if err := layer.CheckFinite(path, arrays); err != nil {
		return nil, err
	}
	told, err := ParseOptions(f.Metadata())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return New(path, arrays, opt.or(told))
}

// New makes a model from tensors; what names them in errors.
func New(what string, arrays map[string]layer.Array, opt Options) (*Model, error) {
	arrays, err := openCLIP(what, arrays)
	if err != nil {
		return nil, err
	}
	cfg, err := configOf(what, arrays, opt)
	if err != nil {
		return nil, err
	}
	if err := layer.CheckNames(what, Shapes(cfg), layer.Shapes(arrays)); err != nil {
		return nil, err
	}
	m := &Model{Config: cfg, store: model.NewStore()}
	h := sha256.New()
	fmt.Fprintf(h, "clip %+v\n", cfg)
	if err := layer.WriteContent(h, arrays); err != nil {
		return nil, err
	}
	m.digest = fmt.Sprintf("%x", h.Sum(nil))
	return m, layer.Put(m.store, "", arrays, false)
}

// configOf reads the shape of the towers from the tensors.
func configOf(what string, arrays map[string]layer.Array, opt Options) (Config, error) {
	shape := func(name string, rank int) ([]int, error) {
		a, ok := arrays[name]
		if !ok {
			return nil, fmt.Errorf("%s: no CLIP in it: expected a tensor %s", what, name)
		}
		if len(a.Shape) != rank {
			return nil, fmt.Errorf("%s: %s: expected %d axes, got %v", what, name, rank, a.Shape)
		}
		return a.Shape, nil
	}
	layers := func(prefix string) (n int) {
		for {
			if _, ok := arrays[fmt.Sprintf("%stransformer.resblocks.%d.ln_1.weight", prefix,
				n)]; !ok {
				return n
			}
			n++
		}
	}
	conv, err := shape("visual.conv1.weight", 4)
	if err != nil {
		return Config{}, err
	}
	position, err := shape("visual.positional_embedding", 2)
	if err != nil {
		return Config{}, err
	}
	proj, err := shape("visual.proj", 2)
	if err != nil {
		return Config{}, err
	}
	words, err := shape("token_embedding.weight", 2)
	if err != nil {
		return Config{}, err
	}
	c := Config{Embed: proj[1], Patch: conv[2], Words: words[0], QuickGELU: opt.QuickGELU,
		Taps: opt.Taps}
	c.Vision = Tower{conv[0], cmp.Or(opt.VisionHeads, max(1, conv[0]/64)), layers("visual.")}
	c.Text = Tower{words[1], cmp.Or(opt.TextHeads, max(1, words[1]/64)), layers("")}
	c.StoredGrid = int(math.Sqrt(float64(position[0] - 1)))
	if c.StoredGrid*c.StoredGrid != position[0]-1 {
		return Config{}, fmt.Errorf("%s: visual.positional_embedding: expected a row for the "+
			"class and a square number of others, got %d", what, position[0])
	}
	image := cmp.Or(opt.Image, 518)
	if err := (imageio.Transform{Resize: image, Crop: image,
		Std: Std}).Validate(c.Patch); err != nil {
		return Config{}, err
	}
	c.Grid = image / c.Patch
	if c.Taps == nil {
		for k := 1; k <= 4; k++ {
			c.Taps = append(c.Taps, k*c.Vision.Layers/4)
		}
	}
	return c, c.Validate()
}

// Shapes lists every tensor of the towers by OpenCLIP's names.
func Shapes(c Config) map[string][]int {
	out := map[string][]int{
		"visual.class_embedding": {c.Vision.Width}, "visual.conv1.weight": {c.Vision.Width, 3,
			c.Patch, c.Patch},
		"visual.positional_embedding": {1 + c.StoredGrid*c.StoredGrid, c.Vision.Width},
		"visual.proj":                 {c.Vision.Width, c.Embed},
		"token_embedding.weight":      {c.Words, c.Text.Width}, "positional_embedding": {Context,
			c.Text.Width}, "text_projection": {c.Text.Width, c.Embed},
	}
	norm := func(name string, width int) {
		out[name+".weight"], out[name+".bias"] = []int{width}, []int{width}
	}
	norm("visual.ln_pre", c.Vision.Width)
	norm("visual.ln_post", c.Vision.Width)
	norm("ln_final", c.Text.Width)
	for prefix, t := range map[string]Tower{"visual.": c.Vision, "": c.Text} {
		for i := range t.Layers {
			at, w := fmt.Sprintf("%stransformer.resblocks.%d.", prefix, i), t.Width
			norm(at+"ln_1", w)
			norm(at+"ln_2", w)
			out[at+"attn.in_proj_weight"], out[at+"attn.in_proj_bias"] = []int{3 * w, w},
				[]int{3 * w}
			out[at+"attn.out_proj.weight"], out[at+"attn.out_proj.bias"] = []int{w, w}, []int{w}
			out[at+"mlp.c_fc.weight"], out[at+"mlp.c_fc.bias"] = []int{4 * w, w}, []int{4 * w}
			out[at+"mlp.c_proj.weight"], out[at+"mlp.c_proj.bias"] = []int{w, 4 * w}, []int{w}
		}
	}
	return out
}

// Store holds the frozen weights.
func (m *Model) Store() *model.Store { return m.store }

// Digest covers weights, shape, taps and activation.
func (m *Model) Digest() string { return m.digest }

// Transform is the published preprocessing: the whole picture, resized bicubically to a square.
func (m *Model) Transform() imageio.Transform {
	side := m.Config.Grid * m.Config.Patch
	return imageio.Transform{Resize: side, Crop: side, Mean: Mean, Std: Std,
		Filter: imageio.Bicubic}
}
