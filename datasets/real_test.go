package datasets

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func laid(t *testing.T, name string) string {
	root := filepath.Join(t.TempDir(), "set")
	tinySets[name].lay(t, root)
	return root
}

func TestMTDTestsOnWhatTheLiteratureTestsOn(t *testing.T) {
	held := strings.Fields(mtdHeld)
	require.Len(t, held, 191, "of 952 normal images: a fifth")
	root := laid(t, "mtd")
	for i, name := range []string{held[3], held[100], "exp6_num_34208"} {
		shade(t, filepath.Join(root, "MT_Free/Imgs", name+".jpg"), tinySide, 60+i, false)
	}
	shade(t, filepath.Join(root, "MT_Uneven/Imgs/u.jpg"), tinySide, 70, false)
	shade(t, filepath.Join(root, "MT_Uneven/Imgs/u.png"), tinySide, 0, false)
	set, err := Open("mtd", root, Options{})
	require.NoError(t, err)
	require.NoError(t, set.CheckMasks(), "uneven is known to have empty masks")
	other := &Set{Name: "other", Root: root}
	joined, err := Join("both", set, other)
	require.NoError(t, err)
	require.NoError(t, joined.CheckMasks(), "and that is known of it in a joined set")
	c := set.Categories[0]
	require.Equal(t, []string{"MT_Free/Imgs/" + held[3] + ".jpg",
		"MT_Free/Imgs/" + held[100] + ".jpg", "MT_Crack/Imgs/x.jpg", "MT_Uneven/Imgs/u.jpg"},
		ids(c.Test))
	require.Len(t, c.Train, 6)
	require.Equal(t, "magnetic_tile", c.Name)
	require.Contains(t, set.Source, "Saliency")
	require.Contains(t, set.Licence, "none stated")
}

func TestDeepPCBMasksAreWhatDiffersInTheBoxes(t *testing.T) {
	root := laid(t, "deeppcb")
	// a square of 2 x 2 pixels at (2, 2): a wide box of one type, and a narrow one of another
	text(t, filepath.Join(root, "PCBData/group1/1_not/2.txt"),
		"1 1 6 6 3\r\n2,2,3,6,1\n\n8 8 9 9 6\n")
	set, err := Open("deeppcb", root, Options{})
	require.NoError(t, err)
	test := set.Categories[0].Test
	require.Equal(t, []string{"PCBData/group1/1/2_temp.jpg", "PCBData/group1/1/2_test.jpg"},
		ids(test))
	x := test[1]
	require.Equal(t, "mousebite,open,pin-hole", x.DefectType)
	require.Equal(t, []string{"mousebite", "open", "pin-hole"}, x.DefectTypes())
	require.Equal(t, filepath.Join(root, "PCBData/group1/1/2_temp.jpg"), x.Template)
	marked := func(mask string) (at []int) {
		m, err := x.ReadMask(mask)
		require.NoError(t, err)
		for i, v := range m.Pix {
			if v != 0 {
				at = append(at, i)
			}
		}
		return at
	}
	const first = 2*tinySide + 2
	require.Equal(t, []int{first, first + 1, first + tinySide, first + tinySide + 1},
		marked(x.Mask))
	require.Equal(t, []int{first, first + tinySide}, marked(x.TypedMasks["open"]),
		"the narrow box has its pixels")
	require.Equal(t, []int{first + 1, first + tinySide + 1}, marked(x.TypedMasks["mousebite"]))
	require.Empty(t, marked(x.TypedMasks["pin-hole"]), "nothing differs there")

	require.NoError(t, os.Remove(x.Template))
	require.Len(t, marked(x.TypedMasks["mousebite"]), 2, "the pictures are compared once")
}

func TestDeepPCBTemplatesHaveTheirBoardsSize(t *testing.T) {
	root := laid(t, "deeppcb")
	shade(t, filepath.Join(root, "PCBData/group1/1/2_temp.jpg"), 8, 2, false)
	set, err := Open("deeppcb", root, Options{ResizeMasks: true})
	require.NoError(t, err)
	require.EqualError(t, set.CheckMasks(), "template "+filepath.Join(root,
		"PCBData/group1/1/2_temp.jpg")+": expected 16x16 pixels as its image has, got 8x8")
}

func TestDeepPCBTakesWhatIsThere(t *testing.T) {
	root := laid(t, "deeppcb")
	list := filepath.Join(root, "PCBData/trainval.txt")
	text(t, list, "\xef\xbb\xbfgroup1/1/1.jpg group1/1_not/1.txt\r\n"+
		"group1/1/9.jpg group1/1_not/9.txt\r\n")
	set, err := Open("deeppcb", root, Options{})
	require.NoError(t, err)
	require.Len(t, set.Categories[0].Train, 1)
	require.Contains(t, set.Notes, "1 of the 3 pairs that the lists name are not here: left out")
	alone, err := Open("deeppcb", filepath.Join(root, "PCBData"), Options{})
	require.NoError(t, err)
	require.Equal(t, "group1/1/1_temp.jpg", alone.Categories[0].Train[0].ID)
	require.Equal(t, "deeppcb", Detect(filepath.Join(root, "PCBData")))
}

func TestDeepPCBMistakesAreOneLine(t *testing.T) {
	const boxes = "PCBData/group1/1_not/2.txt"
	for want, c := range map[string][2]string{
		`trainval.txt:1: expected PICTURE.jpg BOXES.txt, got "a.jpg"`: {"PCBData/trainval.txt",
			"a.jpg"},
		"trainval.txt:2: expected a path within": {"PCBData/trainval.txt",
			"group1/1/1.jpg group1/1_not/1.txt\n../1.jpg group1/1_not/1.txt"},
		`test.txt:1: expected each pair once, got "group1/1/1.jpg" again after`: {
			"PCBData/test.txt", "group1/1/1.jpg group1/1_not/1.txt"},
		"trainval.txt: expected a text in UTF-8, got one in UTF-16": {"PCBData/trainval.txt",
			"\xff\xfeg\x00"},
		"2.txt:1: expected X1 Y1 X2 Y2 TYPE, a box":  {boxes, "1 1 6 6"},
		`a type from 1 to 6, got "1 1 6 6 7"`:        {boxes, "1 1 6 6 7"},
		`got "1 1 6 6 0"`:                            {boxes, "1 1 6 6 0"},
		`got "6 1 1 6 2"`:                            {boxes, "6 1 1 6 2"},
		`got "-1 1 6 6 2"`:                           {boxes, "-1 1 6 6 2"},
		`got "1 1 6 six 2"`:                          {boxes, "1 1 6 six 2"},
		"2.txt: expected at least one box, got none": {boxes, "\n"},
		`2.txt:2: expected X1 Y1 X2 Y2 TYPE, a box with X1 < X2 and Y1 < Y2 and a type from 1 to ` +
			`6, got "7777777777777777777777777777777777777777..."`: {boxes, "1 1 6 6 2\n" +
			strings.Repeat("7", 70_000)},
		`test.txt:1: expected PICTURE.jpg BOXES.txt, got "zzzz`: {"PCBData/test.txt",
			strings.Repeat("z", 70_000)},
	} {
		root := laid(t, "deeppcb")
		text(t, filepath.Join(root, c[0]), c[1])
		_, err := Open("deeppcb", root, Options{})
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "\n")
	}
	root := laid(t, "deeppcb")
	require.NoError(t, os.Remove(filepath.Join(root, "PCBData/test.txt")))
	_, err := Open("deeppcb", root, Options{})
	require.ErrorContains(t, err, "expected PCBData with trainval.txt and test.txt in it, got "+
		"group1, ")
}

func TestKSDD2LabelsByMasks(t *testing.T) {
	root := laid(t, "ksdd2")
	for i, name := range []string{"train/5", "train/5 (copy)"} {
		shade(t, filepath.Join(root, name+".png"), tinySide, 80+i, false)
	}
	shade(t, filepath.Join(root, "train/5_GT.png"), tinySide, 0, true)
	shade(t, filepath.Join(root, "train/5_GT (copy).png"), tinySide, 0, true)
	set, err := Open("ksdd2", root, Options{})
	require.NoError(t, err)
	require.Equal(t, []string{"train/1.png", "train/2.png"}, ids(set.Categories[0].Train))
	require.Equal(t, []string{"2 files of train called (copy) are left out",
		"1 anomalous images of train are left out: normal ones are learned from"}, set.Notes)
	_, err = Open("ksdd2", tree(t, "train/1.png", "train/1_GT.png", "train/3_GT.png", "test/"),
		Options{})
	require.ErrorContains(t, err, "expected one mask NAME_GT.png for each image NAME.png, got 1 "+
		"without an image: 3; remove them")
}

func TestTooFewNormalImages(t *testing.T) {
	root := laid(t, "ksdd2")
	for _, name := range []string{"train/1_GT.png", "train/2_GT.png"} {
		shade(t, filepath.Join(root, name), tinySide, 0, true)
	}
	_, err := Open("ksdd2", root, Options{})
	require.EqualError(t, err, filepath.Join(root, "train")+": expected images with an empty mask "+
		"to learn from, got none")
	root = tree(t, "MT_Free/Imgs/a.jpg", "MT_Free/Imgs/b.jpg", "MT_Fray/Imgs/c.jpg",
		"MT_Fray/Imgs/c.png")
	_, err = Open("mtd", root, Options{})
	require.EqualError(t, err, root+": expected folders MT_Free with at least 3 images and "+
		"MT_TYPE with some, got 2 and 1 images in MT_Fray, MT_Free")
}

func TestMasksBesideTheirImages(t *testing.T) {
	for want, c := range map[string][]string{
		"ksdd2 train: expected images NAME.png, each with a mask NAME_GT.png, got 1_GT.png": {
			"train/1_GT.png", "test/"},
		"ksdd2 train: expected images NAME.png, each with a mask NAME_GT.png, got an empty": {
			"train/", "test/"},
		"mtd MT_Fray/Imgs: expected images NAME.jpg, each with a mask NAME.png, got a.png": {
			"MT_Fray/Imgs/a.png"},
		"mtd MT_Fray/Imgs: expected one mask NAME.png for each image NAME.jpg, got 1 without an " +
			"image: b; remove them": {"MT_Fray/Imgs/a.jpg", "MT_Fray/Imgs/a.png",
			"MT_Fray/Imgs/b.png"},
		// the mask of another picture of that name
		"mtd MT_Fray/Imgs: expected images NAME.jpg, each with a mask NAME.png, missing for 1 of " +
			"1: a.jpg; add them": {"MT_Fray/Imgs/a.jpg", "MT_Fray/Imgs/more/a.png"},
		"mtd MT_Fray/Imgs: expected one image of a name, got a.bmp and a.jpg; remove one of them": {
			"MT_Fray/Imgs/a.bmp", "MT_Fray/Imgs/a.jpg", "MT_Fray/Imgs/a.png"},
	} {
		name, want, _ := strings.Cut(want, " ")
		root := tree(t, c...)
		_, err := Open(name, root, Options{})
		require.ErrorContains(t, err, root+"/"+want)
		require.NotContains(t, err.Error(), "\n")
	}
}

func TestADTwoKeepsValidationApartAndPrivatePartsUnlabelled(t *testing.T) {
	root := laid(t, "mvtec-ad2")
	shade(t, filepath.Join(root, "can/test_private_mixed/0.png"), tinySide, 90, false)
	shade(t, filepath.Join(root, "can/test_private_mixed/1.png"), tinySide, 91, false)
	set, err := Open("mvtec-ad2", root, Options{})
	require.NoError(t, err)
	c := set.Categories[0]
	require.Equal(t, []string{"can/validation/good/0.png"}, ids(c.Validation))
	require.Equal(t, ValidationSplit, c.Validation[0].Split)
	require.Len(t, set.All(), 4)
	require.Len(t, set.Train(), 1)
	require.Equal(t, []string{"1 images in folders test_private have no labels: nothing is " +
		"measured on them; predict takes the folder", "2 images in folders test_private_mixed " +
		"have no labels: nothing is measured on them; predict takes the folder"}, set.Notes)
}

func TestDefectsComeOneByOne(t *testing.T) {
	root := laid(t, "mvtec-loco")
	config := filepath.Join(root, "box/defects_config.json")
	text(t, config, `[{"defect_name": "few", "pixel_value": 255, "saturation_threshold": 3,
 "relative_saturation": false}, {"defect_name": "cut", "pixel_value": 254,
 "saturation_threshold": 0.5, "relative_saturation": true}]`)
	masks := filepath.Join(root, "box/ground_truth/logical_anomalies/0")
	shade(t, filepath.Join(masks, "001.png"), tinySide, 254, false)
	set, err := Open("mvtec-loco", root, Options{})
	require.NoError(t, err)
	require.NoError(t, set.CheckMasks())
	x := set.Categories[0].Test[1]
	require.Equal(t, masks, x.Mask)
	union, err := x.ReadMask(x.Mask)
	require.NoError(t, err)
	require.Equal(t, tinySide*tinySide, anomalousPixels(union))
	all, err := x.Defects()
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Equal(t, []string{"few", "cut"}, []string{all[0].Name, all[1].Name})
	require.Equal(t, []int{4, 256}, []int{anomalousPixels(all[0].Mask),
		anomalousPixels(all[1].Mask)})
	require.Equal(t, []int{3, 2}, []int{all[0].Area(4), all[0].Area(2)}, "at most its own area")
	require.Equal(t, 128, all[1].Area(257), "half, rounded down")
	require.Equal(t, 1, all[1].Area(1), "a score divides by it")

	shade(t, filepath.Join(masks, "001.png"), 8, 254, false)
	_, err = x.ReadMask(x.Mask)
	require.ErrorContains(t, err, "001.png: expected 16x16 pixels as the others in its folder, "+
		"got 8x8")
	shade(t, filepath.Join(masks, "001.png"), tinySide, 7, false)
	_, err = x.Defects()
	require.ErrorContains(t, err, "001.png: expected a value that "+config+" names, got 7")
	shade(t, filepath.Join(masks, "001.png"), tinySide, 7, true)
	_, err = x.Defects()
	require.ErrorContains(t, err, "expected one value besides 0")

	require.NoError(t, os.Remove(config))
	set, err = Open("mvtec-loco", root, Options{})
	require.NoError(t, err)
	require.Equal(t, []string{"box has no defects_config.json: its defects have no saturation " +
		"areas"}, set.Notes)
	all, err = set.Categories[0].Test[1].Defects()
	require.NoError(t, err)
	require.Empty(t, all)
}

func TestAnUnreadableMaskIsOneProblem(t *testing.T) {
	root := laid(t, "autovi")
	text(t, filepath.Join(root, "clip/ground_truth/unclipped/0/0000.png"), "")
	r, err := Check(t.Context(), "", root, nil)
	require.NoError(t, err)
	require.Len(t, r.Problems, 1, r.Text())
	require.Equal(t, "an unreadable mask", r.Problems[0].What)
}

func TestDefectListMistakesAreOneLine(t *testing.T) {
	entry := func(name, value, saturation, relative string) string {
		return `{"defect_name": "` + name + `", "pixel_value": ` + value +
			`, "saturation_threshold": ` + saturation + `, "relative_saturation": ` + relative + `}`
	}
	one := func(name, value, saturation, relative string) string {
		return "[" + entry(name, value, saturation, relative) + "]"
	}
	for want, list := range map[string]string{
		"expected a list of {defect_name":                      `{}`,
		"expected a list of {defect_name, pixel_value":         `[]`,
		"#/0/pixel_value: expected 1 to 255, got 0":            one("a", "0", "1", "false"),
		"#/0/pixel_value: expected 1 to 255, got 256":          one("a", "256", "1", "false"),
		"#/0/defect_name: expected the name of a defect":       one("", "9", "1", "false"),
		"#/0/saturation_threshold: expected a share above 0":   one("a", "9", "1.5", "true"),
		"#/0/saturation_threshold: expected a whole number of": one("a", "9", "0.5", "false"),
		"#/1/pixel_value: expected a value of its own, got 9 again": "[" +
			entry("a", "9", "1", "true") + "," + entry("b", "9", "1", "true") + "]",
	} {
		root := laid(t, "autovi")
		text(t, filepath.Join(root, "clip/defects_config.json"), list)
		_, err := Open("autovi", root, Options{})
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, "clip/defects_config.json")
		require.NotContains(t, err.Error(), "\n")
	}
}

func TestFoldersOfMasksMistakesAreOneLine(t *testing.T) {
	for want, spoil := range map[string]func(root string) error{
		"the masks of each image NAME.png, missing for 1 of 1: 0.png": func(root string) error {
			return os.Rename(filepath.Join(root, "0"), filepath.Join(root, "1"))
		},
		"got 1 without an image: 7; remove them": func(root string) error {
			return os.Mkdir(filepath.Join(root, "7"), 0o777)
		},
		"in a folder NAME, got 1 beside the folders, first 0.png": func(root string) error {
			return os.WriteFile(filepath.Join(root, "0.png"), nil, 0o666)
		},
		"expected a folder with the masks of": os.RemoveAll,
	} {
		root := laid(t, "autovi")
		require.NoError(t, spoil(filepath.Join(root, "clip/ground_truth/unclipped")))
		_, err := Open("autovi", root, Options{})
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "\n")
	}
}

func TestCheckCountsValidationImages(t *testing.T) {
	root := laid(t, "mvtec-loco")
	shade(t, filepath.Join(root, "box/validation/good/1.png"), tinySide, 1, false)
	r, err := Check(t.Context(), "", root, nil)
	require.NoError(t, err)
	require.Equal(t, 2, r.Categories[0].Validation)
	require.Contains(t, r.Text(), "validation 2\n")
	require.Len(t, r.Problems, 1)
	require.Equal(t, "an image that is both learned from and kept for thresholds",
		r.Problems[0].What)
	require.Equal(t, []string{"box/train/good/0.png = box/validation/good/1.png"},
		r.Problems[0].Where)
	shade(t, filepath.Join(root, "box/validation/good/1.png"), tinySide, 3, false)
	r, err = Check(t.Context(), "", root, nil)
	require.NoError(t, err)
	require.Equal(t, "an image that is both kept for thresholds and tested on", r.Problems[0].What)
}

// One category of a layout with a name of its own: what is wrong with it is said of it, too.
func TestCheckOfOneCategoryKeepsItsProblem(t *testing.T) {
	root := filepath.Join(laid(t, "mvtec-ad2"), "can")
	shade(t, filepath.Join(root, "test_public/ground_truth/dent/0_mask.png"), tinySide, 0, true)
	r, err := Check(t.Context(), "", root, nil)
	require.NoError(t, err)
	require.Equal(t, "mvtec-ad2", r.Layout)
	require.Len(t, r.Problems, 1)
	require.Contains(t, r.Problems[0].What, "ground_truth/dent: expected test images for these 1 "+
		"masks in a folder test_public/dent, got none")
}
