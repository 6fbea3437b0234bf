package verify

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"adlab/pkg/clip"
	"adlab/pkg/layer"
	"adlab/pkg/metric"
	"adlab/pkg/multiads"
	"adlab/pkg/train"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// textFeatures: the text matrix of every prompt set and product in the folder.
func textFeatures(c *checker) {
	p := c.prompts()
	encoder := must(multiads.NewTextEncoder(c.backend, c.clipModel(false), ""))
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

// adaptersTraining: adapted patches, logits, probabilities, losses, gradients and Adam's steps for
// every objective, and the unit cases of the losses.
func adaptersTraining(c *checker) {
	var j struct {
		C, Layers int
		Focal     []float64 `json:"focal_per_layer"`
		Dice      []float64 `json:"dice_per_layer"`
		Adam      struct {
			Beta1, Beta2, Eps, LR float64
			Steps                 int
		}
		Runs map[string]struct {
			Before []float64 `json:"loss_before_each_step"`
			After  *float64  `json:"loss_after_step5"`
		}
		Unit map[string]any
	}
	c.json("train", &j)
	taps := c.tapNames("train", "tap_")
	var inputs []any
	for _, t := range taps {
		inputs = append(inputs, c.tensor("train", "tap_"+t))
	}
	inputs = append(inputs, c.tensor("train", "text_features"), c.ints("train", "mask_typed"),
		c.tensor("train", "mask_binary"))
	n, side := len(taps), c.file("train").Shape("mask_binary")[1]
	maps := func(scope *model.Scope, x []*Node) []*Node {
		return multiads.Maps(scope, patchesOf(x[:n]), x[n], nil, side)
	}

	outputs := must(model.CallOnceN(c.backend, c.store("train", "init."),
		func(scope *model.Scope, x []*Node) []*Node {
			patches := multiads.Adapt(scope, patchesOf(x[:n]), x[n].Shape().Dimensions[1])
			out := slices.Clone(patches)
			for _, p := range patches {
				out = append(out, multiads.Logits(p, x[n]))
			}
			m := maps(scope, x)
			_, focal, dice := multiads.Loss(multiads.Sum, m, x[n+1], x[n+2])
			return append(append(append(out, m...), focal...), dice...)
		}, inputs...))
	flat := func(t *tensors.Tensor) []float32 { return tensors.MustCopyFlatData[float32](t) }
	for i, t := range taps {
		c.against(outputs[i], "train", "patch_embed_"+t, 1e-5)
		c.against(outputs[n+i], "train", "logits_"+t, 1e-3)
		c.floats("prob_"+t, flat(outputs[2*n+i]), c.columnsLast("train", "prob_"+t), 1e-3)
		c.scalar("focal "+t, float64(flat(outputs[3*n+i])[0]), j.Focal[i],
			1e-4*math.Abs(j.Focal[i]))
		c.scalar("dice "+t, float64(flat(outputs[4*n+i])[0]), j.Dice[i], 1e-4*math.Abs(j.Dice[i]))
	}
	for run, want := range j.Runs {
		name, rate := run, j.Adam.LR
		if base, lr, ok := strings.Cut(run, "_lr"); ok {
			name = base
			if _, err := fmt.Sscanf(lr, "%g", &rate); err != nil {
				panic(fmt.Errorf("train.json: run %s: %w", run, err))
			}
		}
		c.adapterRun(run, multiads.Objective(name), rate, inputs, maps, n,
			train.StableAdamW{Beta1: j.Adam.Beta1, Beta2: j.Adam.Beta2, Epsilon: j.Adam.Eps,
				Threshold: math.Inf(1)}, want.Before, want.After)
	}
	c.lossUnits(j.Unit)
}

// adapterRun trains the adapters on the one batch.
func (c *checker) adapterRun(run string, objective multiads.Objective, rate float64, inputs []any,
	maps func(*model.Scope, []*Node) []*Node, n int, o train.StableAdamW, before []float64,
	after *float64) {
	store := c.store("train", "init.")
	step := must(model.NewExec(c.backend, store, func(scope *model.Scope, x []*Node) []*Node {
		scalars := x[len(x)-1]
		loss, _, _ := multiads.Loss(objective, maps(scope, x), x[n+1], x[n+2])
		var params []*model.Variable
		var nodes []*Node
		for v := range store.IterVariables() {
			if v.Trainable && v.InUseByGraph(loss.Graph()) {
				params, nodes = append(params, v), append(nodes, v.NodeValue(loss.Graph()))
			}
		}
		grads := Gradient(loss, nodes...)
		for i, p := range params {
			o.Update(store, p, grads[i], scalars)
		}
		return append([]*Node{loss}, grads...)
	}))
	defer step.Finalize()
	names := slices.Sorted(func(yield func(string) bool) {
		for _, name := range c.file("train").Names() {
			if rest, ok := strings.CutPrefix(name, "init."); ok && !yield(rest) {
				return
			}
		}
	})
	var order []string
	for v := range store.IterVariables() {
		order = append(order, strings.ReplaceAll(strings.TrimPrefix(v.Path(), "/"), "/", "."))
	}
	for k, want := range before {
		out := must(step.Call(append(slices.Clone(inputs), o.Scalars(rate, k+1))...))
		c.scalar(fmt.Sprintf("%s loss before step %d", run, k+1),
			float64(tensors.MustCopyFlatData[float32](out[0])[0]), want, 1e-4*math.Abs(want))
		for i, name := range order {
			if label := fmt.Sprintf("grad.%s.%s", run, name); k == 0 && c.file("train").Has(label) {
				c.relative(label, tensors.MustCopyFlatData[float32](out[1+i]),
					c.array("train", label).Data, 1e-3, 0)
			}
		}
		for _, name := range names {
			label := fmt.Sprintf("step%d.%s.%s", k+1, run, name)
			if !c.file("train").Has(label) {
				continue
			}
			got := must(layer.Get(store, name))[""].Data
			c.adamWeights(label, got, c.array("train", label).Data, rate*float64(k+1))
		}
	}
	if after == nil {
		return
	}
	out := must(step.Call(append(slices.Clone(inputs), o.Scalars(rate, len(before)+1))...))
	c.scalar(run+" loss after the last step", float64(tensors.MustCopyFlatData[float32](out[0])[0]),
		*after, 1e-4*math.Abs(*after))
}

// adamWeights: 1e-5 for 99 of 100 entries, and twice the distance that Adam can go for all: entries
// with a tiny gradient may go the other way.
func (c *checker) adamWeights(where string, got, want []float32, distance float64) {
	var errs []float64
	for i := range got {
		errs = append(errs, math.Abs(float64(got[i])-float64(want[i])))
	}
	slices.Sort(errs)
	c.note(where+" (99 %)", errs[len(errs)*99/100-min(1, len(errs)*99/100)], 1e-5)
	c.note(where+" (all)", errs[len(errs)-1], 2*distance)
}

// lossUnits: the losses on small given maps.
func (c *checker) lossUnits(unit map[string]any) {
	want := func(name string) float64 { return unit[name].(float64) }
	last := func(name string) *tensors.Tensor {
		return c.images("train", name)
	}
	run := func(where, name string, f func(x []*Node) *Node, inputs ...any) {
		out := must(CallOnce(c.backend, func(x []*Node) *Node { return f(x) }, inputs...))
		c.scalar(where, float64(tensors.MustCopyFlatData[float32](out)[0]), want(name),
			1e-4*max(1e-2, math.Abs(want(name))))
	}
	binary := c.tensor("train", "unit.binary")
	focal := func(x []*Node) *Node { return multiads.Focal(x[0], x[1]) }
	run("unit focal", "focal", focal, last("unit.prob"), c.ints("train", "unit.target"))
	run("unit focal, hard", "focal_hard", focal, last("unit.hard_prob"),
		c.ints("train", "unit.hard_target"))
	run("unit dice", "dice", func(x []*Node) *Node {
		return multiads.Dice(ReduceSum(SliceAxis(x[0], -1, AxisRangeToEnd(3)), -1), x[1])
	}, last("unit.prob"), binary)
	run("unit dice, perfect", "dice_perfect", func(x []*Node) *Node {
		return multiads.Dice(x[0], x[0])
	}, binary)
	run("unit dice, empty target", "dice_empty_target", func(x []*Node) *Node {
		p := Squeeze(SliceAxis(x[0], -1, AxisRange(1, 2)), -1)
		return multiads.Dice(p, ZerosLike(p))
	}, last("unit.prob"))
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
					patches := patchesOf(x[1 : 1+n])
					maps := multiads.Maps(scope, patches, x[1+n], nil, side)
					zero := multiads.AnomalyMap(multiads.TypedMap(maps))
					distances, few := multiads.FewShotMap(patches, x[2+n:], side)
					var layers []*Node
					for _, p := range maps {
						layers = append(layers, multiads.AnomalyMap(p))
					}
					return []*Node{zero, Add(zero, few), few, Stack(distances, 1),
						multiads.TextScore(x[0], x[1+n]), Stack(layers, 1)}
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
func (c *checker) multiADSMetrics(where string, maps [][]float32, masks [][]uint8, side int,
	scores []float64, labels []int, want metricValues, tolerance float64) {
	image := must(metric.Image(scores, labels))
	pixel := must(metric.Pixel(maps, masks, side))
	for name, got := range map[string]float64{
		"auroc_sp": image.AUROC, "ap_sp": image.AP, "f1_sp": image.F1Max, "auroc_px": pixel.AUROC,
		"ap_px": pixel.AP, "f1_px": pixel.F1Max,
		"aupro": must(metric.MultiADSAUPRO(maps, masks, side)),
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
