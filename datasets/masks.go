package datasets

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
)

// pair finds the mask of each image by its stem, never by its position: 003.png has 003_mask.png or
// 003.png. A mask that is missing, or that belongs to no image, is an error.
func pair(paths []string, dir string) (map[string]string, error) {
	if !isDir(dir) {
		return nil, fmt.Errorf("%s: expected a folder with the masks of %s, got none; add it, or "+
			"remove %s altogether to go without masks",
			dir, filepath.Dir(paths[0]), filepath.Dir(dir))
	}
	files, err := images(dir)
	if err != nil {
		return nil, err
	}
	left := map[string]string{}
	for _, f := range files {
		left[stem(f)] = f
	}
	masks := map[string]string{}
	var missing []string
	for _, path := range paths {
		name := stem(path) + "_mask"
		if left[name] == "" {
			name = stem(path)
		}
		if left[name] == "" {
			missing = append(missing, filepath.Base(path))
			continue
		}
		masks[path] = left[name]
		delete(left, name)
	}
	if missing != nil {
		return nil, fmt.Errorf("%s: expected a mask NAME_mask.png or NAME.png for each image, "+
			"missing for %d of %d: %s; add them", dir, len(missing), len(paths), firstFew(missing))
	}
	if len(left) > 0 {
		var extra []string
		for _, f := range slices.Sorted(maps.Values(left)) {
			extra = append(extra, filepath.Base(f))
		}
		return nil, fmt.Errorf("%s: expected one mask for each image of %s, got %d without an "+
			"image: %s; remove them", dir, filepath.Dir(paths[0]), len(extra), firstFew(extra))
	}
	return masks, nil
}

// noMasks checks that the folder of masks has none for normal images, and none for a kind that has
// no test images.
func noMasks(truth string, kinds []string, normal normalMasks) error {
	folders, err := subfolders(truth)
	if err != nil {
		return err
	}
	for _, name := range folders {
		dir := filepath.Join(truth, name)
		if name != Good && slices.Contains(kinds, name) {
			continue
		}
		files, err := images(dir)
		if err != nil {
			return err
		}
		switch {
		case len(files) == 0:
		case name == Good && normal == masksOfNormal:
		case name == Good:
			return fmt.Errorf("%s: expected no masks for normal images, got %d, first %s; remove "+
				"them", dir, len(files), filepath.Base(files[0]))
		default:
			return fmt.Errorf("%s: expected test images for these %d masks in a folder test/%s, "+
				"got none", dir, len(files), name)
		}
	}
	loose, err := images(truth)
	if err == nil && len(loose) > 0 {
		err = fmt.Errorf("%s: expected masks in one folder for each kind of defect, got %d beside "+
			"them, first %s", truth, len(loose), filepath.Base(loose[0]))
	}
	return err
}
