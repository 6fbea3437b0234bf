package verify

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"adlab/pkg/layer"
	"adlab/pkg/multiads"
	"adlab/pkg/train"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

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
	forward := func(scope *model.Scope, x []*Node) *multiads.Trace {
		return multiads.Forward(scope, multiads.Inputs{Taps: patchesOf(x[:n]), Text: x[n]}, side)
	}

	outputs := must(model.CallOnceN(c.backend, c.store("train", "init."),
		func(scope *model.Scope, x []*Node) []*Node {
			t := forward(scope, x)
			_, focal, dice := t.Loss(multiads.Sum, x[n+1], x[n+2])
			return slices.Concat(t.Patches, t.Logits, t.Probabilities, focal, dice)
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
		c.adapterRun(run, multiads.Objective(name), rate, inputs, forward, n,
			train.StableAdamW{Beta1: j.Adam.Beta1, Beta2: j.Adam.Beta2, Epsilon: j.Adam.Eps,
				Threshold: math.Inf(1)}, want.Before, want.After)
	}
	c.lossUnits(j.Unit)
}

// adapterRun trains the adapters on the one batch.
func (c *checker) adapterRun(run string, objective multiads.Objective, rate float64, inputs []any,
	forward func(*model.Scope, []*Node) *multiads.Trace, n int, o train.StableAdamW,
	before []float64, after *float64) {
	store := c.store("train", "init.")
	step := must(model.NewExec(c.backend, store, func(scope *model.Scope, x []*Node) []*Node {
		scalars := x[len(x)-1]
		loss, _, _ := forward(scope, x).Loss(objective, x[n+1], x[n+2])
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
