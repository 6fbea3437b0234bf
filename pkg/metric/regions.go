package metric

import "fmt"

// Regions labels the connected components of a mask with rows of width pixels, anomalous where it
// is not 0: 0 for the background, 1.. for the regions in the order of their first pixel, and gives
// each region's area in pixels. Connectivity is 4 or 8; anything else panics.
func Regions(mask []uint8, width, connectivity int) (labels []int32, areas []int) {
	if connectivity != 4 && connectivity != 8 {
		panic(fmt.Sprintf("metric.Regions: connectivity is 4 or 8, got %d", connectivity))
	}
	labels = make([]int32, len(mask))
	var stack []int
	for start, m := range mask {
		if m == 0 || labels[start] != 0 {
			continue
		}
		areas = append(areas, 0)
		label := int32(len(areas))
		labels[start], stack = label, append(stack[:0], start)
		for len(stack) > 0 {
			at := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			areas[label-1]++
			y, x := at/width, at%width
			for dy := -1; dy <= 1; dy++ {
				for dx := -1; dx <= 1; dx++ {
					if connectivity == 4 && dx != 0 && dy != 0 {
						continue
					}
					ny, nx := y+dy, x+dx
					if ny < 0 || nx < 0 || nx >= width || ny*width+nx >= len(mask) {
						continue
					}
					if next := ny*width + nx; mask[next] != 0 && labels[next] == 0 {
						labels[next] = label
						stack = append(stack, next)
					}
				}
			}
		}
	}
	return labels, areas
}

// regionsOf are the components of a mask, which are to be found as a whole.
func regionsOf(mask []uint8, width, connectivity int) []Region {
	labels, areas := Regions(mask, width, connectivity)
	all := make([]Region, len(areas))
	for i, area := range areas {
		all[i] = Region{make([]int32, 0, area), float64(area)}
	}
	for i, label := range labels {
		if label > 0 {
			all[label-1].Pixels = append(all[label-1].Pixels, int32(i))
		}
	}
	return all
}
