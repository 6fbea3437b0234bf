package verify

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"adlab/pkg/clip"
	"adlab/pkg/metric"
	"adlab/pkg/multiads"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// textFeatures: the text matrix of every prompt set and product in the folder.
func textFeatures(c *checker) {
	p := c.prompts()
	encoder := must(multiads.NewTextEncoder(c.backend,
		clip.TapEncoder{Model: c.clipModel(false)}, ""))
	for _, name := range c.file("text_features").Names() {
		set, object, _ := strings.Cut(name, ".")
		states, ok := p.States[set]
		if !ok {
			panic(fmt.Errorf("text_features: prompts.json has no set %q", set))
		}
		var columns [][]string
		for _, s := range states {
			columns = append(columns, p.sentences(s.Phrases, object))
		}
		c.against(must(encoder.Matrix(context.Background(), columns)), "text_features", name, 1e-5)
	}
}

// columnsLast reads a channels-first tensor [B, C, H, W] as [B, H, W, C].
func (c *checker) columnsLast(file, name string) []float32 {
	return tensors.MustCopyFlatData[float32](c.images(file, name))
}

// ints reads an integer tensor for a graph.
func (c *checker) ints(file, name string) *tensors.Tensor {
	f := c.file(file)
	if values, err := f.Float32s(name); err == nil {
		var ids []int32
		for _, v := range values {
			ids = append(ids, int32(v))
		}
		return tensors.FromFlatDataAndDimensions(ids, f.Shape(name)...)
	}
	return c.ids(file, name)
}

// tapNames are what follows prefix in the tensors of a file, as numbers in order.
func (c *checker) tapNames(file, prefix string) (names []string) {
	var numbers []int
	for _, name := range c.file(file).Names() {
		var n int
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			if _, err := fmt.Sscanf(rest, "%d", &n); err == nil && fmt.Sprint(n) == rest {
				numbers = append(numbers, n)
			}
		}
	}
	slices.Sort(numbers)
	for _, n := range numbers {
		names = append(names, fmt.Sprint(n))
	}
	return names
}

// inference: maps zero-shot and few-shot, with all types and the product's alone, and image scores
// by every rule.
func inference(c *checker) {
	var j struct {
		Objects []string
		Labels  []int
		Taps    []int
		Filter  map[string][]int `json:"filter_columns"`
		Scores  map[string]map[string]map[string][]float64
		Metrics map[string]map[string]metricValues
		Rule    map[string]string `json:"metric_score_rule"`
		Softmax [][]float64       `json:"filtered_text_softmax"`
	}
	c.json("infer", &j)
	m := c.clipModel(false)
	m.Config.Taps = j.Taps
	store := c.store("infer", "adapter.")
	images := c.images("infer", "images")
	pixels := images.Shape().Dimensions[1] * images.Shape().Dimensions[2]
	side := images.Shape().Dimensions[1]
	vision := must(model.CallOnceN(c.backend, m.Store(), func(scope *model.Scope, x *Node) []*Node {
		taps, embedding := clip.Vision(scope, m.Config, x)
		return append([]*Node{embedding}, taps...)
	}, images))
	n := len(j.Taps)
	for _, object := range distinct(j.Objects) {
		var memories []any
		for _, t := range j.Taps {
			memories = append(memories,
				c.tensor("infer", fmt.Sprintf("memory.%s.tap_%d", object, t)))
		}
		c.memory(m, object, j.Taps)
		for _, version := range []string{"all", "filtered"} {
			text := c.array("infer", "text_features."+object)
			d, all := text.Shape[0], text.Shape[1]
			columns := j.Filter[object]
			if version == "all" {
				columns = nil
				for k := range all {
					columns = append(columns, k)
				}
			}
			matrix := make([]float32, 0, d*len(columns))
			for i := range d {
				for _, k := range columns {
					matrix = append(matrix, text.Data[i*all+k])
				}
			}
			var inputs []any
			for _, v := range vision {
				inputs = append(inputs, v)
			}
			inputs = append(append(inputs, tensors.FromFlatDataAndDimensions(matrix, d,
				len(columns))), memories...)
			out := must(model.CallOnceN(c.backend, store,
				func(scope *model.Scope, x []*Node) []*Node {
					t := multiads.Forward(scope, multiads.Inputs{Taps: patchesOf(x[1 : 1+n]),
						Embedding: x[0], Text: x[1+n], Memory: x[2+n:]}, side)
					var layers []*Node
					for _, p := range t.Probabilities {
						layers = append(layers, multiads.AnomalyMap(p))
					}
					return []*Node{multiads.AnomalyMap(t.Typed), t.Anomaly, t.FewShot,
						Stack(t.Distances, 1), t.TextScore, Stack(layers, 1)}
				}, inputs...))
			flat := func(i int) []float32 { return tensors.MustCopyFlatData[float32](out[i]) }
			part := func(i, image, size int) []float32 {
				return flat(i)[image*size : (image+1)*size]
			}
			file := func(name string, image, size int) []float32 {
				return c.array("infer", name).Data[image*size : (image+1)*size]
			}
			grid := c.file("infer").Shape("fewshot_grid")
			for i, of := range j.Objects {
				if of != object {
					continue
				}
				where := func(name string) string {
					return fmt.Sprintf("%s %s image %d", version, name, i)
				}
				c.floats(where("zero_shot_map"), part(0, i, pixels),
					file(version+".zero_shot_map", i, pixels), 1e-3)
				c.floats(where("few_shot_map"), part(1, i, pixels), file(version+".few_shot_map", i,
					pixels), 1e-3)
				c.floats(where("fewshot_map"), part(2, i, pixels), file("fewshot_map", i, pixels),
					5e-5)
				size := grid[1] * grid[2] * grid[3]
				c.floats(where("fewshot_grid"), part(3, i, size), file("fewshot_grid", i, size),
					1e-5)
				if name := version + ".layer_maps_first2"; i < c.file("infer").Shape(name)[0] {
					c.floats(where(name), part(5, i, n*pixels), file(name, i, n*pixels), 1e-3)
				}
			}
			for k, mode := range []string{"zero_shot", "few_shot"} {
				want := j.Scores[version+"."+mode][object]
				var largest [][3]float64
				var texts []float64
				var maps [][]float32
				var masks [][]uint8
				var labels []int
				for i, of := range j.Objects {
					if of == object {
						largest, texts = append(largest, multiads.Largest(part(k, i, pixels))),
							append(texts, float64(flat(4)[i]))
						maps, labels = append(maps, file(version+"."+mode+"_map", i, pixels)),
							append(labels, j.Labels[i])
						mask := make([]uint8, pixels)
						for p, v := range file("masks_binary", i, pixels) {
							mask[p] = uint8(v)
						}
						masks = append(masks, mask)
					}
				}
				for i := range texts {
					c.scalar(version+" text_prob", texts[i], want["text_prob"][i], 1e-3)
					c.scalar(version+" map_max", largest[i][0], want["map_max"][i], 1e-3)
				}
				for _, rule := range []multiads.ScoreRule{multiads.ScoreMax, multiads.ScoreTop3,
					multiads.ScoreBlend} {
					got := must(multiads.ImageScores(rule, largest, texts))
					for i := range got {
						c.scalar(fmt.Sprintf("%s %s %s %s", version, mode, object, rule), got[i],
							want[string(rule)][i], 5e-3)
					}
				}
				rule, _, _ := strings.Cut(j.Rule[version], " ")
				c.multiADSMetrics(fmt.Sprintf("%s %s %s", version, mode, object), maps, masks, side,
					want[rule], labels, j.Metrics[version+"."+mode][object], 1e-6)
			}
		}
	}
}

// memory: the normal references' patch tokens.
func (c *checker) memory(m *clip.Model, object string, taps []int) {
	if !c.file("infer").Has("reference_images." + object) {
		return
	}
	out := must(model.CallOnceN(c.backend, m.Store(), func(scope *model.Scope, x *Node) []*Node {
		return patchesOf(clip.Taps(scope, m.Config, x))
	}, c.images("infer", "reference_images."+object)))
	for i, t := range taps {
		name := fmt.Sprintf("memory.%s.tap_%d", object, t)
		want := c.array("infer", name).Data
		worst, largest := difference(name, tensors.MustCopyFlatData[float32](out[i]), want)
		c.note(name, worst, 1e-4*(1+largest))
	}
}

// multiADSMetrics: the seven metrics of its evaluation, from given maps and image scores.
func (c *checker) multiADSMetrics(where string, maps [][]float32, masks [][]uint8, width int,
	scores []float64, labels []int, want metricValues, tolerance float64) {
	image := must(metric.Image(scores, labels))
	pixel := must(metric.Pixel(maps, masks, width))
	for name, got := range map[string]float64{
		"auroc_sp": image.AUROC, "ap_sp": image.AP, "f1_sp": image.F1Max, "auroc_px": pixel.AUROC,
		"ap_px": pixel.AP, "f1_px": pixel.F1Max,
		"aupro": must(metric.MultiADSAUPRO(maps, masks, width)),
	} {
		c.scalar(where+" "+name, got, want[name], tolerance)
	}
}

// patchesOf leaves the class tokens out.
func patchesOf(taps []*Node) (patches []*Node) {
	for _, t := range taps {
		patches = append(patches, clip.Patches(t))
	}
	return patches
}

func distinct(names []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(names)))
}
