package datasets

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// tinySet is a small and sound copy of a layout: pictures with a shade each, masks with a white
// square, masks without one, texts. The counts are what Check finds in it.
type tinySet struct {
	pictures, boards, masks, blank []string
	texts                          map[string]string
	train, good, anomalous, marked int
	types                          map[string]int
	picture, mask                  string // an anomalous picture, and its mask
}

const oneDefect = `[{"defect_name": "one too few", "pixel_value": 255, "saturation_threshold": 3,
 "relative_saturation": false}]`

var tinySets = map[string]tinySet{
	"mtd": {
		pictures: []string{"MT_Free/Imgs/a.jpg", "MT_Free/Imgs/b.jpg", "MT_Free/Imgs/c.jpg",
			"MT_Free/Imgs/d.jpg", "MT_Free/Imgs/e.jpg", "MT_Crack/Imgs/x.jpg"},
		masks: []string{"MT_Crack/Imgs/x.png"}, blank: []string{"MT_Free/Imgs/a.png"},
		train: 4, good: 1, anomalous: 1, marked: 1, types: map[string]int{"crack": 1},
		picture: "MT_Crack/Imgs/x.jpg", mask: "MT_Crack/Imgs/x.png",
	},
	"deeppcb": {
		pictures: []string{"PCBData/group1/1/1_temp.jpg", "PCBData/group1/1/2_temp.jpg"},
		boards:   []string{"PCBData/group1/1/2_test.jpg", "PCBData/group1/1/1_test.jpg"},
		texts: map[string]string{"PCBData/trainval.txt": "group1/1/1.jpg group1/1_not/1.txt\n",
			"PCBData/test.txt":           "group1/1/2.jpg group1/1_not/2.txt\n",
			"PCBData/group1/1_not/1.txt": "1 1 6 6 2\n",
			"PCBData/group1/1_not/2.txt": "1 1 6 6 3\n"},
		train: 1, good: 1, anomalous: 1, marked: 1, types: map[string]int{"mousebite": 1},
		picture: "PCBData/group1/1/2_test.jpg", mask: "PCBData/group1/1_not/2.txt",
	},
	"ksdd2": {
		pictures: []string{"train/1.png", "train/2.png", "test/3.png", "test/4.png"},
		masks:    []string{"test/4_GT.png"},
		blank:    []string{"train/1_GT.png", "train/2_GT.png", "test/3_GT.png"},
		train:    2, good: 1, anomalous: 1, marked: 1, types: map[string]int{"defect": 1},
		picture: "test/4.png", mask: "test/4_GT.png",
	},
	"mvtec-ad2": {
		pictures: []string{"can/train/good/0.png", "can/validation/good/0.png",
			"can/test_public/good/0.png", "can/test_public/bad/0.png", "can/test_private/0.png"},
		masks: []string{"can/test_public/ground_truth/bad/0_mask.png"},
		train: 1, good: 1, anomalous: 1, marked: 1, types: map[string]int{"bad": 1},
		picture: "can/test_public/bad/0.png",
		mask:    "can/test_public/ground_truth/bad/0_mask.png",
	},
	"mvtec-loco": {
		pictures: []string{"box/train/good/0.png", "box/validation/good/0.png",
			"box/test/good/0.png", "box/test/logical_anomalies/0.png"},
		masks: []string{"box/ground_truth/logical_anomalies/0/000.png"},
		texts: map[string]string{"box/defects_config.json": oneDefect},
		train: 1, good: 1, anomalous: 1, marked: 1, types: map[string]int{"logical_anomalies": 1},
		picture: "box/test/logical_anomalies/0.png",
		mask:    "box/ground_truth/logical_anomalies/0/000.png",
	},
	"autovi": {
		pictures: []string{"clip/train/good/0.png", "clip/test/good/0.png",
			"clip/test/unclipped/0.png"},
		masks: []string{"clip/ground_truth/unclipped/0/0000.png"},
		texts: map[string]string{"clip/defects_config.json": oneDefect},
		train: 1, good: 1, anomalous: 1, marked: 1, types: map[string]int{"unclipped": 1},
		picture: "clip/test/unclipped/0.png", mask: "clip/ground_truth/unclipped/0/0000.png",
	},
	"btad": {
		pictures: []string{"01/train/ok/0.bmp", "01/test/ok/0.bmp", "01/test/ko/0.png"},
		masks:    []string{"01/ground_truth/ko/0.bmp"}, blank: []string{"01/ground_truth/ok/0.png"},
		train: 1, good: 1, anomalous: 1, marked: 1, types: map[string]int{"ko": 1},
		picture: "01/test/ko/0.png", mask: "01/ground_truth/ko/0.bmp",
	},
}

const tinySide = 16

// lay writes the set into root.
func (s tinySet) lay(t *testing.T, root string) {
	for i, name := range s.pictures {
		shade(t, filepath.Join(root, name), tinySide, 1+i, false)
	}
	for i, name := range s.boards { // with a flaw, beside the template of the same number
		shade(t, filepath.Join(root, name), tinySide, 2-i, true)
	}
	for _, name := range s.masks {
		shade(t, filepath.Join(root, name), tinySide, 0, true)
	}
	for _, name := range s.blank {
		shade(t, filepath.Join(root, name), tinySide, 0, false)
	}
	for name, content := range s.texts {
		text(t, filepath.Join(root, name), content)
	}
}

func TestTinySetsOfEveryLayout(t *testing.T) {
	for name, s := range tinySets {
		root := filepath.Join(t.TempDir(), "set")
		s.lay(t, root)
		require.Equal(t, name, Detect(root))
		r, err := Check(t.Context(), "", root, nil)
		require.NoError(t, err)
		require.Empty(t, r.Problems, r.Text())
		require.Len(t, r.Categories, 1)
		c := r.Categories[0]
		require.Equal(t, []int{s.train, s.good, s.anomalous, s.marked}, []int{c.Train, c.Good,
			c.Anomalous, c.Masks}, name)
		require.Equal(t, s.types, c.DefectTypes)

		set, err := Open(name, root, Options{})
		require.NoError(t, err)
		require.NoError(t, set.CheckMasks())
		require.True(t, set.HasMasks)
		for _, x := range set.Categories[0].Test {
			if x.Label == 0 {
				require.Empty(t, x.Mask)
				continue
			}
			require.Equal(t, s.picture, x.ID)
			m, err := x.ReadMask(x.Mask)
			require.NoError(t, err)
			require.Equal(t, 4, anomalousPixels(m))
			for _, i := range []int{0, 1, tinySide, tinySide + 1} {
				i += 2*tinySide + 2
				require.EqualValues(t, 255, m.Pix[i])
			}
		}
		before, err := set.Digest()
		require.NoError(t, err)
		at := filepath.Join(root, s.mask)
		if strings.HasSuffix(at, ".txt") {
			text(t, at, "1 1 4 3 3\n")
		} else {
			shade(t, at, tinySide, 255, false)
		}
		after, err := set.Digest()
		require.NoError(t, err)
		require.NotEqual(t, before, after, "%s: the digest sees the mask", name)
	}
}

// spoilt is one row of the catalogue of what may be wrong with a data set: what is done to it, what
// is then said of it ("" for nothing), and of which layouts something else is said.
type spoilt struct {
	spoil func(t *testing.T, root string, s tinySet)
	want  string
	but   map[string]string
}

var spoiltSets = map[string]spoilt{
	"a picture of zero bytes": {func(t *testing.T, root string, s tinySet) {
		require.NoError(t, os.WriteFile(filepath.Join(root, s.picture), nil, 0o666))
	}, Unreadable, nil},
	"a truncated picture": {func(t *testing.T, root string, s tinySet) {
		require.NoError(t, os.Truncate(filepath.Join(root, s.picture), 40))
	}, Unreadable, nil},
	"a link to nothing": {func(t *testing.T, root string, s tinySet) {
		require.NoError(t, os.Remove(filepath.Join(root, s.picture)))
		require.NoError(t, os.Symlink("gone", filepath.Join(root, s.picture)))
	}, Unreadable, map[string]string{
		"deeppcb": "test.txt: expected the files of at least one pair"}},
	"a link that leads out": {func(t *testing.T, root string, s tinySet) {
		out := filepath.Join(t.TempDir(), "out.png")
		require.NoError(t, os.Rename(filepath.Join(root, s.picture), out))
		require.NoError(t, os.Symlink(out, filepath.Join(root, s.picture)))
	}, "leads out of", nil},
	"a mask of zero bytes": {func(t *testing.T, root string, s tinySet) {
		require.NoError(t, os.WriteFile(filepath.Join(root, s.mask), nil, 0o666))
	}, "an unreadable mask", map[string]string{"ksdd2": "4_GT.png: the file is empty",
		"deeppcb": "2.txt: expected at least one box, got none"}},
	"a mask of another size": {func(t *testing.T, root string, s tinySet) {
		if len(s.boards) > 0 {
			shade(t, filepath.Join(root, "PCBData/group1/1/2_temp.jpg"), 8, 2, false)
			return
		}
		shade(t, filepath.Join(root, s.mask), 8, 0, true)
	}, "a mask of another size", map[string]string{"deeppcb": "an unreadable mask"}},
	"an empty mask": {func(t *testing.T, root string, s tinySet) {
		if len(s.boards) > 0 {
			shade(t, filepath.Join(root, s.picture), tinySide, 7, false)
			return
		}
		shade(t, filepath.Join(root, s.mask), tinySide, 0, false)
	}, "a mask without an anomalous pixel", map[string]string{
		"ksdd2": "of one kind only", "mvtec-loco": "a mask of no defect",
		"autovi": "a mask of no defect"}},
	"a picture without its mask": {func(t *testing.T, root string, s tinySet) {
		require.NoError(t, os.Remove(filepath.Join(root, s.mask)))
	}, "mask NAME_mask.png or NAME.png for each image, missing for 1 of 1", map[string]string{
		"mtd":        "each with a mask NAME.png, missing for 1 of 1: x.jpg; add them",
		"deeppcb":    "test.txt: expected the files of at least one pair that it lists, got none",
		"ksdd2":      "each with a mask NAME_GT.png, missing for 1 of 2: 4.png",
		"mvtec-loco": "an unreadable mask", "autovi": "an unreadable mask",
	}},
	"a mask without its picture": {func(t *testing.T, root string, s tinySet) {
		shade(t, filepath.Join(root, filepath.Dir(s.picture), "other"+filepath.Ext(s.picture)),
			tinySide, 99, false)
		require.NoError(t, os.Remove(filepath.Join(root, s.picture)))
	}, "missing for 1 of 1", map[string]string{"ksdd2": "missing for 1 of 2: other.png",
		"deeppcb": "test.txt: expected the files of at least one pair"}},
	"the same picture learned from and tested on": {func(t *testing.T, root string, s tinySet) {
		shade(t, filepath.Join(root, s.picture), tinySide, 1, len(s.boards) > 0)
		if len(s.boards) > 0 {
			shade(t, filepath.Join(root, "PCBData/group1/1/2_temp.jpg"), tinySide, 1, false)
		}
	}, "both learned from and tested on", map[string]string{"mtd": "an image that is both"}},
	"what tools leave behind": {func(t *testing.T, root string, s tinySet) {
		dir := filepath.Join(root, filepath.Dir(s.picture))
		shade(t, filepath.Join(dir, ".ipynb_checkpoints", "0.png"), tinySide, 50, false)
		shade(t, filepath.Join(dir, "._x.jpg"), tinySide, 51, false)
		text(t, filepath.Join(dir, "Thumbs.db"), "x")
		text(t, filepath.Join(root, "__MACOSX", "x.png"), "x")
	}, "", nil},
	"nothing to learn from": {func(t *testing.T, root string, s tinySet) {
		require.NoError(t, os.RemoveAll(filepath.Join(root, filepath.Dir(s.pictures[0]))))
	}, "train: expected at least one image", map[string]string{
		"mtd":     "MT_Free: expected the pictures in a folder Imgs, got an empty folder",
		"deeppcb": "trainval.txt: expected the files of at least one pair that it lists, got none",
		"ksdd2":   "expected folders train and test in it, got test",
	}},
}

func TestWhatIsWrongIsSaidInEveryLayout(t *testing.T) {
	for label, row := range spoiltSets {
		for name, s := range tinySets {
			t.Run(label+" "+name, func(t *testing.T) {
				root := filepath.Join(t.TempDir(), "set")
				s.lay(t, root)
				row.spoil(t, root, s)
				want, other := row.but[name]
				if !other {
					want = row.want
				}
				r, err := Check(t.Context(), name, root, nil)
				require.NoError(t, err)
				if want == "" {
					require.Empty(t, r.Problems, r.Text())
					return
				}
				require.NotEmpty(t, r.Problems)
				require.Contains(t, r.Text(), want)
				require.Equal(t, len(r.Problems), strings.Count(r.Text(), "PROBLEM: "))
			})
		}
	}
}
