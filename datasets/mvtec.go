package datasets

import (
	"fmt"
	"path/filepath"
	"slices"
)

// truthFolder holds the masks.
const truthFolder = "ground_truth"

// form is a layout of MVTec-AD's family: ROOT/CATEGORY/{train/good, test/{good,DEFECT},
// ground_truth/DEFECT}, with what it has otherwise. A root that is itself a category is read as
// one. Images may lie in subfolders of these; good may be called as Normal has it, and train, test
// and ground_truth be written in another case.
type form struct {
	test          string   // the folder of the test images
	truthInTest   bool     // the masks lie in it
	masksOfNormal bool     // there may be masks of normal images, which are ignored
	maskFolders   bool     // a folder of masks for each image, and defects_config.json
	validation    bool     // normal images for thresholds lie in a folder validation
	unlabelled    []string // folders of images without labels
}

// mvtec is MVTec-AD's own.
var mvtec = form{test: TestSplit}

// isCategory says whether a folder looks like one category of MVTec-AD's layout.
func isCategory(dir string) bool { return mvtec.isCategory(dir) }

func (f form) isCategory(dir string) bool {
	return child(dir, TrainSplit) != "" || child(dir, f.test) != ""
}

// looks tells a folder with a category in it.
func (f form) looks(root string) bool {
	dirs, _ := subfolders(root)
	return slices.ContainsFunc(dirs, func(name string) bool {
		return f.isCategory(filepath.Join(root, name))
	})
}

func (f form) open(root string, opt Options) (*Set, error) {
	if f.isCategory(root) {
		return openCategory(root, f, opt)
	}
	set := &Set{Name: folderName(root), Root: root, opt: opt}
	dirs, err := subfolders(root)
	if err != nil {
		return nil, err
	}
	for _, name := range dirs {
		dir := filepath.Join(root, name)
		if !f.isCategory(dir) {
			continue // other things may lie beside the categories
		}
		if err := set.addCategory(dir, name, f); err != nil {
			return nil, err
		}
	}
	if len(set.Categories) == 0 {
		return nil, fmt.Errorf("%s: expected folders CATEGORY/train/%s and CATEGORY/%s in it, "+
			"got %s", root, Good, f.test, contents(root))
	}
	set.sayFolders()
	return set, nil
}

// addCategory reads the category in dir. Where it has a folder of masks, every anomalous image must
// have its mask.
func (s *Set) addCategory(dir, name string, f form) error {
	train, test := child(dir, TrainSplit), child(dir, f.test)
	if s.opt.TrainOnly && train == "" && test == "" {
		train = dir // the normal images themselves
	}
	if train == "" || test == "" && !s.opt.TrainOnly {
		return fmt.Errorf("%s: expected folders train and %s in it, got %s", dir, f.test,
			contents(dir))
	}
	c := Category{Name: name}
	paths, err := trainImages(train)
	if err != nil {
		return err
	}
	for _, path := range paths {
		c.Train = append(c.Train, s.sample(path, name, TrainSplit, Good))
	}
	if images, err := anyImages(test); err != nil || !images && s.opt.TrainOnly {
		test = "" // or one that waits for images
		if err != nil {
			return err
		}
	}
	if test != "" {
		if err := s.addTest(&c, dir, test, f); err != nil {
			return err
		}
	}
	if err := s.addOthers(&c, dir, f); err != nil {
		return err
	}
	s.Categories = append(s.Categories, c)
	return nil
}

// addOthers reads a category's normal images for thresholds, and says which have no labels.
func (s *Set) addOthers(c *Category, dir string, f form) error {
	if at := child(dir, ValidationSplit); f.validation && at != "" {
		paths, err := trainImages(at)
		if err != nil {
			return err
		}
		for _, path := range paths {
			c.Validation = append(c.Validation, s.sample(path, c.Name, ValidationSplit, Good))
		}
	}
	for _, folder := range f.unlabelled {
		at := child(dir, folder)
		if at == "" {
			continue
		}
		paths, err := ImageFiles(at)
		if err != nil {
			return err
		}
		if s.withoutLabels == nil {
			s.withoutLabels = map[string]int{}
		}
		s.withoutLabels[folder] += len(paths)
		s.pass(paths...)
	}
	return nil
}

// anyImages says whether a folder holds an image anywhere; one called "" does not.
func anyImages(dir string) (found bool, err error) {
	if dir != "" {
		err = walk(dir, func(path string) { found = found || IsImage(path) })
	}
	return found, err
}

// addTest reads the test images of the category in dir, and their masks where it has a folder of
// some.
func (s *Set) addTest(c *Category, dir, test string, f form) error {
	truth := child(dir, truthFolder)
	if f.truthInTest {
		truth = child(test, truthFolder)
	}
	kinds, err := testKinds(test, truth)
	if err != nil {
		return err
	}
	if truth != "" {
		if err := noMasks(truth, kinds, f); err != nil {
			return err
		}
	}
	var defects *defectList
	if f.maskFolders {
		if defects, err = readDefects(dir); err != nil {
			return err
		}
		if defects == nil {
			s.note("%s has no %s: its defects have no saturation areas", c.Name, defectsFile)
		}
	}
	for _, folder := range kinds {
		base := filepath.Join(test, folder)
		paths, err := someImages(base)
		if err != nil {
			return err
		}
		kind := folder
		if Normal(folder) {
			kind = Good
		}
		var masks map[string]string
		if truth != "" && kind != Good {
			if masks, err = f.pair(paths, base, filepath.Join(truth, folder)); err != nil {
				return err
			}
			s.HasMasks = true
		}
		for _, path := range paths {
			x := s.sample(path, c.Name, TestSplit, kind)
			if err := s.setMask(&x, masks[path]); err != nil {
				return err
			}
			if x.Mask != "" && f.maskFolders {
				x.NumberedMask, x.kinds = true, defects
			}
			c.Test = append(c.Test, x)
		}
	}
	return nil
}

// trainImages lists the normal images in train and in train/good.
func trainImages(dir string) ([]string, error) {
	paths, err := looseImages(dir)
	if err != nil {
		return nil, err
	}
	kinds, err := subfolders(dir)
	if err != nil {
		return nil, err
	}
	for _, kind := range kinds {
		if !Normal(kind) {
			return nil, fmt.Errorf("%s: expected normal images only, in it or in %s, got a folder "+
				"%q; anomalous images belong into test; rename it to %s if its images are normal",
				dir, filepath.Join(dir, Good), kind, Good)
		}
		more, err := ImageFiles(filepath.Join(dir, kind))
		if err != nil {
			return nil, err
		}
		paths = append(paths, more...)
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("%s: expected at least one image (png, jpg, bmp, tif or webp) in "+
			"it or in %s, got %s", dir, filepath.Join(dir, Good), contents(dir))
	}
	return paths, nil
}

// testKinds lists the folders in test: good, and one for each kind of defect, but not that of the
// masks.
func testKinds(dir, truth string) ([]string, error) {
	kinds, err := subfolders(dir)
	if err != nil {
		return nil, err
	}
	kinds = slices.DeleteFunc(kinds, func(name string) bool {
		return filepath.Join(dir, name) == truth
	})
	loose, err := looseImages(dir)
	if err != nil {
		return nil, err
	}
	if len(kinds) == 0 || len(loose) > 0 {
		return nil, fmt.Errorf("%s: expected the images in folders, %s and one for each kind of "+
			"defect, got %s", dir, Good, contents(dir))
	}
	return kinds, nil
}
