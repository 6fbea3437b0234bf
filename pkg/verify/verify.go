// Package verify compares this build with a folder of reference outputs, group by group, on a given
// backend. Sizes and settings come from the folder, so a folder of another size works unchanged;
// the tolerances are those that the reference's own float32 error allows.
package verify

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"

	"adlab/pkg/layer"
	"adlab/pkg/tensorfile"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Result is the outcome of one group: its worst comparison relative to its tolerance.
type Result struct {
	Name      string  `json:"name"`
	MaxError  float64 `json:"max_error"`
	Tolerance float64 `json:"tolerance"`
	Pass      bool    `json:"pass"`
	Why       string  `json:"why,omitempty"` // where the worst error is, or what went wrong
}

type group struct {
	name string
	run  func(*checker)
}

var inpFormerGroups = []group{
	{"preprocess", preprocess}, {"pos_embed", posEmbed}, {"encoder", encoderPath}, {"names", names},
	{"forward", forward}, {"grads", grads}, {"grads_ablation", gradsAblation},
	{"gradclip", gradClip},
	{"stableadamw", stableAdamW}, {"schedule", schedule}, {"train_steps", trainSteps},
	{"maps", maps}, {"maps_zeroshot", mapsZeroShot}, {"metrics", metrics}, {"augment", augment},
}

// Folder runs every group that the folder is for: convnet, dinov2, dinov3 and sentence where it has
// a file of that name in JSON, MultiADS's where it has its files, INP-Former's otherwise. A missing
// file fails its group.
func Folder(backend compute.Backend, dir string, report func(Result)) (results []Result,
	err error) {
	info, err := os.Stat(dir)
	if err != nil || !info.IsDir() {
		return nil, fmt.Errorf("verify: no folder %s", dir)
	}
	if references, err := filepath.Glob(filepath.Join(dir, "*.json")); err != nil ||
		references == nil {
		return nil, fmt.Errorf("verify: no reference outputs, such as forward.json, in %s", dir)
	}
	var groups []group
	if exists(dir, "convnet.json") {
		groups = append(groups, group{"convnet", convNet})
	}
	for _, g := range []group{{"dinov2", dinov2}, {"dinov3", dinov3},
		{"dinov2_real", dinov2Real}, {"sentence", sentence}, {"sentence_real", sentenceReal}} {
		if exists(dir, g.name+".json") {
			groups = append(groups, g)
		}
	}
	if exists(dir, "clip_tiny.json") || exists(dir, "tokenizer.json") {
		groups = append(groups, multiADSGroups...)
	}
	if exists(dir, "forward.json") || exists(dir, "weights.safetensors") || groups == nil {
		groups = append(inpFormerGroups[:len(inpFormerGroups):len(inpFormerGroups)], groups...)
	}
	for _, g := range groups {
		r := runGroup(g, &checker{backend: backend, dir: dir, files: map[string]*tensorfile.File{}})
		results = append(results, r)
		if report != nil {
			report(r)
		}
	}
	return results, nil
}

// Pass tells whether every group passed.
func Pass(results []Result) bool {
	for _, r := range results {
		if !r.Pass {
			return false
		}
	}
	return len(results) > 0
}

func exists(dir, name string) bool {
	_, err := os.Stat(filepath.Join(dir, name))
	return err == nil
}

// runGroup turns whatever a group runs into, panics of graph functions included, into a result.
func runGroup(g group, c *checker) (r Result) {
	defer func() {
		for _, f := range c.files {
			f.Close()
		}
		if p := recover(); p != nil {
			err, ok := p.(error)
			if !ok {
				err = fmt.Errorf("%v", p)
			}
			line, _, _ := strings.Cut(err.Error(), "\n")
			// GoMLX wraps what a graph function says
			if i := strings.LastIndex(line, "panicked: "); i >= 0 {
				line = line[i+len("panicked: "):]
			}
			if errors.Is(err, fs.ErrNotExist) {
				line = "missing file: " + line
			}
			r = Result{Name: g.name, MaxError: c.worst, Tolerance: c.tolerance, Why: line}
		}
	}()
	g.run(c)
	if c.count == 0 {
		return Result{Name: g.name, Why: "nothing in the folder to compare with"}
	}
	return Result{Name: g.name, MaxError: c.worst, Tolerance: c.tolerance, Pass: c.ratio <= 1,
		Why: c.where}
}

// checker holds one group's files and its worst comparison. Its methods panic with an error, which
// runGroup reports.
type checker struct {
	backend          compute.Backend
	dir              string
	files            map[string]*tensorfile.File
	ratio            float64 // worst error over its tolerance
	worst, tolerance float64
	where            string
	count            int
}

// file opens NAME.safetensors of the folder, once.
func (c *checker) file(name string) *tensorfile.File {
	if f, ok := c.files[name]; ok {
		return f
	}
	f, err := tensorfile.Open(filepath.Join(c.dir, name+".safetensors"))
	check(err)
	c.files[name] = f
	return f
}

// json decodes NAME.json of the folder.
func (c *checker) json(name string, into any) {
	b, err := os.ReadFile(filepath.Join(c.dir, name+".json"))
	check(err)
	if err := json.Unmarshal(b, into); err != nil {
		panic(fmt.Errorf("%s.json: %w", name, err))
	}
}

// local is the path of a file in the folder. A name that leads out of it fails the group.
func (c *checker) local(name string) string {
	if !filepath.IsLocal(name) {
		panic(fmt.Errorf("%q: expected the name of a file in the folder", name))
	}
	return filepath.Join(c.dir, name)
}

// array reads a float tensor.
func (c *checker) array(file, name string) layer.Array {
	f := c.file(file)
	data, err := f.Float32s(name)
	check(err)
	return layer.Array{Shape: f.Shape(name), Data: data}
}

// tensor reads a float tensor for a graph.
func (c *checker) tensor(file, name string) *tensors.Tensor {
	a := c.array(file, name)
	return tensors.FromFlatDataAndDimensions(a.Data, a.Shape...)
}

// images reads a channels-first batch [B, 3, H, W] as [B, H, W, 3].
func (c *checker) images(file, name string) *tensors.Tensor {
	a := c.array(file, name)
	if len(a.Shape) != 4 {
		panic(fmt.Errorf("%s: %s: expected images [B, 3, H, W], got the shape %v", file, name,
			a.Shape))
	}
	b, ch, h, w := a.Shape[0], a.Shape[1], a.Shape[2], a.Shape[3]
	flat := make([]float32, len(a.Data))
	for i := range b {
		for k := range ch {
			for p := range h * w {
				flat[(i*h*w+p)*ch+k] = a.Data[(i*ch+k)*h*w+p]
			}
		}
	}
	return tensors.FromFlatDataAndDimensions(flat, b, h, w, ch)
}

// note records one comparison of a scalar error with its tolerance.
func (c *checker) note(where string, err, tolerance float64) {
	c.count++
	ratio := err / tolerance
	if tolerance == 0 {
		ratio = 0
		if err != 0 {
			ratio = math.Inf(1)
		}
	}
	if math.IsNaN(err) {
		ratio, err = math.Inf(1), math.MaxFloat64 // JSON has no NaN
	}
	if c.count == 1 || ratio > c.ratio {
		c.ratio, c.worst, c.tolerance, c.where = ratio, err, tolerance, where
	}
}

// scalar compares two numbers.
func (c *checker) scalar(where string, got, want, tolerance float64) {
	c.note(where, math.Abs(got-want), tolerance)
}

// floats compares element by element, by absolute difference.
func (c *checker) floats(where string, got, want []float32, tolerance float64) {
	worst, _ := difference(where, got, want)
	c.note(where, worst, tolerance)
}

// relative compares by the largest difference over the largest value, with a floor on the
// difference.
func (c *checker) relative(where string, got, want []float32, tolerance, floor float64) {
	worst, largest := difference(where, got, want)
	relative := worst / largest
	if worst <= floor {
		relative = min(relative, tolerance)
	}
	c.note(where, relative, tolerance)
}

func difference(where string, got, want []float32) (worst, largest float64) {
	if len(got) != len(want) {
		panic(fmt.Errorf("%s: expected %d elements, got %d", where, len(want), len(got)))
	}
	for i := range got {
		d := math.Abs(float64(got[i]) - float64(want[i]))
		if math.IsNaN(d) {
			return math.NaN(), 1
		}
		worst, largest = max(worst, d), max(largest, math.Abs(float64(want[i])))
	}
	return worst, largest
}

// against compares a graph's output with a tensor of the folder.
func (c *checker) against(got *tensors.Tensor, file, name string, tolerance float64) {
	c.floats(name, tensors.MustCopyFlatData[float32](got), c.array(file, name).Data, tolerance)
}

// store makes a store with the tensors of a file whose names start with prefix, under the rest of
// their names.
func (c *checker) store(file, prefix string) *model.Store {
	store := model.NewStore()
	check(layer.Put(store, "", c.arrays(file, prefix), true))
	return store
}

func (c *checker) arrays(file, prefix string) map[string]layer.Array {
	arrays := map[string]layer.Array{}
	for _, name := range c.file(file).Names() {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			arrays[rest] = c.array(file, name)
		}
	}
	return arrays
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func must[T any](value T, err error) T {
	check(err)
	return value
}
