package verify

import (
	"fmt"
	stdmaps "maps"
	"math"
	"slices"
	"strings"

	"adlab/pkg/convnet"
	"adlab/pkg/imageio"
	"adlab/pkg/metric"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// preprocess: files to resized bytes (exact), to normalised numbers, masks to fractions and to
// bits.
func preprocess(c *checker) {
	var j struct {
		Crop, Resize int
		Mean, Std    [3]float32
		Files        map[string]struct {
			Size [2]int `json:"size_wh"`
		}
	}
	c.json("preprocess", &j)
	t := imageio.Transform{Resize: j.Resize, Crop: j.Crop, Mean: j.Mean, Std: j.Std}
	check(t.Validate(1)) // before memory is taken by what it says
	f := c.file("preprocess")
	for _, name := range slices.Sorted(stdmaps.Keys(j.Files)) {
		path := c.local(name + ".png")
		if strings.HasPrefix(name, "mask") {
			m := must(imageio.DecodeMask(path))
			mask := t.Mask(m)
			c.floats(name, mask, c.array("preprocess", name).Data, 2e-6)
			bits := name + "_256_bin"
			if f.Has(bits) {
				to := c.plane("preprocess", bits)
				c.bytes(bits, imageio.MaskResize(mask, j.Crop, j.Crop, to[1], to[0]), bits)
			}
			continue
		}
		m := must(imageio.Decode(path))
		c.bytes(name+" resized", imageio.Resize(m, j.Resize, j.Resize).Pix, name+"_resized_uint8")
		nhwc := make([]float32, j.Crop*j.Crop*3)
		t.Apply(nhwc, m)
		c.floats(name, channelsFirst(nhwc, j.Crop), c.array("preprocess", name).Data, 2e-6)
	}
}

// bytes compares exactly; the masks in the folder may be stored as any number type.
func (c *checker) bytes(where string, got []uint8, name string) {
	f := c.file("preprocess")
	var want []int64
	if values, err := f.Float32s(name); err == nil {
		for _, x := range values {
			want = append(want, int64(x))
		}
	} else {
		want = must(f.Int64s(name))
	}
	if len(got) != len(want) {
		panic(fmt.Errorf("%s: expected %d values, got %d", where, len(want), len(got)))
	}
	worst := 0.0
	for i := range got {
		worst = max(worst, math.Abs(float64(got[i])-float64(want[i])))
	}
	c.note(where, worst, 0)
}

func channelsFirst(nhwc []float32, side int) []float32 {
	out, n := make([]float32, len(nhwc)), side*side
	for i := range n {
		for k := range 3 {
			out[k*n+i] = nhwc[3*i+k]
		}
	}
	return out
}

type metricValues map[string]float64

// metrics: images, pixels exactly, and both of the official conventions.
func metrics(c *checker) {
	var j struct {
		Image  metricValues
		Smooth metricCase
		Tied   metricCase
	}
	c.json("metrics", &j)
	f := c.file("metrics")
	labels := must(f.Int64s("image_labels"))
	scores := must(f.Float32s("image_scores"))
	c.ranking("image", scores, labels, j.Image, 1e-6)

	raw := must(f.Uint8s("pixel_masks"))
	size := c.plane("metrics", "pixel_masks")
	pixels, width := size[0]*size[1], size[1]
	masks := cut(raw, pixels)
	var imageLabels []int64
	for _, m := range masks {
		imageLabels = append(imageLabels, int64(slices.Max(m)))
	}
	c.pixels("smooth", cut(must(f.Float32s("pixel_scores")), pixels), masks, width, j.Smooth, 2e-4)
	c.pixels("tied", cut(must(f.Float32s("pixel_scores_tied")), pixels), masks, width, j.Tied, 1e-6)
	c.ranking("smooth", must(f.Float32s("image_scores_smooth")), imageLabels, j.Smooth.Histogram,
		1e-6)
	c.ranking("tied", must(f.Float32s("image_scores_tied")), imageLabels, j.Tied.Histogram, 1e-6)
}

type metricCase struct {
	AUPRO     float64      `json:"aupro_mvtec_style_all_thresholds"`
	Exact     metricValues `json:"exact_path"`
	Histogram metricValues `json:"histogram_path"`
}

func cut[T any](flat []T, n int) (parts [][]T) {
	for part := range slices.Chunk(flat, n) {
		parts = append(parts, part)
	}
	return parts
}

// ranking compares the image-level metrics.
func (c *checker) ranking(where string, scores []float32, labels []int64, want metricValues,
	tolerance float64) {
	var s []float64
	var l []int
	for i := range scores {
		s, l = append(s, float64(scores[i])), append(l, int(labels[i]))
	}
	got := must(metric.Image(s, l))
	for name, value := range map[string]float64{"I-AUROC": got.AUROC, "I-AP": got.AP,
		"I-F1max": got.F1Max} {
		c.scalar(where+" "+name, value, want[name], tolerance)
	}
	if t, ok := want["best_threshold"]; ok {
		c.scalar(where+" best_threshold", got.Threshold, t, tolerance)
	}
}

// pixels compares the pixel metrics of one case under every convention.
func (c *checker) pixels(where string, maps [][]float32, masks [][]uint8, width int,
	want metricCase, histogramTolerance float64) {
	exact := must(metric.Pixel(maps, masks, width))
	for name, value := range map[string]float64{"P-AUROC": exact.AUROC, "P-AP": exact.AP,
		"P-F1max": exact.F1Max} {
		c.scalar(where+" exact "+name, value, want.Exact[name], 1e-6)
	}
	c.scalar(where+" AUPRO over all thresholds", exact.AUPRO, want.AUPRO, 1e-4)
	c.scalar(where+" AUPRO over 200 thresholds", must(metric.ThresholdAUPRO(maps, masks, width)),
		want.Exact["AUPRO"], 1e-4)
	histogram := must(metric.Histogram(maps, masks, width))
	for name, value := range map[string]float64{"P-AUROC": histogram.AUROC, "P-AP": histogram.AP,
		"P-F1max": histogram.F1Max, "AUPRO": histogram.AUPRO} {
		c.scalar(where+" histogram "+name, value, want.Histogram[name], histogramTolerance)
	}
}

// convNet: stem and blocks of the shipped EfficientNet-Lite0, by the largest magnitude of each.
func convNet(c *checker) {
	var j struct {
		Images    map[string]int
		SHA256    string
		Strides   map[string]int
		Tolerance float64 `json:"tolerance_relative"`
		Tensors   map[string][]int
	}
	c.json("convnet", &j)
	if j.SHA256 != convnet.SourceSHA256 {
		panic(fmt.Errorf("convnet.json: it is about a checkpoint with SHA-256 %s, the shipped "+
			"weights come from %s", j.SHA256, convnet.SourceSHA256))
	}
	e := must(convnet.New(convnet.Default()))
	transform := e.Transform()
	for _, image := range slices.Sorted(stdmaps.Keys(j.Images)) {
		f := c.file("convnet")
		shape := f.Shape(image + "/image")
		pixels := must(f.Uint8s(image+"/image", 1, -1, -1, 3))
		values := make([]float32, len(pixels))
		for i, p := range pixels {
			values[i] = (float32(p)/255 - transform.Mean[i%3]) / transform.Std[i%3]
		}
		outputs := must(model.CallOnceN(c.backend, e.Store(),
			func(scope *model.Scope, x *Node) []*Node {
				stem, blocks := convnet.Features(scope, x, convnet.Blocks-1)
				return append([]*Node{stem}, blocks...)
			}, tensors.FromFlatDataAndDimensions(values, shape...)))
		for _, label := range f.Names() {
			layer, ok := strings.CutPrefix(label, image+"/")
			if !ok || layer == "image" {
				continue
			}
			at := 0
			if layer != "stem" {
				if _, err := fmt.Sscanf(layer, "block.%d", &at); err != nil {
					panic(fmt.Errorf("convnet: unknown tensor %q", label))
				}
				at++
			}
			got := thin(outputs[at], max(1, j.Strides[layer]))
			c.relative(label, got, c.array("convnet", label).Data, j.Tolerance, 0)
		}
	}
}

// thin takes every step-th row and column of [1, h, w, C] and puts the channels first.
func thin(t *tensors.Tensor, step int) []float32 {
	d, flat := t.Shape().Dimensions, tensors.MustCopyFlatData[float32](t)
	var out []float32
	for ch := range d[3] {
		for y := 0; y < d[1]; y += step {
			for x := 0; x < d[2]; x += step {
				out = append(out, flat[(y*d[2]+x)*d[3]+ch])
			}
		}
	}
	return out
}
