package datasets

import (
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// beside are extensions of what lies beside images and is none, and needs no word.
var beside = map[string]bool{".txt": true, ".md": true, ".json": true, ".xml": true, ".csv": true,
	".yaml": true, ".yml": true, ".log": true, ".html": true, ".pdf": true, ".py": true,
	".sh": true, ".ini": true, ".toml": true, ".xlsx": true, ".xls": true, ".docx": true,
	".doc": true, ".ipynb": true, ".pkl": true, ".db": true, ".lnk": true, ".zip": true,
	".gz": true, ".tar": true, ".7z": true, ".rar": true}

// sayFolders notes what of a walked layout was read in another way than its name has it, or not at
// all.
func (s *Set) sayFolders() {
	renamed, count := map[string]bool{}, 0
	for _, c := range s.Categories {
		kinds := map[string]bool{}
		for _, x := range slices.Concat(c.Train, c.Test) {
			for _, part := range strings.Split(path.Dir(x.ID), "/") {
				if x.Label == 0 && Normal(part) && part != Good && part != c.Name {
					renamed[part] = true
					count++
				}
			}
			if x.Split == TestSplit {
				kinds[x.DefectType] = true
			}
		}
		if len(c.Test) > 0 && !kinds[Good] {
			s.note("no normal images to test %s on: none of its folders (%s) is called %s, ok or "+
				"normal; rename the one whose images are normal to %s", c.Name,
				firstFew(slices.Sorted(maps.Keys(kinds))), Good, Good)
		}
	}
	if count > 0 {
		s.note("%d images in folders called %s are read as normal, as those in %s", count,
			firstFew(slices.Sorted(maps.Keys(renamed))), Good)
	}
	for _, folder := range slices.Sorted(maps.Keys(s.withoutLabels)) {
		s.note("%d images in folders %s have no labels: nothing is measured on them; predict "+
			"takes the folder", s.withoutLabels[folder], folder)
	}
	s.sayLeftOut(s.Root)
}

// pass says that files are known and left out without a word.
func (s *Set) pass(files ...string) {
	if s.passed == nil {
		s.passed = map[string]bool{}
	}
	for _, f := range files {
		s.passed[f] = true
	}
}

// sayLeftOut counts the files below a folder that may be images and are in no sample, by kind.
func (s *Set) sayLeftOut(dir string) {
	used := maps.Clone(s.passed)
	if used == nil {
		used = map[string]bool{}
	}
	for _, x := range s.All() {
		for _, file := range x.files() {
			used[file] = true
		}
	}
	kinds, folders := map[string]int{}, map[string]bool{}
	// what cannot be read here was said where it was needed
	_ = walk(dir, func(file string) {
		kind := strings.ToLower(filepath.Ext(file))
		if used[file] || beside[kind] || strings.HasPrefix(filepath.Base(file), ".") {
			return
		}
		if kind == "" {
			if s.above(file) {
				return // LICENSE and README
			}
			kind = "without an extension"
		}
		kinds[kind]++
		folders[relative(s.Root, filepath.Dir(file))] = true
	})
	if len(kinds) == 0 {
		return
	}
	var each []string
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		each = append(each, fmt.Sprintf("%d %s", kinds[kind], kind))
	}
	s.note("left out are %s, in %s", firstFew(each),
		firstFew(slices.Sorted(maps.Keys(folders))))
}

// above says whether a file lies above the folders train, test and ground_truth.
func (s *Set) above(file string) bool {
	for _, part := range strings.Split(relative(s.Root, filepath.Dir(file)), "/") {
		if strings.EqualFold(part, TrainSplit) || strings.EqualFold(part, TestSplit) {
			return false
		}
	}
	return true
}

// relative is a path as seen from root, with slashes.
func relative(root, path string) string {
	if rel, err := filepath.Rel(root, path); err == nil {
		path = rel
	}
	return filepath.ToSlash(path)
}
