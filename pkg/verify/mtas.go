package verify

import (
	"fmt"
	"math"
	"slices"

	"adlab/pkg/clip"
	"adlab/pkg/metric"
	"adlab/pkg/multiads"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// typeJSON is what the folder says of a multi-type evaluation.
type typeJSON struct {
	AUROC float64                 `json:"auroc_macro"`
	F1    float64                 `json:"f1_macro"`
	AP    float64                 `json:"ap_macro"`
	Class map[string]metricValues `json:"per_class"`
}

// multiType: typed maps of a product's columns, ids brought to the product's, and the metrics by
// type.
func multiType(c *checker) {
	var j struct {
		Columns []string `json:"column_names"`
		Objects map[string]struct {
			Images  []int `json:"image_indices"`
			Defects []string
			typeJSON
		}
		Mean typeJSON `json:"mean_over_objects"`
	}
	c.json("mtas", &j)
	var infer struct{ Taps []int }
	c.json("infer", &infer)
	m := c.clipModel(false)
	m.Config.Taps = infer.Taps
	store := c.store("infer", "adapter.")
	images := c.images("infer", "images")
	side := images.Shape().Dimensions[1]
	taps := must(model.CallOnceN(c.backend, m.Store(), func(scope *model.Scope, x *Node) []*Node {
		return clip.Taps(scope, m.Config, x)
	}, images))
	var auroc, ap, f1 float64
	for object, want := range j.Objects {
		name := "text_features_single." + object
		var columns []int
		for _, defect := range want.Defects {
			columns = append(columns, slices.Index(j.Columns, defect))
		}
		text := c.array("infer", name)
		matrix := make([]float32, 0, text.Shape[0]*len(columns))
		for i := range text.Shape[0] {
			for _, k := range columns {
				matrix = append(matrix, text.Data[i*text.Shape[1]+k])
			}
		}
		inputs := []any{tensors.FromFlatDataAndDimensions(matrix, text.Shape[0], len(columns))}
		for _, t := range taps {
			inputs = append(inputs, t)
		}
		typed := must(model.CallOnce(c.backend, store, func(scope *model.Scope, x []*Node) *Node {
			return multiads.Forward(scope, multiads.Inputs{Taps: patchesOf(x[1:]), Text: x[0]},
				side).Typed
		}, inputs...))
		flat, size := tensors.MustCopyFlatData[float32](typed), side*side*len(columns)
		reference := c.columnsLast("mtas", object+".typed_map")
		var maps [][]float32
		for k, i := range want.Images {
			maps = append(maps, reference[k*size:(k+1)*size])
			c.floats(fmt.Sprintf("%s typed_map %d", object, i), flat[i*size:(i+1)*size], maps[k],
				1e-3)
		}
		global, local := must(c.file("mtas").Int64s(object+".global_mask")),
			must(c.file("mtas").Int64s(object+".local_mask"))
		mapped, worst := localColumns(j.Columns, want.Defects), 0.0
		var truth [][]uint8
		for k := range want.Images {
			mask := make([]uint8, side*side)
			for p := range mask {
				at := k*side*side + p
				mask[p] = mapped[global[at]]
				worst = max(worst, math.Abs(float64(mask[p])-float64(local[at])))
			}
			truth = append(truth, mask)
		}
		c.note(object+" local ids", worst, 0)
		got := c.typeScores(object, maps, truth, want.Defects, want.typeJSON)
		auroc, ap, f1 = auroc+got.MacroAUROC, ap+got.MacroAP, f1+got.MacroF1
	}
	n := float64(len(j.Objects))
	c.scalar("mean AUROC", auroc/n, j.Mean.AUROC, 1e-6)
	c.scalar("mean AP", ap/n, j.Mean.AP, 1e-6)
	c.scalar("mean F1", f1/n, j.Mean.F1, 1e-6)
}

// typeScores compares the metrics by type.
func (c *checker) typeScores(where string, maps [][]float32, truth [][]uint8, names []string,
	want typeJSON) metric.TypeScores {
	got := must(metric.MultiType(maps, truth, len(names)))
	c.scalar(where+" AUROC", got.MacroAUROC, want.AUROC, 1e-6)
	c.scalar(where+" AP", got.MacroAP, want.AP, 1e-6)
	c.scalar(where+" F1", got.MacroF1, want.F1, 1e-6)
	for k, name := range names {
		v := want.Class[name]
		c.scalar(where+" "+name+" AUROC", got.AUROC[k], v["auroc"], 1e-6)
		c.scalar(where+" "+name+" AP", got.AP[k], v["ap"], 1e-6)
		c.scalar(where+" "+name+" F1", got.F1[k], v["f1"], 1e-6)
	}
	return got
}

// multiADSMetricCases: the evaluation's metrics on given maps, and the multi-type ones.
func multiADSMetricCases(c *checker) {
	var j map[string]struct {
		Top3   metricValues `json:"score_rule_top3"`
		Blend  metricValues `json:"score_rule_blend"`
		Object string
		Global []int `json:"global_ids"`
		Local  []int `json:"local_ids"`
		typeJSON
	}
	c.json("metrics", &j)
	for name, want := range j {
		switch {
		case want.Top3 != nil:
			c.metricCase(name, want.Top3, want.Blend)
		case want.Global != nil:
			p := c.prompts()
			mapped := localColumns(p.Columns["visa"], p.MTAS["visa"][want.Object])
			worst := 0.0
			for i, g := range want.Global {
				worst = max(worst, math.Abs(float64(mapped[g])-float64(want.Local[i])))
			}
			c.note(name, worst, 0)
		default:
			shape := c.file("metrics").Shape(name + ".map")
			images, columns, pixels := shape[0], shape[1], shape[2]*shape[3]
			maps := cut(c.columnsLast("metrics", name+".map"), pixels*columns)
			ids := must(c.file("metrics").Int64s(name + ".gt"))
			var truth [][]uint8
			for i := range images {
				mask := make([]uint8, pixels)
				for p := range mask {
					mask[p] = uint8(ids[i*pixels+p])
				}
				truth = append(truth, mask)
			}
			var names []string
			for k := range columns {
				names = append(names, fmt.Sprintf("d%d", k))
			}
			c.typeScores(name, maps, truth, names, want.typeJSON)
		}
	}
}

func (c *checker) metricCase(name string, top3, blend metricValues) {
	f := c.file("metrics")
	size := c.plane("metrics", name+".map")
	maps := cut(c.array("metrics", name+".map").Data, size[0]*size[1])
	var masks [][]uint8
	for _, m := range cut(c.array("metrics", name+".gt").Data, size[0]*size[1]) {
		mask := make([]uint8, len(m))
		for i, v := range m {
			mask[i] = uint8(v)
		}
		masks = append(masks, mask)
	}
	var labels []int
	for _, l := range must(f.Int64s(name + ".label")) {
		labels = append(labels, int(l))
	}
	var texts []float64
	for _, x := range c.array("metrics", name+".text_prob").Data {
		texts = append(texts, float64(x))
	}
	var largest [][3]float64
	for _, m := range maps {
		largest = append(largest, multiads.Largest(m))
	}
	for rule, want := range map[multiads.ScoreRule]metricValues{multiads.ScoreTop3: top3,
		multiads.ScoreBlend: blend} {
		scores := must(multiads.ImageScores(rule, largest, texts))
		c.multiADSMetrics(name+" "+string(rule), maps, masks, size[1], scores, labels, want, 1e-6)
	}
}

// localColumns brings the data set's ids to a product's: entry g is the place among the product's
// columns of the data set's column g, 0 where the product does not have it. Both lists begin with
// the normal state.
func localColumns(all, product []string) []uint8 {
	local := make([]uint8, len(all))
	for g, name := range all {
		if at := slices.Index(product, name); g > 0 && at > 0 {
			local[g] = uint8(at)
		}
	}
	return local
}
