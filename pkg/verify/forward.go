package verify

import (
	"fmt"
	"math"
	"strings"

	"adlab/pkg/encoder"
	"adlab/pkg/inpformer"
	"adlab/pkg/layer"
	"adlab/pkg/train"
	"adlab/pkg/vit"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// lossTolerance is for scalar losses of one forward pass.
const lossTolerance = 5e-6

// setUp is INP-Former with its encoder, in the folder's sizes.
type setUp struct {
	encoder *vit.Encoder
	config  inpformer.Config
	groups  [][]int
	json    forwardJSON
}

func (c *checker) setUp() setUp {
	j := c.config()
	blocks := 0
	for c.file("weights").Has(fmt.Sprintf("decoder.%d.norm1.weight", blocks)) {
		blocks++
	}
	cfg := inpformer.Default(j.Config.Dim, j.Config.Grid)
	cfg.Heads, cfg.INPs, cfg.Blocks = j.Config.Heads, j.Config.M, blocks
	cfg.CoherenceWeight, cfg.MiningPower = j.CoherenceWeight, j.MiningPower
	check(cfg.Validate())
	return setUp{c.encoder(), cfg, j.Config.Groups, j}
}

// targets runs the frozen encoder: group means [B, groups, N, C].
func (c *checker) targets(s setUp, images *tensors.Tensor) *tensors.Tensor {
	return must(model.CallOnce(c.backend, s.encoder.Store(),
		func(scope *model.Scope, images *Node) *Node {
			return Stack(encoder.Group(s.encoder.Forward(scope, images), s.groups), 1)
		}, images))
}

// head loads the trainable part of the full checkpoint.
func (c *checker) head(s setUp) *model.Store {
	arrays := map[string]layer.Array{}
	for name := range inpformer.Shapes(s.config) {
		arrays[name] = c.array("weights", name)
	}
	store := model.NewStore()
	check(layer.Put(store, "", arrays, true))
	return store
}

func (s setUp) trace(scope *model.Scope, batch *Node) *inpformer.Trace {
	return inpformer.Forward(scope, s.config, encoder.Ungroup(batch), encoder.Sizes(s.groups))
}

// forward: everything after the encoder, by name, and the losses.
func forward(c *checker) {
	s := c.setUp()
	input := c.targets(s, c.images("forward", "input"))
	var labels []string
	outputs := must(model.CallOnceN(c.backend, c.head(s),
		func(scope *model.Scope, batch *Node) (out []*Node) {
			labels = nil
			add := func(name string, x *Node) { labels, out = append(labels, name), append(out, x) }
			t := s.trace(scope, batch)
			distance, cluster := t.Distance()
			add("fused", t.Fused)
			add("agg_attn", t.Attention)
			add("agg_attn_out", t.AttentionTo)
			add("prototypes", t.INPs)
			add("distribution", t.Distribution())
			add("distance", distance)
			add("bottleneck", t.Bottleneck)
			for i := range t.Decoder {
				add(fmt.Sprintf("dec%d", i), t.Decoder[i])
				add(fmt.Sprintf("dec%d_attn", i), t.DecoderAttn[i])
			}
			for g := range t.Target {
				p := inpformer.PointDistance(t.Target[g], t.Output[g])
				// channels first, as the reference stores it
				add(fmt.Sprintf("en%d", g), Transpose(t.Target[g], 1, 2))
				add(fmt.Sprintf("de%d", g), Transpose(t.Output[g], 1, 2))
				add(fmt.Sprintf("point_dist%d", g), p)
				add(fmt.Sprintf("mining_factor%d", g),
					inpformer.MiningFactor(p, s.config.MiningPower))
			}
			total, reconstruction, coherence := t.Loss(s.config)
			plain := s.config
			plain.MiningPower = 0
			return append(out, ConvertDType(cluster, t.Fused.DType()),
				Stack([]*Node{total, reconstruction, coherence, t.ReconstructionLoss(plain)}, 0))
		}, input))
	for i, name := range labels {
		c.against(outputs[i], "forward", name, 2e-4)
	}
	losses := tensors.MustCopyFlatData[float32](outputs[len(outputs)-1])
	for i, want := range []float64{s.json.Total, s.json.Recon, s.json.Coherence,
		s.json.ReconPower0} {
		c.scalar([]string{"total_loss", "recon_loss", "coherence_loss", "recon_loss_power0"}[i],
			float64(losses[i]), want, lossTolerance)
	}
	c.clusters(tensors.MustCopyFlatData[float32](outputs[len(outputs)-2]), s.config.INPs)
}

// clusters compares the nearest prototypes, except where the two smallest distances differ by less
// than 1e-5.
func (c *checker) clusters(got []float32, m int) {
	want, err := c.file("forward").Int64s("cluster_index")
	check(err)
	distances := c.array("forward", "distribution").Data
	wrong := 0
	for i := range want {
		first, second := math.Inf(1), math.Inf(1)
		for _, d := range distances[i*m : (i+1)*m] {
			if x := float64(d); x < first {
				first, second = x, first
			} else if x < second {
				second = x
			}
		}
		if second-first >= 1e-5 && int64(got[i]) != want[i] {
			wrong++
		}
	}
	c.note("cluster_index", float64(wrong), 0)
}

// gradientsOf gives the gradient of a loss with respect to every parameter that takes part in it.
func (c *checker) gradientsOf(s setUp, loss func(*inpformer.Trace) *Node) map[string][]float32 {
	store := c.head(s)
	var labels []string
	outputs := must(model.CallOnceN(c.backend, store,
		func(scope *model.Scope, batch *Node) []*Node {
			value := loss(s.trace(scope, batch))
			labels = nil
			var params []*Node
			for v := range store.IterVariables() {
				if v.InUseByGraph(batch.Graph()) {
					labels, params = append(labels, layer.Name(v.Path())),
						append(params, v.NodeValue(batch.Graph()))
				}
			}
			return Gradient(value, params...)
		}, c.targets(s, c.images("forward", "input"))))
	grads := map[string][]float32{}
	for i, name := range labels {
		grads[name] = tensors.MustCopyFlatData[float32](outputs[i])
	}
	return grads
}

const gradTolerance, gradFloor = 2e-4, 5e-8

// gradient compares one tensor's gradient. The keys' half of the extractor's bias has none in exact
// arithmetic (softmax ignores a shift common to all keys), so that half is compared absolutely.
func (c *checker) gradient(file, label, name string, got []float32) {
	want := c.array(file, label).Data
	if got == nil {
		got = make([]float32, len(want)) // the loss does not reach it
	}
	if name == "aggregation.0.attn.kv.bias" && len(got) == len(want) {
		half := len(want) / 2
		c.floats(label+" (keys)", got[:half], want[:half], 1e-5)
		got, want = got[half:], want[half:]
	}
	c.relative(label, got, want, gradTolerance, gradFloor)
}

// grads: the total loss's gradient for every trainable tensor, and the norm of all.
func grads(c *checker) {
	s := c.setUp()
	got := c.gradientsOf(s, func(t *inpformer.Trace) *Node {
		total, _, _ := t.Loss(s.config)
		return total
	})
	sum := 0.0
	for name := range inpformer.Shapes(s.config) {
		c.gradient("grads", name, name, got[name])
		for _, x := range got[name] {
			sum += float64(x) * float64(x)
		}
	}
	c.note("grad_norm_all_trainable", math.Abs(math.Sqrt(sum)-s.json.GradNorm)/s.json.GradNorm,
		gradTolerance)
}

// gradsAblation: without soft mining, and the coherence loss alone.
func gradsAblation(c *checker) {
	s := c.setUp()
	variants := map[string]map[string][]float32{
		"no_mining": c.gradientsOf(s, func(t *inpformer.Trace) *Node {
			plain := s.config
			plain.MiningPower = 0
			total, _, _ := t.Loss(plain)
			return total
		}),
		"coherence_only": c.gradientsOf(s, func(t *inpformer.Trace) *Node {
			return t.CoherenceLoss(s.config)
		}),
	}
	for _, label := range c.file("grads_ablation").Names() {
		variant, name, _ := strings.Cut(label, "/")
		got, ok := variants[variant]
		if !ok {
			panic(fmt.Errorf("grads_ablation: unknown variant %q", variant))
		}
		c.gradient("grads_ablation", label, name, got[name])
	}
}

// gradClip: clipping by the global norm, of every case in the file.
func gradClip(c *checker) {
	var settings struct {
		Limit float64 `json:"clip_max_norm"`
	}
	c.json("stableadamw", &settings)
	for _, label := range c.file("gradclip").Names() {
		name, ok := strings.CutSuffix(label, "/norm")
		if !ok {
			continue
		}
		var inputs []any
		for i := 0; c.file("gradclip").Has(fmt.Sprintf("%s/in%d", name, i)); i++ {
			inputs = append(inputs, c.tensor("gradclip", fmt.Sprintf("%s/in%d", name, i)))
		}
		outputs := must(CallOnceN(c.backend, func(grads []*Node) []*Node {
			clipped, norm := train.ClipGlobalNorm(grads, settings.Limit)
			return append(clipped, norm)
		}, inputs...))
		for i := range inputs {
			c.against(outputs[i], "gradclip", fmt.Sprintf("%s/out%d", name, i), 2e-6)
		}
		c.against(outputs[len(inputs)], "gradclip", label, 2e-6)
	}
}
