package datasets

import (
	_ "embed"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// mtdFolder begins the name of a folder of magnetic tiles; its type follows.
const mtdFolder = "MT_"

// mtdUnmarked is the type of which some images are published with an empty mask.
const mtdUnmarked = "uneven"

// mtdHeld names the normal images that are tested on, a line each, where the literature has them:
// those that DifferNet's authors did not train on. Source: the list of the other 761 in
// github.com/marco-rudolph/differnet, mtd_train_filenames.txt; PatchCore tests on a fifth, too.
//
//go:embed mtd_test.txt
var mtdHeld string

// openMTD reads the magnetic tiles: ROOT/MT_{Free,Blowhole,Break,Crack,Fray,Uneven}/Imgs with the
// picture NAME.jpg and its mask NAME.png. Free is normal; the other folders are the defect types,
// in lower case. Four fifths of the normal images are learned from: all but those that the
// literature tests on, or, where none of these is here, a draw with seed 0. Masks have soft edges,
// and what is above half of the range is anomalous; four of uneven are empty; those of normal
// images are ignored. Source: Huang et al., Surface Defect Saliency of Magnetic Tile, The Visual
// Computer 36, 2020.
func openMTD(root string, opt Options) (*Set, error) {
	set := sourced("mtd", root)
	set.opt = opt
	dirs, err := subfolders(root)
	if err != nil {
		return nil, err
	}
	c := Category{Name: "magnetic_tile"}
	var normal []Sample
	for _, dir := range dirs {
		kind, ok := strings.CutPrefix(dir, mtdFolder)
		if !ok {
			continue
		}
		if kind = strings.ToLower(kind); kind == "free" {
			kind = Good
		}
		samples, err := set.tiles(filepath.Join(root, dir, "Imgs"), c.Name, kind)
		if err != nil {
			return nil, err
		}
		if kind == Good {
			normal = samples
		} else {
			c.Test = append(c.Test, samples...)
		}
	}
	if len(normal) < 3 || len(c.Test) == 0 && !opt.TrainOnly {
		return nil, fmt.Errorf("%s: expected folders MT_Free with at least 3 images and MT_TYPE "+
			"with some, got %d and %d images in %s", root, len(normal), len(c.Test), contents(root))
	}
	var held []Sample
	c.Train, held = mtdSplit(normal)
	setSplit(c.Train, TrainSplit)
	setSplit(held, TestSplit)
	c.Test = append(held, c.Test...)
	set.HasMasks, set.Categories = true, []Category{c}
	set.sayLeftOut(root)
	return set, nil
}

// looksMTD tells a folder of that layout.
func looksMTD(root string) bool { return has(root, mtdFolder+"Free/Imgs") }

// mtdSplit parts the normal images into those to learn from and those to be tested on.
func mtdSplit(normal []Sample) (train, held []Sample) {
	names := strings.Fields(mtdHeld)
	for _, x := range normal {
		if slices.Contains(names, stem(x.Path)) {
			held = append(held, x)
		} else {
			train = append(train, x)
		}
	}
	if len(held) == 0 || len(train) == 0 {
		return split(normal, len(normal)*4/5)
	}
	return train, held
}

// tiles reads the images of one type, or the normal ones, and their masks.
func (s *Set) tiles(dir, category, kind string) ([]Sample, error) {
	if !isDir(dir) {
		return nil, fmt.Errorf("%s: expected the pictures in a folder %s, got %s",
			filepath.Dir(dir), filepath.Base(dir), contents(filepath.Dir(dir)))
	}
	files, err := looseImages(dir)
	if err != nil {
		return nil, err
	}
	names := besideMasks{"NAME.jpg", "NAME.png", func(file string) (string, bool) {
		return stem(file), strings.EqualFold(filepath.Ext(file), ".png")
	}, kind == Good}
	pictures, masks, err := names.pair(dir, files)
	if err != nil {
		return nil, err
	}
	var samples []Sample
	for _, path := range pictures {
		x := s.sample(path, category, TestSplit, kind)
		if kind == Good {
			s.pass(masks[path])
		} else {
			x.Mask, x.emptyMask = masks[path], kind == mtdUnmarked
		}
		samples = append(samples, x)
	}
	return samples, nil
}
