package verdict

import (
	"cmp"
	"slices"

	"adlab/pkg/metric"
)

// Region is a connected part of a picture whose map is above a threshold.
type Region struct {
	X      int     `json:"x"` // of the box, in pixels from the left
	Y      int     `json:"y"` // from the top
	Width  int     `json:"width"`
	Height int     `json:"height"`
	Area   int     `json:"area"`   // pixels above the threshold
	Peak   float64 `json:"peak"`   // the largest value
	PeakX  int     `json:"peak_x"` // where it is
	PeakY  int     `json:"peak_y"`
}

// Mask is 1 where a value is above the threshold, and 0 elsewhere and where it is NaN.
func Mask(values []float32, threshold float64) []uint8 {
	mask := make([]uint8, len(values))
	for i, v := range values {
		if float64(v) > threshold {
			mask[i] = 1
		}
	}
	return mask
}

// Regions are the 8-connected parts of a mask over values, both with rows of width pixels, the
// highest peak first.
func Regions(mask []uint8, values []float32, width int) []Region {
	labels, areas := metric.Regions(mask, width, 8)
	regions := make([]Region, len(areas))
	for i, label := range labels {
		if label == 0 {
			continue
		}
		r, x, y := &regions[label-1], i%width, i/width
		if r.Area == 0 {
			*r = Region{X: x, Y: y, Width: 1, Height: 1, Peak: float64(values[i]), PeakX: x,
				PeakY: y}
		}
		r.Area++
		if x < r.X {
			r.X, r.Width = x, r.Width+r.X-x
		}
		r.Width, r.Height = max(r.Width, x-r.X+1), max(r.Height, y-r.Y+1)
		if v := float64(values[i]); v > r.Peak {
			r.Peak, r.PeakX, r.PeakY = v, x, y
		}
	}
	slices.SortStableFunc(regions, func(a, b Region) int { return cmp.Compare(b.Peak, a.Peak) })
	return regions
}
