package datasets

import (
	"fmt"
	"path/filepath"
)

// openMVTec reads ROOT/CATEGORY/{train/good, test/{good,DEFECT}, ground_truth/DEFECT}, as MVTec-AD
// comes. A root that is itself a category is read as one.
func openMVTec(root string) (*Set, error) { return openCategories(root, noMasksOfNormal) }

func openCategories(root string, normal normalMasks) (*Set, error) {
	if isDir(filepath.Join(root, "train")) || isDir(filepath.Join(root, "test")) {
		return openCategory(root, normal)
	}
	set := &Set{Name: folderName(root), Root: root}
	dirs, err := subfolders(root)
	if err != nil {
		return nil, err
	}
	for _, name := range dirs {
		dir := filepath.Join(root, name)
		if !isDir(filepath.Join(dir, "train")) && !isDir(filepath.Join(dir, "test")) {
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
	return set, nil
}

// addCategory reads the category in dir. Where it has a folder ground_truth, every anomalous image
// must have its mask.
func (s *Set) addCategory(dir, name string, normal normalMasks) error {
	for _, need := range []string{TrainSplit, TestSplit} {
		if !isDir(filepath.Join(dir, need)) {
			return fmt.Errorf("%s: expected folders train and test in it, got %s", dir,
				contents(dir))
		}
	}
	c := Category{Name: name}
	train, err := trainImages(filepath.Join(dir, TrainSplit))
	if err != nil {
		return err
	}
	for _, path := range train {
		c.Train = append(c.Train, s.sample(path, name, TrainSplit, Good))
	}
	test, truth := filepath.Join(dir, TestSplit), filepath.Join(dir, "ground_truth")
	kinds, err := testKinds(test)
	if err != nil {
		return err
	}
	hasMasks := isDir(truth)
	if hasMasks {
		if err := noMasks(truth, kinds, normal); err != nil {
			return err
		}
	}
	for _, kind := range kinds {
		paths, err := someImages(filepath.Join(test, kind))
		if err != nil {
			return err
		}
		var masks map[string]string
		if hasMasks && kind != Good {
			if masks, err = pair(paths, filepath.Join(truth, kind)); err != nil {
				return err
			}
			s.HasMasks = true
		}
		for _, path := range paths {
			x := s.sample(path, name, TestSplit, kind)
			if err := s.setMask(&x, masks[path]); err != nil {
				return err
			}
			c.Test = append(c.Test, x)
		}
	}
	s.Categories = append(s.Categories, c)
	return nil
}

// trainImages lists the normal images in train and in train/good.
func trainImages(dir string) ([]string, error) {
	paths, err := images(dir)
	if err != nil {
		return nil, err
	}
	kinds, err := subfolders(dir)
	if err != nil {
		return nil, err
	}
	for _, kind := range kinds {
		if kind != Good {
			return nil, fmt.Errorf("%s: expected normal images only, in it or in %s, got a folder "+
				"%q; anomalous images belong into test", dir, filepath.Join(dir, Good), kind)
		}
		more, err := images(filepath.Join(dir, kind))
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
	loose, err := images(dir)
	if err != nil {
		return nil, err
	}
	if len(kinds) == 0 || len(loose) > 0 {
		return nil, fmt.Errorf("%s: expected the images in folders, %s and one for each kind of "+
			"defect, got %s", dir, Good, contents(dir))
	}
	return kinds, nil
}
