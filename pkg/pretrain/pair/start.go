package pair

import (
	"fmt"
	"math"
	"math/rand/v2"

	"adlab/pkg/clip"
	"adlab/pkg/layer"
	"adlab/pkg/pretrain/align"
	"adlab/pkg/setting"
	"adlab/pkg/tensorfile"
	"adlab/pkg/vit"
)

// readStart reads the small vision transformer, which was distilled from EfficientNet-Lite0, as a
// start for the vision tower: a file's, or the shipped one.
func readStart(path string, cfg clip.Config, l *align.Pictures, seed uint64) (
	start map[string]layer.Array, digest string, err error) {
	arrays, digest, err := readTransformer(path)
	if err != nil {
		return nil, "", err
	}
	want := startShapes(cfg)
	for name, shape := range want {
		if got := arrays[name].Shape; fmt.Sprint(got) != fmt.Sprint(shape) {
			return nil, "", setting.Errorf("Start", "%s: %s: expected shape %v, got %v; name the "+
				"small transformer, which `adlab pretrain vision` makes", path, name, shape, got)
		}
	}
	return towerOf(arrays, cfg, l, seed), digest, nil
}

func readTransformer(path string) (arrays map[string]layer.Array, digest string, err error) {
	if path == "" {
		shipped, err := vit.Tiny(vit.Options{})
		if err != nil {
			return nil, "", err
		}
		arrays, err = layer.Get(shipped.Store(), "")
		return arrays, shipped.Digest(), err
	}
	f, err := tensorfile.Open(path)
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	arrays, err = layer.ReadAll(f)
	return arrays, f.Digest(), err
}

// startShapes lists what the tower takes from the transformer: its first blocks.
func startShapes(cfg clip.Config) map[string][]int {
	shapes := vit.Shapes(vit.Config{Width: cfg.Vision.Width, Depth: cfg.Vision.Layers,
		Patch: cfg.Patch, StoredGrid: cfg.StoredGrid})
	delete(shapes, "register_tokens")
	delete(shapes, "mask_token")
	delete(shapes, "norm.weight")
	delete(shapes, "norm.bias")
	return shapes
}

// towerOf writes DINOv2's transformer as CLIP's vision tower. What CLIP's lacks is taken into what
// it has: the patches' bias and the other statistics of the pixels into first layer and positions,
// LayerScale into the projections that it follows. Register tokens are left out. The norm before
// the blocks, which the transformer has not, gets the tokens' usual size for its weight.
func towerOf(a map[string]layer.Array, cfg clip.Config, l *align.Pictures,
	seed uint64) map[string]layer.Array {
	w, p := cfg.Vision.Width, cfg.Patch
	area := p * p
	out := map[string]layer.Array{}
	conv, bias := make([]float32, w*3*area), make([]float32, w)
	copy(bias, a["patch_embed.proj.bias"].Data)
	for j := range w {
		for c := range 3 {
			for k := range area {
				v, at := a["patch_embed.proj.weight"].Data[(j*3+c)*area+k], (j*3+c)*area+k
				conv[at] = v * clip.Std[c] / vit.Std[c]
				bias[j] += v * (clip.Mean[c] - vit.Mean[c]) / vit.Std[c]
			}
		}
	}
	position := append([]float32{}, a["pos_embed"].Data...)
	for i := w; i < len(position); i++ {
		position[i] += bias[i%w]
	}
	out["visual.conv1.weight"] = layer.Array{Shape: []int{w, 3, p, p}, Data: conv}
	out["visual.positional_embedding"] = layer.Array{Shape: []int{len(position) / w, w},
		Data: position}
	out["visual.class_embedding"] = layer.Array{Shape: []int{w}, Data: a["cls_token"].Data}
	size := tokenSize(conv, position, cfg, l, seed)
	norm := make([]float32, w)
	for i := range norm {
		norm[i] = size
	}
	out["visual.ln_pre.weight"] = layer.Array{Shape: []int{w}, Data: norm}
	for i := range cfg.Vision.Layers {
		from, to := fmt.Sprintf("blocks.%d.", i), fmt.Sprintf("visual.transformer.resblocks.%d.", i)
		scaled := func(name, by string) layer.Array {
			x, gain := a[from+name], a[from+by].Data
			y := layer.Array{Shape: x.Shape, Data: make([]float32, len(x.Data))}
			per := len(x.Data) / w
			for k, v := range x.Data {
				y.Data[k] = v * gain[k/per]
			}
			return y
		}
		for _, end := range []string{"weight", "bias"} {
			out[to+"ln_1."+end], out[to+"ln_2."+end] = a[from+"norm1."+end], a[from+"norm2."+end]
			out[to+"attn.in_proj_"+end] = a[from+"attn.qkv."+end]
			out[to+"mlp.c_fc."+end] = a[from+"mlp.fc1."+end]
			out[to+"attn.out_proj."+end] = scaled("attn.proj."+end, "ls1.gamma")
			out[to+"mlp.c_proj."+end] = scaled("mlp.fc2."+end, "ls2.gamma")
		}
	}
	return out
}

// tokenSize is the root mean square, over some patches of the pictures, of the tokens before the
// norm, less their mean.
func tokenSize(conv, position []float32, cfg clip.Config, l *align.Pictures, seed uint64) float32 {
	const pixels, samples = align.Side * align.Side, 400
	w, p := cfg.Vision.Width, cfg.Patch
	r, sum := rand.New(rand.NewPCG(seed, 0x73697a65)), 0.0
	for range samples {
		i, x, y, place := r.IntN(len(l.Told)), r.IntN(align.Side-p), r.IntN(align.Side-p),
			1+r.IntN(len(position)/w-1)
		token, mean := make([]float64, w), 0.0
		for j := range w {
			v := float64(position[place*w+j])
			for k := range 3 * p * p {
				c, at := k/(p*p), i*pixels+(y+k%(p*p)/p)*align.Side+x+k%p
				pixel := float64(l.Images[3*at+c])/255 - float64(clip.Mean[c])
				v += float64(conv[j*3*p*p+k]) * pixel / float64(clip.Std[c])
			}
			token[j], mean = v, mean+v/float64(w)
		}
		for _, v := range token {
			sum += (v - mean) * (v - mean) / float64(w*samples)
		}
	}
	return float32(math.Sqrt(sum))
}
