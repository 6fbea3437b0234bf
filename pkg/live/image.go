package live

import (
	"fmt"
	"image"
	"math"
	"path/filepath"
	"strconv"
	"strings"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/experiment"
	"adlab/pkg/imageio"
	"adlab/pkg/plot"
)

// Image is an image as it is drawn.
type Image struct {
	Sample   datasets.Sample
	Picture  *imageio.Image
	Mask     []uint8     // detector.MapSide a side; nil for a file
	Outlined image.Image // with the outline of the mask
	Pixels   []float32   // normalised, for a file of the user's; else nil
}

// Images are the images that were read last, as an encoder of the transform sees them.
type Images struct {
	Transform imageio.Transform
	kept      *Cache[*Image]
}

// NewImages keeps the last 64.
func NewImages(t imageio.Transform) *Images { return &Images{t, NewCache[*Image](64)} }

// Of reads the image of a view.
func (m *Images) Of(v View, set *datasets.Set) (*Image, error) {
	if v.File != "" {
		return m.kept.Get("file "+v.File, func() (*Image, error) { return m.file(v.File) })
	}
	list := v.List(set)
	if v.Image >= len(list) {
		return nil, fmt.Errorf("image: expected one of %d, got number %d", len(list), v.Image+1)
	}
	return m.kept.Get(list[v.Image].Path, func() (*Image, error) {
		return m.sample(list[v.Image])
	})
}

// file reads a picture of the user's.
func (m *Images) file(path string) (*Image, error) {
	t := m.Transform
	read, err := imageio.Decode(path)
	if err != nil {
		return nil, err
	}
	x := &Image{Sample: datasets.Sample{ID: filepath.Base(path), Path: path},
		Picture: t.Picture(read), Pixels: make([]float32, t.Crop*t.Crop*3)}
	t.Apply(x.Pixels, read)
	x.Outlined = x.Picture.Image()
	return x, nil
}

// sample reads an image of the data set, with the outline of its mask.
func (m *Images) sample(s datasets.Sample) (*Image, error) {
	x := &Image{Sample: s}
	read, err := s.Decode()
	if err != nil {
		return nil, err
	}
	x.Picture = m.Transform.Picture(read)
	if x.Mask, err = experiment.Mask(s, m.Transform); err != nil {
		return nil, err
	}
	x.Outlined = x.Picture.Image()
	if s.Label == 1 {
		x.Outlined = plot.Outline(imageio.Resize(x.Picture, detector.MapSide,
			detector.MapSide).Image(), x.Mask, detector.MapSide)
	}
	return x, nil
}

// Tile is the image itself.
func (x *Image) Tile() plot.Tile {
	caption := x.Sample.Category + ": " + strings.ReplaceAll(x.Sample.DefectType, "_", " ")
	if x.Pixels != nil {
		caption = x.Sample.ID
	}
	return plot.Tile{Picture: x.Outlined, Caption: caption}
}

// UnitScale is that of maps in units of their own scale.
var UnitScale = plot.Scale{Low: 0, High: 1}

// Map is a map over the image, in the unit scale, with rows of side values.
func (x *Image) Map(values []float32, side, blend int, caption string) plot.Tile {
	return plot.Tile{Picture: plot.Blend(x.Picture, values, side, UnitScale, blend),
		Caption: caption}
}

// Called is what reaches a threshold among the values of an anomaly map, in three colours where the
// mask is known: found, missed and called wrongly.
func (x *Image) Called(values []float32, threshold float64) plot.Tile {
	caption := "above the threshold"
	if x.Mask != nil && x.Sample.Label == 0 {
		caption = "false alarms"
	} else if x.Mask != nil {
		caption = "found, missed, false"
	}
	return plot.Tile{Picture: plot.Masked(x.Picture, x.Mask, above(values, threshold),
		detector.MapSide), Caption: caption}
}

// CalledNumbers compare what a threshold calls anomalous with the mask.
func (x *Image) CalledNumbers(values []float32, threshold float64) []Number {
	hit, positive, all := x.counts(values, threshold)
	f1 := "-"
	if positive > 0 {
		f1 = Fixed(f1Of(hit, positive, all))
	}
	return []Number{
		{"threshold value", Fixed(threshold)}, {"mask F1", f1},
		{calledPixels, fmt.Sprintf("%.1f %%", 100*float64(all)/float64(len(values)))},
	}
}

// counts are the pixels that a threshold calls anomalous and are, that are, and that it calls.
func (x *Image) counts(values []float32, threshold float64) (hit, positive, all int) {
	for i, c := range above(values, threshold) {
		p := x.Mask != nil && x.Mask[i] != 0
		hit, positive, all = hit+btoi(c && p), positive+btoi(p), all+btoi(c)
	}
	return hit, positive, all
}

// F1 says how well what a threshold calls anomalous meets the mask; 0 where that is not known.
func (x *Image) F1(values []float32, threshold float64) float64 {
	return f1Of(x.counts(values, threshold))
}

func f1Of(hit, positive, all int) float64 {
	return 2 * float64(hit) / float64(max(1, positive+all))
}

// calledPixels is the name of the number that says how much of a picture is called anomalous.
const calledPixels = "pixels called anomalous"

// Called is how many percent of the picture's pixels are called anomalous; NaN where it does not
// say.
func (f Frame) Called() float64 {
	for _, n := range f.Numbers {
		if v, err := strconv.ParseFloat(strings.TrimSuffix(n.Value, " %"), 64); err == nil &&
			n.Name == calledPixels {
			return v
		}
	}
	return math.NaN()
}

// above tells which values reach a threshold.
func above(values []float32, threshold float64) []bool {
	out := make([]bool, len(values))
	for i, v := range values {
		out[i] = float64(v) >= threshold
	}
	return out
}
