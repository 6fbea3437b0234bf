package datasets

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"adlab/pkg/imageio"
)

// deepPCBTypes are the defect types by their numbers, from 1. Copper is spurious copper.
var deepPCBTypes = []string{"open", "short", "mousebite", "spur", "copper", "pin-hole"}

// openDeepPCB reads DeepPCB: ROOT/PCBData (or ROOT) with the lists trainval.txt and test.txt of
// lines "groupG/G/ID.jpg groupG/G_not/ID.txt", the aligned and binary pictures ID_temp.jpg, a
// template without a defect, and ID_test.jpg, a board, and in ID.txt the board's defects, "x1 y1 x2
// y2 type" a line.
//
//   - To learn from are the templates of trainval.txt; to be tested on are the boards of test.txt,
//     and, as normal ones, their templates.
//   - What differs from the template within a box is anomalous, and of the box's type; of several
//     boxes there the smallest has it, of equal ones the first.
//   - Pairs that are listed and not wholly here are left out and counted.
//
// Some defects were drawn in by the authors, three to twelve to a board; a pair that is off by a
// pixel marks the edges of its tracks within the boxes, too. Source: Tang et al.,
// arXiv:1902.06197, and the data set's README.
func openDeepPCB(root string, opt Options) (*Set, error) {
	set := sourced("deeppcb", root)
	set.opt = opt
	base := root
	if dir := child(root, "PCBData"); dir != "" {
		base = dir
	}
	c, gone := Category{Name: "pcb"}, 0
	seen := map[string]string{}
	for _, list := range []string{"trainval.txt", "test.txt"} {
		file := filepath.Join(base, list)
		if _, err := os.Stat(file); err != nil {
			return nil, fmt.Errorf("%s: expected PCBData with trainval.txt and test.txt in it, "+
				"got %s", root, contents(base))
		}
		pairs, missing, err := readPairs(base, file, seen)
		if err != nil {
			return nil, err
		}
		if gone += missing; len(pairs) == 0 {
			return nil, fmt.Errorf("%s: expected the files of at least one pair that it lists, "+
				"got none of %d", file, missing)
		}
		for _, p := range pairs {
			if list == "trainval.txt" {
				c.Train = append(c.Train, set.sample(p.template, c.Name, TrainSplit, Good))
				set.pass(p.board, p.boxes)
				continue
			}
			x, err := set.board(p, c.Name)
			if err != nil {
				return nil, err
			}
			c.Test = append(c.Test, set.sample(p.template, c.Name, TestSplit, Good), x)
		}
	}
	if gone > 0 {
		set.note("%d of the %d pairs that the lists name are not here: left out", gone, len(seen))
	}
	set.note("masks are where a board differs from its template within a box; some defects were " +
		"drawn in by the authors")
	set.HasMasks, set.Categories = true, []Category{c}
	set.sayLeftOut(base)
	return set, nil
}

// looksDeepPCB tells a folder of that layout by its lists.
func looksDeepPCB(root string) bool {
	return has(root, "PCBData/trainval.txt") ||
		has(root, "trainval.txt") && has(root, "test.txt") && hasAny(root, "group*")
}

// pcbPair is a board with its template and its list of boxes.
type pcbPair struct{ template, board, boxes string }

// readPairs reads a list of pairs and gives those whose files are all in base; seen are the lines
// where each was named.
func readPairs(base, file string, seen map[string]string) (pairs []pcbPair, missing int,
	err error) {
	b, err := readText(file)
	if err != nil {
		return nil, 0, err
	}
	n := 0
	for line := range strings.Lines(string(b)) {
		n++
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		at := fmt.Sprintf("%s:%d", file, n)
		if len(fields) != 2 || filepath.Ext(fields[0]) != ".jpg" ||
			filepath.Ext(fields[1]) != ".txt" {
			return nil, 0, fmt.Errorf("%s: expected PICTURE.jpg BOXES.txt, got %q", at,
				brief([]byte(line)))
		}
		var p [2]string
		for i := range p {
			if p[i], err = inside(base, fields[i]); err != nil {
				return nil, 0, fmt.Errorf("%s: %w", at, err)
			}
		}
		if first := seen[p[0]]; first != "" {
			return nil, 0, fmt.Errorf("%s: expected each pair once, got %q again after %s", at,
				fields[0], first)
		}
		seen[p[0]] = at
		name := strings.TrimSuffix(p[0], ".jpg")
		pair := pcbPair{name + "_temp.jpg", name + "_test.jpg", p[1]}
		if slices.ContainsFunc([]string{pair.template, pair.board, pair.boxes},
			func(path string) bool { _, err := os.Stat(path); return err != nil }) {
			missing++
			continue
		}
		pairs = append(pairs, pair)
	}
	return pairs, missing, nil
}

// board is the sample of a board with defects.
func (s *Set) board(p pcbPair, category string) (Sample, error) {
	x := s.sample(p.board, category, TestSplit, "defect")
	x.Template, x.Mask, x.TypedMasks = p.template, p.boxes, map[string]string{}
	x.marks = &pcbMarks{}
	var err error
	if x.boxes, err = readBoxes(p.boxes); err != nil {
		return x, err
	}
	for _, b := range x.boxes {
		x.TypedMasks[b.kind] = filepath.Join(p.boxes, b.kind)
	}
	x.DefectType = strings.Join(x.DefectTypes(), ",")
	return x, nil
}

// box is where a defect of a kind is: pixels from (x1, y1) up to, but not with, (x2, y2).
type box struct {
	x1, y1, x2, y2 int
	kind           string
}

// readBoxes reads "x1 y1 x2 y2 type" a line; commas may part the numbers, too.
func readBoxes(file string) (boxes []box, err error) {
	b, err := readText(file)
	if err != nil {
		return nil, err
	}
	n := 0
	for line := range strings.Lines(string(b)) {
		n++
		fields := strings.FieldsFunc(line, func(r rune) bool {
			return unicode.IsSpace(r) || r == ','
		})
		if len(fields) == 0 {
			continue
		}
		var v [5]int
		ok := len(fields) == len(v)
		for i := range min(len(v), len(fields)) {
			if v[i], err = strconv.Atoi(fields[i]); err != nil {
				ok = false
			}
		}
		if !ok || v[0] < 0 || v[1] < 0 || v[0] >= v[2] || v[1] >= v[3] || v[4] < 1 ||
			v[4] > len(deepPCBTypes) {
			return nil, fmt.Errorf("%s:%d: expected X1 Y1 X2 Y2 TYPE, a box with X1 < X2 and Y1 < "+
				"Y2 and a type from 1 to %d, got %q", file, n, len(deepPCBTypes),
				brief([]byte(line)))
		}
		boxes = append(boxes, box{v[0], v[1], v[2], v[3], deepPCBTypes[v[4]-1]})
	}
	if len(boxes) == 0 {
		return nil, fmt.Errorf("%s: expected at least one box, got none", file)
	}
	return boxes, nil
}

// differs is by how much the grey of two pictures, both black and white, must differ to count.
const differs = 127

// pcbMarks are a board's anomalous pixels, found when first asked for and kept: an evaluation reads
// the masks of a board and of each of its types, more than once.
type pcbMarks struct {
	once sync.Once
	w, h int
	of   map[string][]int // places in the picture, by type
	err  error
}

// differences marks where the image differs from its template: within any box where mask is the
// list, within the boxes of one type where mask is that list's entry for it.
func (s Sample) differences(mask string) (*imageio.Image, error) {
	d := s.marks
	d.once.Do(func() { d.err = d.find(s) })
	if d.err != nil {
		return nil, d.err
	}
	m := imageio.New(d.w, d.h, 1)
	for kind, places := range d.of {
		if mask == s.Mask || kind == filepath.Base(mask) {
			for _, i := range places {
				m.Pix[i] = 255
			}
		}
	}
	return m, nil
}

// find compares the board with its template in its boxes.
func (d *pcbMarks) find(s Sample) error {
	board, err := imageio.Decode(s.Path)
	if err != nil {
		return err
	}
	template, err := imageio.Decode(s.Template)
	if err != nil {
		return err
	}
	if template.W != board.W || template.H != board.H {
		return fmt.Errorf("template %s: expected %dx%d pixels as its image has, got %dx%d",
			s.Template, board.W, board.H, template.W, template.H)
	}
	boxes := slices.Clone(s.boxes) // the smallest last, so that it has the last word
	slices.Reverse(boxes)
	slices.SortStableFunc(boxes, func(a, b box) int {
		return (b.x2-b.x1)*(b.y2-b.y1) - (a.x2-a.x1)*(a.y2-a.y1)
	})
	kinds := map[int]string{}
	for _, b := range boxes {
		for y := b.y1; y < min(b.y2, board.H); y++ {
			for x := b.x1; x < min(b.x2, board.W); x++ {
				i := y*board.W + x
				// green, as good as any: the pictures are grey
				by := int(board.Pix[3*i+1]) - int(template.Pix[3*i+1])
				if max(by, -by) > differs {
					kinds[i] = b.kind
				}
			}
		}
	}
	d.w, d.h, d.of = board.W, board.H, map[string][]int{}
	for i, kind := range kinds {
		d.of[kind] = append(d.of[kind], i)
	}
	return nil
}
