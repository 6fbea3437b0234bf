package datasets

import (
	"fmt"
	"path/filepath"
)

// openMVTec reads ROOT/CATEGORY/{train/good, test/{good,DEFECT}, ground_truth/DEFECT}, as MVTec-AD
// comes. A root that is itself a category is read as one. Images may lie in subfolders of these;
// good may be called as Normal has it, and train, test and ground_truth be written in another case.
func openMVTec(root string, opt Options) (*Set, error) {
	return openCategories(root, noMasksOfNormal, opt)
}

// isCategory says whether a folder looks like one category.
func isCategory(dir string) bool {
	return child(dir, TrainSplit) != "" || child(dir, TestSplit) != ""
}

func openCategories(root string, normal normalMasks, opt Options) (*Set, error) {
	if isCategory(root) {
		return openCategory(root, normal, opt)
	}
	set := &Set{Name: folderName(root), Root: root, opt: opt}
	dirs, err := subfolders(root)
	if err != nil {
		return nil, err
	}
	for _, name := range dirs {
		dir := filepath.Join(root, name)
		if !isCategory(dir) {
			continue // other things may lie beside the categories
		}
		if err := set.addCategory(dir, name, normal); err != nil {
			return nil, err
		}
	}
	if len(set.Categories) == 0 {
		return nil, fmt.Errorf("%s: expected folders CATEGORY/train/%s and CATEGORY/test in it, "+
			"got %s", root, Good, contents(root))
	}
	set.sayFolders()
	return set, nil
}

// addCategory reads the category in dir. Where it has a folder ground_truth, every anomalous image
// must have its mask.
func (s *Set) addCategory(dir, name string, normal normalMasks) error {
	train, test := child(dir, TrainSplit), child(dir, TestSplit)
	if s.opt.TrainOnly && train == "" && test == "" {
		train = dir // the normal images themselves
	}
	if train == "" || test == "" && !s.opt.TrainOnly {
		return fmt.Errorf("%s: expected folders train and test in it, got %s", dir, contents(dir))
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
		if err := s.addTest(&c, test, child(dir, "ground_truth"), normal); err != nil {
			return err
		}
	}
	s.Categories = append(s.Categories, c)
	return nil
}

// anyImages says whether a folder holds an image anywhere; one called "" does not.
func anyImages(dir string) (found bool, err error) {
	if dir != "" {
		err = walk(dir, func(path string) { found = found || IsImage(path) })
	}
	return found, err
}

// addTest reads a category's test images, and their masks where the folder truth is not "".
func (s *Set) addTest(c *Category, test, truth string, normal normalMasks) error {
	kinds, err := testKinds(test)
	if err != nil {
		return err
	}
	if truth != "" {
		if err := noMasks(truth, kinds, normal); err != nil {
			return err
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
			if masks, err = pair(paths, base, filepath.Join(truth, folder)); err != nil {
				return err
			}
			s.HasMasks = true
		}
		for _, path := range paths {
			x := s.sample(path, c.Name, TestSplit, kind)
			if err := s.setMask(&x, masks[path]); err != nil {
				return err
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

// testKinds lists the folders in test: good, and one for each kind of defect.
func testKinds(dir string) ([]string, error) {
	kinds, err := subfolders(dir)
	if err != nil {
		return nil, err
	}
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
