package datasets

import (
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"adlab/pkg/imageio"
)

// shallow are extensions of files that never hold more than 8 bits a sample, or say what they hold.
var shallow = []string{".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".dib", ".webp", ".gif", ".pgm",
	".ppm", ".pbm", ".pnm"}

// readRange is ShareRange of all images of the set.
func (s *Set) readRange() error {
	var all [][]Sample
	for _, c := range s.Categories {
		all = append(all, c.Train, c.Test)
	}
	r, note, err := ShareRange(all...)
	if note != "" {
		s.note("%s", note)
	}
	s.Range = r
	return err
}

// ShareRange gives every picture of 16 bits or more, of signed numbers or of floating point one and
// the same range of values, that of all such pictures: else a camera of 12 bits would keep 16
// levels, or each picture have a brightness of its own. The range is zero, and the note "", where
// they are read as single ones are.
func ShareRange(lists ...[]Sample) (r imageio.Range, note string, err error) {
	var paths []string
	whole := true // nothing but whole 16 bits
	known := map[string]bool{}
	for _, x := range Unique(slices.Concat(lists...)) {
		if slices.Contains(shallow, strings.ToLower(filepath.Ext(x.Path))) {
			continue
		}
		depth := imageio.DepthOf(x.Path)
		if depth == imageio.Shallow {
			continue
		}
		whole = whole && depth == imageio.Whole16
		known[x.Path], paths = true, append(paths, x.Path)
	}
	if paths == nil {
		return r, "", nil
	}
	extents, err := extentsOf(paths, whole)
	if err != nil || len(extents) == 0 {
		return r, "", err
	}
	r = imageio.Span(extents...)
	if whole && r.High == 65535 {
		return imageio.Range{}, "", nil // as each file has it
	}
	low, high := math.Inf(1), math.Inf(-1)
	for _, e := range extents {
		low, high = min(low, e.Low), max(high, e.High)
	}
	kind := "16-bit"
	if !whole {
		kind = "deep"
	}
	for _, samples := range lists {
		for k := range samples {
			if known[samples[k].Path] {
				samples[k].Range = r
			}
		}
	}
	return r, fmt.Sprintf("%d %s images hold values from %.6g to %.6g: all are read in the range "+
		"%v", len(paths), kind, low, high, r), nil
}

// extentsOf reads which values the pictures hold, on all cores; those of whole 16 bits until one
// needs all bits. Pictures that cannot be read are left to who decodes them.
func extentsOf(paths []string, whole bool) (extents []imageio.Extent, err error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	var one [2]string // a path of whole numbers, and one of floating point
	next := 0
	for range runtime.NumCPU() {
		wg.Go(func() {
			for {
				mu.Lock()
				if next == len(paths) {
					mu.Unlock()
					return
				}
				path := paths[next]
				next++
				mu.Unlock()
				e, err := imageio.ExtentOf(path)
				if err != nil {
					continue
				}
				mu.Lock()
				extents = append(extents, e)
				if e.Float {
					one[1] = path
				} else {
					one[0] = path
				}
				if whole && e.High > 32767 {
					next = len(paths)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if one[0] != "" && one[1] != "" {
		return nil, fmt.Errorf("%s holds whole numbers and %s floating point: expected one kind "+
			"in a set, whose images share one range of values; convert either", one[0], one[1])
	}
	return extents, nil
}
