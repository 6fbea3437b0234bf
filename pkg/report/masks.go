package report

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"adlab/pkg/imageio"
	"adlab/pkg/metric"
	"adlab/pkg/setting"
)

// readMasks reads the files of masks by their maps' names; those that are arrays by one rule.
func readMasks(files map[string]string) (map[string]*imageio.Image, error) {
	read, planes := map[string]*imageio.Image{}, []metric.Plane(nil)
	var of []string // the names of planes
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !strings.EqualFold(filepath.Ext(files[name]), ".npy") {
			m, err := imageio.ReadMask(files[name], false)
			if err != nil {
				return nil, err
			}
			read[name] = m
			continue
		}
		p, err := readMap(files[name])
		if err != nil {
			return nil, err
		}
		planes, of = append(planes, p), append(of, name)
	}
	masks, at, err := graded(planes)
	if err != nil {
		return nil, setting.Errorf("Masks", "%s: %w", files[of[at]], err)
	}
	for i, m := range masks {
		read[of[i]] = m
	}
	return read, nil
}

// graded are masks of arrays in grades, read by what all of them hold: whole numbers up to 255, of
// which some are above 127, are grades as they are, numbers up to 1 are grades of 0 to 255, and of
// others all but 0 are anomalous. The error is of the mask at a place.
func graded(planes []metric.Plane) (masks []*imageio.Image, at int, err error) {
	most, whole := float32(0), true
	for at, p := range planes {
		for i, x := range p.Pix {
			if !(x >= 0) || x-x != 0 {
				return nil, at, fmt.Errorf("expected values from 0 up, got %v at %d", x, i)
			}
			most, whole = max(most, x), whole && x == float32(int(x))
		}
	}
	for _, p := range planes {
		m := imageio.New(p.W, p.H, 1)
		for i, x := range p.Pix {
			switch {
			case most <= 1:
				m.Pix[i] = uint8(x*255 + 0.5)
			case whole && most > 127 && most <= 255:
				m.Pix[i] = uint8(x)
			case x != 0:
				m.Pix[i] = 255
			}
		}
		masks = append(masks, m)
	}
	return masks, 0, nil
}

// sameMask tells whether two masks have the same grades; a mask is not the same as none.
func sameMask(a, b *imageio.Image) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.W == b.W && a.H == b.H && slices.Equal(a.Pix, b.Pix)
}
