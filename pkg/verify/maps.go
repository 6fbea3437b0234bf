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
	TopRatio float64 `json:"top_ratio"`
	Kernel   int     `json:"kernel_size"`
}

// mapSizes are the rows and columns of the maps along their way, as the folder's tensors have them:
// the tokens are square, as the encoder sees the image, what they are enlarged to need not be.
type mapSizes struct{ grid, crop, last [2]int }

func (c *checker) mapSettings(file, crop, last string, grid int) (mapsJSON, mapSizes) {
	var j mapsJSON
	c.json("maps", &j)
	if j.TopRatio != detector.TopRatio {
		panic(fmt.Errorf("maps.json: this build scores maps by their top %g, the folder has %g",
			detector.TopRatio, j.TopRatio))
	}
	return j, mapSizes{[2]int{grid, grid}, c.plane(file, crop), c.plane(file, last)}
}

// plane is the size of the last two axes, rows and columns.
func (c *checker) plane(file, name string) [2]int {
	shape := c.file(file).Shape(name)
	if len(shape) < 2 {
		panic(fmt.Errorf("%s: %s: expected maps [.., rows, columns], got the shape %v", file, name,
			shape))
	}
	plane := [2]int(shape[len(shape)-2:])
	most := int(imageio.MaxSide)
	if min(plane[0], plane[1]) < 1 || max(plane[0], plane[1]) > most ||
		int64(plane[0])*int64(plane[1]) > imageio.MaxPixels {
		panic(fmt.Errorf("%s: %s: expected maps of 1 to %d pixels a side, got %v", file, name, most,
			plane))
	}
	return plane
}

// post post-processes token distances [B, N]: to the crop, blurred there or not, or on to the last
// size, blurred there or not.
func (m mapSizes) post(distance *Node, toLast, blur bool) *Node {
	along := func(axis int) []*mat.Dense {
		steps, n := []*mat.Dense{detector.Aligned(m.grid[axis], m.crop[axis])}, m.crop[axis]
		if toLast {
			steps, n = append(steps, detector.Resize(n, m.last[axis])), m.last[axis]
		}
		if blur {
			steps = append(steps, detector.Blur(n))
		}
		return steps
	}
	a := Reshape(distance, distance.Shape().Dimensions[0], m.grid[0], m.grid[1])
	return detector.SeparableAxes(a, along(0), along(1))
}

// official tells whether the build's own map, of MapSide from a square crop, has these sizes.
func (m mapSizes) official() bool {
	return m.crop[0] == m.crop[1] && m.last == [2]int{detector.MapSide, detector.MapSide}
}

// maps: every stage from token distances to scores, and the masks' path.
func maps(c *checker) {
	s := c.setUp()
	j, sizes := c.mapSettings("maps", "crop_map", "map256", s.config.Grid)
	kernel := c.array("maps", "gaussian_kernel").Data
	if j.Kernel < 1 || j.Kernel*j.Kernel != len(kernel) {
		panic(fmt.Errorf("maps.json: expected a kernel_size of the %d values of gaussian_kernel, "+
			"got %d", len(kernel), j.Kernel))
	}
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
				add(fmt.Sprintf("crop_map_group%d", g), sizes.post(distances[g], false, false))
			}
			p := encoder.Mean(distances)
			add("crop_map", sizes.post(p, false, false))
			add("crop_map_blurred", sizes.post(p, false, true))
			add("map256_before_blur", sizes.post(p, true, false))
			if sizes.official() {
				add("map256", t.AnomalyMap(s.config, sizes.crop[0]))
			} else {
				add("map256", sizes.post(p, true, true))
			}
			return out
		}, c.targets(s, c.images("forward", "input"))))
	for i, name := range labels {
		c.against(outputs[i], "maps", name, mapTolerance)
	}
	c.scores("maps", "", tensors.MustCopyFlatData[float32](outputs[len(outputs)-1]), sizes.last)
	c.masks()
}

// scores compares the image scores of maps of a size.
func (c *checker) scores(file, prefix string, flat []float32, size [2]int) {
	top, largest := c.array(file, prefix+"score_top1pct").Data,
		c.array(file, prefix+"score_max").Data
	n := size[0] * size[1]
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
func (c *checker) masks() {
	in := c.array("maps", "gt_in").Data
	want, err := c.file("maps").Uint8s("gt_out")
	check(err)
	from, to := c.plane("maps", "gt_in"), c.plane("maps", "gt_out")
	n, m := from[0]*from[1], to[0]*to[1]
	wrong := 0
	for i := range len(in) / n {
		got := imageio.MaskResize(in[i*n:(i+1)*n], from[1], from[0], to[1], to[0])
		for k, v := range got {
			if v != want[i*m+k] {
				wrong++
			}
		}
	}
	c.note("gt_out, pixels that differ", float64(wrong), 0)
}

// mapsZeroShot: the same from the distances to the nearest prototype, and the demo's 8-bit version.
func mapsZeroShot(c *checker) {
	s := c.setUp()
	_, sizes := c.mapSettings("maps_zeroshot", "zs_crop_map", "zs_map256", s.config.Grid)
	outputs := must(model.CallOnceN(c.backend, c.head(s),
		func(scope *model.Scope, batch *Node) []*Node {
			t := s.trace(scope, batch)
			distance, _ := t.Distance()
			last := sizes.post(distance, true, true)
			if sizes.official() {
				last = t.DistanceMap(s.config, sizes.crop[0])
			}
			return []*Node{distance, sizes.post(distance, false, false), last,
				sizes.post(distance, false, true)}
		}, c.targets(s, c.images("forward", "input"))))
	for i, name := range []string{"zs_distance", "zs_crop_map", "zs_map256"} {
		c.against(outputs[i], "maps_zeroshot", name, mapTolerance)
	}
	c.scores("maps_zeroshot", "zs_", tensors.MustCopyFlatData[float32](outputs[2]),
		sizes.last)
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
