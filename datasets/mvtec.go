package datasets

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// openMVTec reads ROOT/CATEGORY/{train/good, test/{good,DEFECT}, ground_truth/DEFECT}, as MVTec-AD comes. A root that is
// itself a category is read as one.
func openMVTec(root string) (*Set, error) {
	if isDir(filepath.Join(root, "train")) {
		return openFolder(root)
	}
	set := &Set{Name: filepath.Base(filepath.Clean(root)), Root: root}
	dirs, err := subfolders(root)
	if err != nil {
		return nil, err
	}
	for _, name := range dirs {
		if !isDir(filepath.Join(root, name, "train")) && !isDir(filepath.Join(root, name, "test")) {
			continue
		}
		if err := set.addCategory(root, name); err != nil {
			return nil, err
		}
	}
	if len(set.Categories) == 0 {
		return nil, fmt.Errorf("%s: no category in it: expected CATEGORY/train/good and CATEGORY/test folders, got %s", root, contents(root))
	}
	return set, nil
}

// openFolder reads one category: ROOT/train (images, or train/good), ROOT/test/{good,DEFECT}, and ROOT/ground_truth/DEFECT
// where there are masks.
func openFolder(root string) (*Set, error) {
	name := filepath.Base(filepath.Clean(root))
	set := &Set{Name: name, Root: root}
	return set, set.addCategory(root, "")
}

// addCategory reads the category in root/sub.
func (s *Set) addCategory(root, sub string) error {
	dir := filepath.Join(root, sub)
	for _, need := range []string{"train", "test"} {
		if !isDir(filepath.Join(dir, need)) {
			return fmt.Errorf("%s: expected folders train and test in it, got %s", dir, contents(dir))
		}
	}
	c := Category{Name: sub}
	if sub == "" {
		c.Name = s.Name
	}
	train, err := images(filepath.Join(dir, "train"))
	if err != nil {
		return err
	}
	kinds, err := subfolders(filepath.Join(dir, "train"))
	if err != nil {
		return err
	}
	for _, kind := range kinds {
		if kind != Good {
			return fmt.Errorf("%s: expected normal images only, in train or train/%s, got a folder %q", filepath.Join(dir, "train"), Good, kind)
		}
		more, err := images(filepath.Join(dir, "train", kind))
		if err != nil {
			return err
		}
		train = append(train, more...)
	}
	for _, path := range train {
		c.Train = append(c.Train, s.sample(path, c.Name, Good))
	}
	if len(c.Train) == 0 {
		return fmt.Errorf("%s: expected at least one image (png, jpg, bmp, tif, webp) to learn from, got none", filepath.Join(dir, "train"))
	}
	if kinds, err = subfolders(filepath.Join(dir, "test")); err != nil {
		return err
	}
	truth := filepath.Join(dir, "ground_truth")
	for _, kind := range kinds {
		paths, err := images(filepath.Join(dir, "test", kind))
		if err != nil {
			return err
		}
		masks, err := pair(paths, filepath.Join(truth, kind), isDir(truth) && kind != Good)
		if err != nil {
			return err
		}
		for _, path := range paths {
			x := s.sample(path, c.Name, kind)
			x.Mask = masks[path]
			s.HasMasks = s.HasMasks || x.Mask != ""
			c.Test = append(c.Test, x)
		}
	}
	if len(c.Test) == 0 {
		return fmt.Errorf("%s: expected images in folders %s and DEFECT, got %s", filepath.Join(dir, "test"), Good, contents(filepath.Join(dir, "test")))
	}
	s.Categories = append(s.Categories, c)
	return nil
}

func (s *Set) sample(path, category, kind string) Sample {
	id, err := filepath.Rel(s.Root, path)
	if err != nil {
		id = path
	}
	x := Sample{ID: filepath.ToSlash(id), Path: path, Category: category, DefectType: kind}
	if kind != Good {
		x.Label = 1
	}
	return x
}

// pair finds the mask of each image by its stem: 003.png has 003.png or 003_mask.png. Where masks are required, one that
// is missing or left over is an error.
func pair(paths []string, dir string, required bool) (map[string]string, error) {
	if !isDir(dir) {
		if required && len(paths) > 0 {
			return nil, fmt.Errorf("%s: expected a folder with the masks of %s, got none", dir, filepath.Dir(paths[0]))
		}
		return nil, nil
	}
	files, err := images(dir)
	if err != nil {
		return nil, err
	}
	if !required {
		if len(files) > 0 {
			return nil, fmt.Errorf("%s: expected no masks for normal images, got %s", dir, filepath.Base(files[0]))
		}
		return nil, nil
	}
	byStem := map[string]string{}
	for _, f := range files {
		byStem[strings.TrimSuffix(stem(f), "_mask")] = f
	}
	masks := map[string]string{}
	var missing []string
	for _, path := range paths {
		mask, ok := byStem[stem(path)]
		if !ok {
			missing = append(missing, filepath.Base(path))
			continue
		}
		masks[path] = mask
		delete(byStem, stem(path))
	}
	if missing != nil {
		return nil, fmt.Errorf("%s: expected a mask STEM.png or STEM_mask.png for each image, missing for %d: %s", dir, len(missing), firstFew(missing))
	}
	if len(byStem) > 0 {
		return nil, fmt.Errorf("%s: %d masks have no image: %s", dir, len(byStem), firstFew(slices.Sorted(maps.Keys(byStem))))
	}
	return masks, nil
}

var extensions = []string{".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp"}

// ignored tells the files and folders that tools leave behind: dot-files, Jupyter's checkpoints, thumbnails.
func ignored(name string) bool {
	switch strings.ToLower(name) {
	case "thumbs.db", "desktop.ini", "__macosx":
		return true
	}
	return strings.HasPrefix(name, ".")
}

// images lists the image files directly in dir, sorted by name. Two files of one stem are an error.
func images(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", dir, err)
	}
	var paths []string
	stems := map[string]string{}
	for _, e := range entries {
		if e.IsDir() || ignored(e.Name()) || !slices.Contains(extensions, strings.ToLower(filepath.Ext(e.Name()))) {
			continue
		}
		if other, twice := stems[stem(e.Name())]; twice {
			return nil, fmt.Errorf("%s: expected one image of a name, got %s and %s", dir, other, e.Name())
		}
		stems[stem(e.Name())] = e.Name()
		paths = append(paths, filepath.Join(dir, e.Name()))
	}
	return paths, nil
}

func subfolders(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", dir, err)
	}
	var names []string
	for _, e := range entries {
		if !ignored(e.Name()) && isDir(filepath.Join(dir, e.Name())) {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func stem(path string) string {
	name := filepath.Base(path)
	return strings.TrimSuffix(name, filepath.Ext(name))
}

// contents says in a few words what is in a folder.
func contents(dir string) string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "an unreadable folder"
	}
	if len(entries) == 0 {
		return "an empty folder"
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return firstFew(names)
}

func firstFew(names []string) string {
	const few = 10
	if len(names) <= few {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:few], ", ") + fmt.Sprintf(" and %d more", len(names)-few)
}
