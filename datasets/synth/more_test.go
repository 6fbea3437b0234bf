package synth

import (
	"fmt"
	"image"
	"path/filepath"
	"slices"
	"testing"

	"adlab/datasets"

	"github.com/stretchr/testify/require"
)

// TestMoreLayoutsComeBack writes each stand-in and reads it through the public loader: it looks
// like its layout, all is found again, and nothing is wrong with it.
func TestMoreLayoutsComeBack(t *testing.T) {
	for _, b := range MoreBenchmarks() {
		t.Run(b.Name, func(t *testing.T) {
			root := filepath.Join(t.TempDir(), b.Name)
			require.NoError(t, Write(t.Context(), b, "smoke", 5, root, 0, nil))
			r, err := datasets.Check(t.Context(), "", root, nil)
			require.NoError(t, err)
			require.Equal(t, b.Layout, r.Layout)
			require.Empty(t, r.Problems, r.Text())
			require.Len(t, r.Categories, len(b.Categories))
			for i, c := range r.Categories {
				require.Equal(t, b.Categories[i].Name, c.Name)
				require.Positive(t, c.Train)
				require.Positive(t, c.Good)
				require.Positive(t, c.Anomalous)
				require.Equal(t, c.Anomalous, c.Masks)
			}
			set, err := datasets.Open(b.Layout, root, datasets.Options{})
			require.NoError(t, err)
			require.NoError(t, set.CheckMasks())
			if b.Layout == "mvtec-ad2" || b.Layout == "mvtec-loco" {
				require.Len(t, set.Categories[0].Validation, 2)
			}
		})
	}
}

func TestMoreBenchmarksHaveNamesOfTheirOwn(t *testing.T) {
	for _, b := range MoreBenchmarks() {
		require.False(t, slices.ContainsFunc(Benchmarks(), func(o Benchmark) bool {
			return o.Name == b.Name
		}))
		found, known := Find(b.Name)
		require.True(t, known)
		require.Equal(t, b.StandsFor, found.StandsFor)
		require.Contains(t, datasets.Layouts(), b.Layout)
	}
	visa, known := Find("visa")
	require.True(t, known)
	require.Equal(t, "VisA", visa.StandsFor)
	_, known = Find("coco")
	require.False(t, known)
}

func TestMoreBenchmarksSameSeedSameBytes(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"mtd", "deeppcb", "mvtec-loco"} {
		b, _ := Find(name)
		b.Categories = b.Categories[:1]
		write := func(to string, seed uint64, workers int) map[string]string {
			root := filepath.Join(dir, name+to)
			require.NoError(t, Write(t.Context(), b, "smoke", seed, root, workers, nil))
			return tree(t, root)
		}
		one := write("1", 7, 1)
		require.Equal(t, one, write("3", 7, 3))
		require.NotEqual(t, one, write("other", 8, 2))
	}
}

// logicalExample draws a flaw of a category of MVTec LOCO's stand-in and gives its parts and edits.
func logicalExample(t *testing.T, category int, kind string) (parts []part, e edits) {
	b, _ := Find("mvtec-loco")
	c := b.Categories[category]
	_, e, err := drawPicture("x", c, 96, []string{kind}, 0, false)
	require.NoError(t, err)
	return paintScene("x", c, 96, 0, edits{}).parts, e
}

// What each logical flaw does to the number and the places of pieces, in every category.
func TestLogicalFlaws(t *testing.T) {
	for category := range 3 {
		for kind, want := range map[string]struct{ gone, again, moved int }{
			"missing part": {1, 0, 0}, "extra part": {0, 1, 0}, "swapped parts": {0, 0, 2},
			"misplaced part": {0, 0, 1}, "wrong part": {1, 1, 0},
		} {
			parts, e := logicalExample(t, category, kind)
			gone, again, moved := 0, 0, 0
			for i, p := range e.parts {
				require.NotEmpty(t, parts[i].name, "%s: a piece, no spare place", kind)
				if p.gone {
					gone++
				}
				if p.again {
					again++
				}
				if p.dx != 0 || p.dy != 0 {
					moved++
				}
			}
			require.Equal(t, want, struct{ gone, again, moved int }{gone, again, moved}, kind)
		}
	}
	parts, e := logicalExample(t, 0, "swapped parts")
	var names []string
	for i := range e.parts {
		names = append(names, parts[i].name)
	}
	require.NotEqual(t, names[0], names[1], "pieces of one kind would be the same again")
}

// Where pieces are swapped there are two masks; where one is too many, one over all of its kind.
func TestLogicalMasksAreOfWhatCouldBeMeant(t *testing.T) {
	b, _ := Find("mvtec-loco")
	b.Categories = b.Categories[1:2]
	root := filepath.Join(t.TempDir(), "loco")
	require.NoError(t, Write(t.Context(), b, "smoke", 5, root, 0, nil))
	set, err := datasets.Open("mvtec-loco", root, datasets.Options{})
	require.NoError(t, err)
	masks, areas := map[string]int{}, map[string]int{}
	for _, x := range set.Categories[0].Test {
		defects, err := x.Defects()
		require.NoError(t, err)
		for _, d := range defects {
			masks[d.Name]++
			require.Contains(t, []string{datasets.Logical, datasets.Structural}, x.DefectType)
			require.Equal(t, x.DefectType == datasets.Structural, d.Relative, d.Name)
			area := 0
			for _, v := range d.Mask.Pix {
				area += int(v) / 255
			}
			areas[d.Name] = max(areas[d.Name], area)
			require.LessOrEqual(t, d.Area(area), area)
		}
	}
	require.Equal(t, map[string]int{"missing part": 1, "extra part": 1, "swapped parts": 2,
		"misplaced part": 2, "wrong part": 1, "contamination": 1, "scratch": 1}, masks)
	require.Greater(t, areas["extra part"], 2*areas["missing part"])
}

// Every flaw changes something in its own box, and nothing changes outside the boxes.
func TestBoardsHaveTheirFlawsInTheirBoxes(t *testing.T) {
	kinds := map[int]bool{}
	for i := range 6 {
		template, board, boxes := drawBoard(Stream(fmt.Sprint("board ", i)), 160)
		require.GreaterOrEqual(t, len(boxes), 3)
		within := make([]int, len(boxes))
		for k := range board.Pix {
			if board.Pix[k] == template.Pix[k] {
				continue
			}
			at := slices.IndexFunc(boxes, func(b flawBox) bool {
				return image.Pt(k%160, k/160).In(b.Rectangle)
			})
			require.GreaterOrEqual(t, at, 0)
			within[at]++
		}
		for n, b := range boxes {
			kinds[b.kind] = true
			require.Positive(t, within[n])
		}
	}
	require.Len(t, kinds, len(pcbTypes))
}
