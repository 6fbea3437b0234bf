package datasets

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
)

// Join is one set with the categories of several, in their order: the super-multi-class setting. A
// category whose name another set has too is called SET/CATEGORY; IDs start with the set's name;
// Root is the nearest folder that holds all the sets' roots. Source: pkg/inpformer/SPEC.md 11.
func Join(name string, sets ...*Set) (*Set, error) {
	if len(sets) == 0 {
		return nil, fmt.Errorf("joining data sets: expected at least one, got none")
	}
	times, names := map[string]int{}, map[string]bool{}
	for _, s := range sets {
		if names[s.Name] {
			return nil, fmt.Errorf("joining data sets: expected different names, got %q twice",
				s.Name)
		}
		names[s.Name] = true
		for _, c := range s.Categories {
			times[c.Name]++
		}
	}
	out := &Set{Name: name, Root: commonRoot(sets), HasMasks: true}
	for _, s := range sets {
		out.HasMasks = out.HasMasks && s.HasMasks
		for _, c := range s.Categories {
			joined := Category{Name: c.Name}
			if times[c.Name] > 1 {
				joined.Name = s.Name + "/" + c.Name
			}
			rename := func(samples []Sample) (renamed []Sample) {
				for _, x := range samples {
					x.ID, x.Category = s.Name+"/"+x.ID, joined.Name
					renamed = append(renamed, x)
				}
				return renamed
			}
			joined.Train, joined.Test = rename(c.Train), rename(c.Test)
			joined.Validation = rename(c.Validation)
			out.Categories = append(out.Categories, joined)
		}
	}
	return out, nil
}

// commonRoot is the nearest folder that holds every set's root, "" where one has none.
func commonRoot(sets []*Set) string {
	root := absolute(sets[0].Root)
	for _, s := range sets {
		if s.Root == "" {
			return ""
		}
		for !holds(root, absolute(s.Root)) {
			root = filepath.Dir(root)
		}
	}
	return root
}

// holds says whether dir is the folder or one above it; the file system's root is above all.
func holds(dir, folder string) bool {
	rel, err := filepath.Rel(dir, folder)
	return err == nil && filepath.IsLocal(rel) || dir == filepath.Dir(dir)
}

// absolute is the path from the file system's root on, cleaned, so that two spellings of a file
// compare equal.
func absolute(file string) string {
	if whole, err := filepath.Abs(file); err == nil {
		return whole
	}
	return filepath.Clean(file)
}

// ErrSharedCategory is under ZeroShot's error about a category that source and target share by
// name, which the papers allow.
var ErrSharedCategory = errors.New("zero-shot")

// ZeroShot says in one line why target is not new to a model that learned from source: a common
// category, with or without the SET/ that Join puts before it, or a common file. Files are told
// apart by their paths alone, not by what is in them. MVTec-AD and Real-IAD share toothbrush and
// zipper by name. Source: pkg/inpformer/SPEC.md 11.
func ZeroShot(source, target *Set) error {
	known, files := map[string]bool{}, map[string]bool{}
	for _, c := range source.Categories {
		known[path.Base(c.Name)] = true
	}
	for _, x := range source.All() {
		files[absolute(x.Path)] = true
	}
	for _, c := range target.Categories {
		if name := path.Base(c.Name); known[name] {
			return fmt.Errorf("%w: expected a target without the source's categories, got %q in "+
				"both %s and %s", ErrSharedCategory, name, source.Name, target.Name)
		}
	}
	for _, x := range target.All() {
		if files[absolute(x.Path)] {
			return fmt.Errorf("zero-shot: expected other images than the source's, got %s in both",
				x.Path)
		}
	}
	return nil
}
