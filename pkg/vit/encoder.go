package vit

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"

	"adlab/pkg/imageio"
	"adlab/pkg/layer"
	"adlab/pkg/tensorfile"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// Mean and Std are ImageNet's channel statistics, with which DINOv2 normalises.
var (
	Mean = [3]float32{0.485, 0.456, 0.406}
	Std  = [3]float32{0.229, 0.224, 0.225}
)

// Encoder is a DINOv2 or DINOv3, loaded and frozen. It satisfies encoder.Encoder.
type Encoder struct {
	Config    Config
	name      string
	digest    string
	transform imageio.Transform
	store     *model.Store
}

// Options choose what a checkpoint does not say. Zero values mean what the file's metadata say, and
// where they say nothing, the paper's.
type Options struct {
	Resize, Crop int    // pixels; 448 and 392, or eight sevenths of the crop
	Heads        int    // Width/64
	Taps         []int  // TapsFor(depth)
	Name         string // "dinov2-reg-WIDTH-DEPTH", "dinov2-..." without registers, "dinov3-..."
	// Positions is the rule by which New's network tells where a patch is; Open takes it from the
	// file: Rotary for a DINOv3, BySizes for a DINOv2 without registers under Hugging Face's names
	Positions Positions
}

// Open loads a DINOv2, with registers or without, or a DINOv3 from a safetensors file, shards or a
// folder (see tensorfile.Open), under official, timm or Hugging Face names. Weights that are not
// finite are an error that names the tensor.
func Open(path string, opt Options) (*Encoder, error) {
	f, err := tensorfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return load(f, opt)
}

// load makes an encoder of an open file.
func load(f *tensorfile.File, opt Options) (*Encoder, error) {
	if err := opt.fill(f.Metadata()); err != nil {
		return nil, fmt.Errorf("%s: %w", f.Path(), err)
	}
	tensors, layout, err := f.DINO()
	if err != nil {
		return nil, err
	}
	_, registers := tensors["register_tokens"]
	switch {
	case layout.DINOv3():
		opt.Positions = Rotary
	case layout == tensorfile.HuggingFace && !registers:
		opt.Positions = BySizes
	}
	arrays := map[string]layer.Array{}
	for name, t := range tensors {
		data, err := t.Float32View() // New copies it once, into the store
		if err != nil {
			return nil, fmt.Errorf("%s: tensor %q: %w", f.Path(), name, err)
		}
		arrays[name] = layer.Array{Shape: t.Shape, Data: data}
	}
	if err := layer.CheckFinite(f.Path(), arrays); err != nil {
		return nil, err
	}
	e, err := New(arrays, opt)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Path(), err)
	}
	return e, nil
}

// fill takes from a file's metadata what was not chosen: name, heads, taps, crop, and resize in its
// proportion to the crop.
func (o *Options) fill(metadata map[string]string) error {
	o.Name = cmp.Or(o.Name, metadata["name"])
	if metadata["crop"] != "" {
		var resize, crop int
		if _, err := fmt.Sscan(metadata["resize"]+" "+metadata["crop"], &resize,
			&crop); err != nil || resize < crop || crop < 1 {
			return fmt.Errorf("metadata: expected resize and crop in pixels, got %q and %q",
				metadata["resize"], metadata["crop"])
		}
		o.Crop = cmp.Or(o.Crop, crop)
		o.Resize = cmp.Or(o.Resize, o.Crop*resize/crop)
	}
	if heads := metadata["heads"]; o.Heads == 0 && heads != "" {
		if _, err := fmt.Sscan(heads, &o.Heads); err != nil || o.Heads < 1 {
			return fmt.Errorf("metadata: expected a number of heads, got %q", heads)
		}
	}
	if taps := metadata["taps"]; o.Taps == nil && taps != "" {
		if err := json.Unmarshal([]byte("["+taps+"]"), &o.Taps); err != nil {
			return fmt.Errorf("metadata: expected taps as 3,4,5, got %q", taps)
		}
	}
	return nil
}

// New makes an encoder from a checkpoint's tensors under the official names.
func New(arrays map[string]layer.Array, opt Options) (*Encoder, error) {
	cfg, err := configOf(arrays, opt.Positions)
	if err != nil {
		return nil, err
	}
	crop := cmp.Or(opt.Crop, 28*cfg.Patch)
	t := imageio.Transform{Resize: cmp.Or(opt.Resize, crop*8/7), Crop: crop, Mean: Mean, Std: Std}
	if err := t.Validate(cfg.Patch); err != nil {
		return nil, err
	}
	cfg.Grid, cfg.Heads, cfg.Taps = t.Crop/cfg.Patch, cmp.Or(opt.Heads, max(1, cfg.Width/64)),
		opt.Taps
	if cfg.Taps == nil {
		cfg.Taps = TapsFor(cfg.Depth)
	}
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	e := &Encoder{Config: cfg, transform: t, store: model.NewStore(),
		name: cmp.Or(opt.Name, fmt.Sprintf("%s-%d-%d", cfg.family(), cfg.Width, cfg.Depth))}
	if err := layer.Put(e.store, "", arrays, false); err != nil {
		return nil, err
	}
	h := sha256.New()
	fmt.Fprintf(h, "vit %s %s\n", cfg, t)
	if err := layer.WriteContent(h, arrays); err != nil {
		return nil, err
	}
	e.digest = fmt.Sprintf("%x", h.Sum(nil))
	return e, nil
}

// configOf reads the shape from the tensors and checks that every tensor the network needs is there
// with its shape.
func configOf(arrays map[string]layer.Array, rule Positions) (Config, error) {
	cfg := Config{Positions: rule}
	at := func(name string, rank int) ([]int, error) {
		a, ok := arrays[name]
		if !ok || len(a.Shape) != rank {
			return nil, fmt.Errorf("DINO tensor %q: expected %d axes, got shape %v", name, rank,
				a.Shape)
		}
		return a.Shape, nil
	}
	class, err := at("cls_token", 3)
	if err != nil {
		return cfg, err
	}
	patch, err := at("patch_embed.proj.weight", 4)
	if err != nil {
		return cfg, err
	}
	cfg.Width, cfg.Patch = class[2], patch[2]
	if rule != Rotary {
		if _, ok := arrays["pos_embed"]; !ok {
			return cfg, errors.New("no position table pos_embed: a DINOv3 under timm's names is " +
				"not read; take its official file, or Hugging Face's")
		}
		pos, err := at("pos_embed", 3)
		if err != nil {
			return cfg, err
		}
		for cfg.StoredGrid*cfg.StoredGrid < pos[1]-1 {
			cfg.StoredGrid++
		}
	}
	if r, ok := arrays["register_tokens"]; ok && len(r.Shape) == 3 {
		cfg.Registers = r.Shape[1]
	}
	for {
		if _, ok := arrays[fmt.Sprintf("blocks.%d.norm1.weight", cfg.Depth)]; !ok {
			break
		}
		cfg.Depth++
	}
	got := layer.Shapes(arrays)
	// present in checkpoints, never run
	for _, unused := range []string{"mask_token", "norm.weight", "norm.bias"} {
		delete(got, unused)
	}
	return cfg, layer.CheckNames(cfg.family()+" weights", Shapes(cfg), got)
}

// Shapes lists the tensors that the network needs and their shapes, under the official names.
func Shapes(cfg Config) map[string][]int {
	c := cfg.Width
	shapes := map[string][]int{
		"cls_token":               {1, 1, c},
		"patch_embed.proj.weight": {c, 3, cfg.Patch, cfg.Patch},
		"patch_embed.proj.bias":   {c},
	}
	if cfg.Registers > 0 {
		shapes["register_tokens"] = []int{1, cfg.Registers, c}
	}
	if cfg.Positions != Rotary {
		shapes["pos_embed"] = []int{1, 1 + cfg.StoredGrid*cfg.StoredGrid, c}
	}
	for i := range cfg.Depth {
		b := fmt.Sprintf("blocks.%d.", i)
		for name, shape := range map[string][]int{
			"norm1.weight": {c}, "norm1.bias": {c}, "norm2.weight": {c}, "norm2.bias": {c},
			"ls1.gamma": {c}, "ls2.gamma": {c},
			"attn.qkv.weight": {3 * c, c}, "attn.qkv.bias": {3 * c}, "attn.proj.weight": {c, c},
			"attn.proj.bias": {c},
			"mlp.fc1.weight": {4 * c, c}, "mlp.fc1.bias": {4 * c}, "mlp.fc2.weight": {c, 4 * c},
			"mlp.fc2.bias": {c},
		} {
			shapes[b+name] = shape
		}
	}
	return shapes
}

// Name is Options.Name or what the file says, else the family with width and depth.
func (e *Encoder) Name() string { return e.name }

// Digest covers weights, taps and preprocessing.
func (e *Encoder) Digest() string { return e.digest }

// Transform is the paper's preprocessing: resize, centre crop, ImageNet's statistics.
func (e *Encoder) Transform() imageio.Transform { return e.transform }

// Grid is the number of patch tokens per side.
func (e *Encoder) Grid() int { return e.Config.Grid }

// Width is the number of channels of a token.
func (e *Encoder) Width() int { return e.Config.Width }

// Groups is the shallow and the deep half of the taps.
func (e *Encoder) Groups() [][]int { return Halves(len(e.Config.Taps)) }

// Store holds the frozen weights.
func (e *Encoder) Store() *model.Store { return e.store }

// Forward gives the patch tokens of every tap: [B, H, W, 3] to one [B, Grid², Width] a level.
func (e *Encoder) Forward(scope *model.Scope, images *Node) []*Node {
	taps := Forward(scope, e.Config, images)
	for i, t := range taps {
		taps[i] = Patches(e.Config, t)
	}
	return taps
}
