package verify

import (
	"fmt"
	"math"

	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/imageio"
	"adlab/pkg/inpformer"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"gonum.org/v1/gonum/mat"
)

const mapTolerance = 2e-5

type mapsJSON struct {
	Crop     int
	MapSide  int     `json:"resize_mask"`
	Top      int     `json:"top_count_256"`
	TopRatio float64 `json:"top_ratio"`
	Kernel   int     `json:"kernel_size"`
	Sigma    float64
}

func (c *checker) mapSettings() mapsJSON {
	var j mapsJSON
	c.json("maps", &j)
	if j.MapSide != detector.MapSide || j.TopRatio != detector.TopRatio {
		panic(fmt.Errorf("maps.json: this build scores maps of %d pixels by their top %g, the "+
			"folder has %d and %g", detector.MapSide, detector.TopRatio, j.MapSide, j.TopRatio))
	}
	return j
}

// chain post-processes token distances [B, N] step by step.
func chain(distance *Node, grid int, steps ...*mat.Dense) *Node {
	return detector.Separable(Reshape(distance, distance.Shape().Dimensions[0], grid, grid),
		steps...)
}

// maps: every stage from token distances to scores, and the masks' path.
func maps(c *checker) {
	s, j := c.setUp(), c.mapSettings()
	grid := s.config.Grid
	kernel := c.array("maps", "gaussian_kernel").Data
	blur := detector.Blur(j.Kernel)
	// the 2-D kernel is the product of two 1-D ones; the middle row of the blur is one
	for i, want := range kernel {
		row, col := i/j.Kernel, i%j.Kernel
		middle := j.Kernel / 2
		c.scalar("gaussian_kernel", blur.At(middle, row)*blur.At(middle, col), float64(want), 1e-7)
	}
	var labels []string
	outputs := must(model.CallOnceN(c.backend, c.head(s),
		func(scope *model.Scope, batch *Node) (out []*Node) {
			labels = nil
			add := func(name string, x *Node) { labels, out = append(labels, name), append(out, x) }
			t := s.trace(scope, batch)
			var distances []*Node
			for g := range t.Target {
				distances = append(distances, inpformer.PointDistance(t.Target[g], t.Output[g]))
				add(fmt.Sprintf("crop_map_group%d", g),
					chain(distances[g], grid, detector.Aligned(grid, j.Crop)))
			}
			p := encoder.Mean(distances)
			add("crop_map", chain(p, grid, detector.Aligned(grid, j.Crop)))
			add("crop_map_blurred", chain(p, grid, detector.Aligned(grid, j.Crop),
				detector.Blur(j.Crop)))
			add("map256_before_blur", chain(p, grid, detector.Aligned(grid, j.Crop),
				detector.Resize(j.Crop, j.MapSide)))
			add("map256", t.AnomalyMap(s.config, j.Crop))
			return out
		}, c.targets(s, c.images("forward", "input"))))
	for i, name := range labels {
		c.against(outputs[i], "maps", name, mapTolerance)
	}
	c.scores("maps", "", tensors.MustCopyFlatData[float32](outputs[len(outputs)-1]), j)
	c.masks(j)
}

// scores compares the image scores of the maps.
func (c *checker) scores(file, prefix string, flat []float32, j mapsJSON) {
	top, largest := c.array(file, prefix+"score_top1pct").Data,
		c.array(file, prefix+"score_max").Data
	n := j.MapSide * j.MapSide
	for i := range top {
		m := flat[i*n : (i+1)*n]
		c.scalar(prefix+"score_top1pct", detector.TopMean(m), float64(top[i]), mapTolerance)
		most := float32(math.Inf(-1))
		for _, x := range m {
			most = max(most, x)
		}
		c.scalar(prefix+"score_max", float64(most), float64(largest[i]), mapTolerance)
	}
}

// masks: nearest resize and threshold.
func (c *checker) masks(j mapsJSON) {
	in := c.array("maps", "gt_in").Data
	want, err := c.file("maps").Uint8s("gt_out")
	check(err)
	n, m := j.Crop*j.Crop, j.MapSide*j.MapSide
	wrong := 0
	for i := range len(in) / n {
		for k, v := range imageio.MaskTo(in[i*n:(i+1)*n], j.Crop, j.MapSide) {
			if v != want[i*m+k] {
				wrong++
			}
		}
	}
	c.note("gt_out, pixels that differ", float64(wrong), 0)
}

// mapsZeroShot: the same from the distances to the nearest prototype, and the demo's 8-bit version.
func mapsZeroShot(c *checker) {
	s, j := c.setUp(), c.mapSettings()
	grid := s.config.Grid
	outputs := must(model.CallOnceN(c.backend, c.head(s),
		func(scope *model.Scope, batch *Node) []*Node {
			t := s.trace(scope, batch)
			distance, _ := t.Distance()
			up := detector.Aligned(grid, j.Crop)
			return []*Node{distance, chain(distance, grid, up), t.DistanceMap(s.config, j.Crop),
				chain(distance, grid, up, detector.Blur(j.Crop))}
		}, c.targets(s, c.images("forward", "input"))))
	for i, name := range []string{"zs_distance", "zs_crop_map", "zs_map256"} {
		c.against(outputs[i], "maps_zeroshot", name, mapTolerance)
	}
	c.scores("maps_zeroshot", "zs_", tensors.MustCopyFlatData[float32](outputs[2]), j)
	want, err := c.file("maps_zeroshot").Uint8s("zs_app_uint8")
	check(err)
	worst := 0.0
	for i, x := range tensors.MustCopyFlatData[float32](outputs[3]) {
		got := uint8(int(x * 255)) // truncated, wraps
		d := math.Abs(float64(got) - float64(want[i]))
		worst = max(worst, min(d, 256-d))
	}
	c.note("zs_app_uint8, levels", worst, 1)
}
