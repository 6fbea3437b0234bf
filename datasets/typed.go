package datasets

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"
)

// TypedFolder holds, below a set's root, one mask a defect type for images with several types: the
// typed masks of ROOT/a/b_mask.png are ROOT/typed_masks/a/b_mask/TYPE.png. No published layout has
// a place for them; this one is out of the way of every published loader.
const TypedFolder = "typed_masks"

// setMask gives a sample its mask file ("" for none) and the typed masks that lie in TypedFolder.
func (s *Set) setMask(x *Sample, mask string) error {
	x.Mask = mask
	if mask == "" {
		return nil
	}
	rel, err := filepath.Rel(s.Root, mask)
	if err != nil || !filepath.IsLocal(rel) {
		return nil
	}
	dir := filepath.Join(s.Root, TypedFolder, strings.TrimSuffix(rel, filepath.Ext(rel)))
	if !isDir(dir) {
		return nil
	}
	files, err := someImages(dir)
	if err := cmp.Or(err, noTwins(files)); err != nil {
		return err
	}
	x.TypedMasks = map[string]string{}
	for _, f := range files {
		x.TypedMasks[stem(f)] = f
	}
	return nil
}

// masks are all mask files of a sample, the union first.
func (s Sample) masks() (paths []string) {
	if s.Mask != "" {
		paths = append(paths, s.Mask)
	}
	var typed []string
	for _, path := range s.TypedMasks {
		typed = append(typed, path)
	}
	slices.Sort(typed)
	return append(paths, typed...)
}
