// Package datasets reads the layouts in which anomaly-detection data lie on disk, one file a
// layout, all giving the same Sample, and fetches the real data sets that a package registry or a
// public repository carries.
package datasets

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"adlab/pkg/imageio"
	"adlab/pkg/setting"
)

// Good is the defect type of a normal image.
const Good = "good"

// The values of Sample.Split.
const (
	TrainSplit      = "train"
	TestSplit       = "test"
	ValidationSplit = "validation"
)

// Sample is one image.
type Sample struct {
	ID string // path relative to the set's root, with slashes: stable across machines
	// Path is the image's file. Mask, of all defects together, is a file, too, or a folder or a
	// list of boxes that ReadMask understands; "" where there is none.
	Path, Mask string
	Category   string
	Split      string            // TrainSplit, TestSplit or ValidationSplit
	DefectType string            // as the layout names it; Good when normal
	Label      int               // 0 normal, 1 anomalous
	View       string            // camera, in sets of several views; else ""
	TypedMasks map[string]string // one mask a defect type, where the set tells them apart; else nil

	// NumberedMask says that every value of the mask but 0 is anomalous; else that is only so of
	// masks that are not graded, see imageio.ReadMask.
	NumberedMask bool
	// Range says which values of the image are black and white where its file does not say it; the
	// same for all such images of a set. Zero for images of 8 bits.
	Range imageio.Range
	// Template is the image without a defect that the set pairs with this one; else "".
	Template string

	emptyMask bool        // the set is published with such images whose masks mark nothing
	boxes     []box       // of a Mask that is a list of boxes
	marks     *pcbMarks   // what differs in them
	kinds     *defectList // of a Mask that is a folder: what the masks' values mean
}

// Decode reads the image.
func (s Sample) Decode() (*imageio.Image, error) { return imageio.DecodeRange(s.Path, s.Range) }

// DefectTypes are the types of defect in the image, sorted: none when normal, several where
// TypedMasks tells them apart.
func (s Sample) DefectTypes() []string {
	switch {
	case s.Label == 0:
		return nil
	case len(s.TypedMasks) > 0:
		return slices.Sorted(maps.Keys(s.TypedMasks))
	}
	return []string{s.DefectType}
}

// Category is one kind of object or texture: normal images to learn from, images of both kinds to
// be tested on.
type Category struct {
	Name        string
	Train, Test []Sample
	// Validation has normal images that are neither learned from nor tested on, where the set keeps
	// some for thresholds.
	Validation []Sample
}

// Set is a data set as an experiment sees it.
type Set struct {
	Name, Root      string
	Licence, Source string // "" where the layout does not say
	Categories      []Category
	HasMasks        bool // whether anomalous images come with masks
	// Notes say in a line each how files were understood that could be understood otherwise, and
	// what was left out.
	Notes []string
	Range imageio.Range // of the samples that have one
	opt   Options
	// untrained says that the layout has sets without images to learn from
	untrained bool
	// passed are files that the layout knows and has no use for; withoutLabels counts images of
	// folders without labels
	passed        map[string]bool
	withoutLabels map[string]int
}

func (s *Set) note(format string, args ...any) {
	s.Notes = append(s.Notes, fmt.Sprintf(format, args...))
}

// Open reads a folder in the given layout. An empty root means the fetched copy, for the layouts
// that Fetch knows. Errors are one line that names the folder.
func Open(layout, root string, opt Options) (*Set, error) {
	l, ok := layoutOf(layout)
	if !ok {
		return nil, setting.Errorf("Layout", "expected one of %s, got %q",
			strings.Join(Layouts(), ", "), layout)
	}
	if root == "" {
		if _, fetched := sources[layout]; !fetched {
			return nil, setting.Errorf("Data", "layout %q needs a folder", layout)
		}
		root = filepath.Join(Home(), layout)
		if _, err := os.Stat(root); err != nil {
			return nil, fmt.Errorf("data set %q is not here (%s); fetch it with `adlab data fetch "+
				"%s`", layout, root, layout)
		}
	}
	info, err := os.Stat(root)
	if err != nil {
		return nil, setting.Errorf("Data", "no folder %s", root)
	}
	if !info.IsDir() {
		return nil, setting.Errorf("Data", "expected a folder, got the file %s", root)
	}
	set, err := l.open(root, opt)
	if err != nil {
		return nil, err
	}
	set.opt = opt
	for _, step := range []func() error{set.checkLinks, set.readRange} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	if err := set.limit(opt); err != nil {
		return nil, err
	}
	return set, nil
}

// Home is where fetched data lie: $ADLAB_DATA, else .data beside the nearest go.mod at or above the
// working directory, else .data here.
func Home() string {
	if home := os.Getenv("ADLAB_DATA"); home != "" {
		return home
	}
	dir, err := os.Getwd()
	for ; err == nil; dir = filepath.Dir(dir) {
		if _, missing := os.Stat(filepath.Join(dir, "go.mod")); missing == nil {
			return filepath.Join(dir, ".data")
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	return ".data"
}

// Category finds a category by its name.
func (s *Set) Category(name string) (Category, bool) {
	i := slices.IndexFunc(s.Categories, func(c Category) bool { return c.Name == name })
	if i < 0 {
		return Category{}, false
	}
	return s.Categories[i], true
}

// Train is the training set over all categories, each file once: the multi-class setting.
func (s *Set) Train() []Sample {
	var all []Sample
	for _, c := range s.Categories {
		all = append(all, c.Train...)
	}
	return Unique(all)
}

// All lists every image of the set, each file once, ordered by ID.
func (s *Set) All() []Sample {
	var all []Sample
	for _, c := range s.Categories {
		all = slices.Concat(all, c.Train, c.Test, c.Validation)
	}
	return Unique(all)
}

// Unique keeps each file once, ordered by ID.
func Unique(samples []Sample) []Sample {
	sorted := slices.Clone(samples)
	slices.SortStableFunc(sorted, func(a, b Sample) int { return cmp.Compare(a.ID, b.ID) })
	return slices.CompactFunc(sorted, func(a, b Sample) bool { return a.Path == b.Path })
}

func (s *Set) sample(path, category, split, kind string) Sample {
	id, err := filepath.Rel(s.Root, path)
	if err != nil {
		id = path
	}
	x := Sample{ID: filepath.ToSlash(id), Path: path, Category: category, Split: split,
		DefectType: kind}
	if kind != Good {
		x.Label = 1
	}
	return x
}
