// Package datasets reads the layouts in which anomaly-detection data lie on disk, one file a layout, all giving the same
// Sample, and fetches the two real data sets that a package registry carries.
package datasets

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"adlab/pkg/imageio"
)

// Good is the defect type of a normal image.
const Good = "good"

// Sample is one image.
type Sample struct {
	ID         string // path relative to the set's root, with slashes: stable across machines
	Path, Mask string // files; Mask is "" where there is none
	Category   string
	DefectType string // Good when normal
	Label      int    // 0 normal, 1 anomalous
}

// Digest is the SHA-256 of the image file's content, in hexadecimal.
func (s Sample) Digest() (string, error) { return fileDigest(s.Path) }

// Category is one kind of object or texture: normal images to learn from, images of both kinds to be tested on.
type Category struct {
	Name        string
	Train, Test []Sample
}

// Set is a data set as an experiment sees it.
type Set struct {
	Name, Root string
	Categories []Category
	HasMasks   bool // whether anomalous images come with masks
}

// Options cut a set down, deterministically, for quick runs; zero means everything.
type Options struct {
	TrainLimit int // images to learn from, per category
	TestLimit  int // images to be tested on, per category and label
}

var layouts = map[string]func(root string) (*Set, error){
	"folder":  openFolder,
	"mvtec":   openMVTec,
	"elpv":    openELPV,
	"textile": openTextile,
}

// Layouts lists the known layouts, sorted.
func Layouts() []string {
	names := make([]string, 0, len(layouts))
	for name := range layouts {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Open reads a folder in the given layout. An empty root means the fetched copy, for the layouts that Fetch knows.
func Open(layout, root string, opt Options) (*Set, error) {
	open, ok := layouts[layout]
	if !ok {
		return nil, fmt.Errorf("--layout: expected one of %s, got %q", strings.Join(Layouts(), ", "), layout)
	}
	if root == "" {
		if _, fetched := sources[layout]; !fetched {
			return nil, fmt.Errorf("--data: layout %q needs a folder", layout)
		}
		root = filepath.Join(Home(), layout)
		if _, err := os.Stat(root); err != nil {
			return nil, fmt.Errorf("data set %q is not here (%s); fetch it with `adlab data fetch %s`", layout, root, layout)
		}
	}
	info, err := os.Stat(root)
	if err != nil {
		return nil, fmt.Errorf("--data: no folder %s", root)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("--data: expected a folder, got the file %s", root)
	}
	set, err := open(root)
	if err != nil {
		return nil, err
	}
	for i := range set.Categories {
		c := &set.Categories[i]
		c.Train, c.Test = limit(c.Train, opt.TrainLimit), limit(c.Test, opt.TestLimit)
	}
	return set, nil
}

// Home is where fetched data lie: $ADLAB_DATA, else .data beside the nearest go.mod above the working directory, else
// .data here.
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
		all = append(append(all, c.Train...), c.Test...)
	}
	return Unique(all)
}

// Unique keeps each file once, ordered by ID.
func Unique(samples []Sample) []Sample {
	sorted := slices.Clone(samples)
	slices.SortStableFunc(sorted, func(a, b Sample) int { return cmp.Compare(a.ID, b.ID) })
	return slices.CompactFunc(sorted, func(a, b Sample) bool { return a.Path == b.Path })
}

// CheckMasks compares every mask's size with its image's, from the headers, before work starts.
func (s *Set) CheckMasks() error {
	for _, x := range s.All() {
		if x.Mask == "" {
			continue
		}
		w, h, err := imageio.Size(x.Path)
		if err != nil {
			return err
		}
		mw, mh, err := imageio.Size(x.Mask)
		if err != nil {
			return err
		}
		if w != mw || h != mh {
			return fmt.Errorf("mask %s: expected the size of its image %s, %d x %d pixels, got %d x %d", x.Mask, x.Path, w, h, mw, mh)
		}
	}
	return nil
}

// limit keeps at most n samples of each label, the first by ID.
func limit(samples []Sample, n int) []Sample {
	if n <= 0 {
		return samples
	}
	var kept []Sample
	var count [2]int
	for _, s := range samples {
		if count[s.Label] < n {
			kept = append(kept, s)
			count[s.Label]++
		}
	}
	return kept
}

func fileDigest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("reading %s: %w", path, err)
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}

// Digest is a SHA-256 over the IDs and contents of all images and masks of the set, in hexadecimal.
func (s *Set) Digest() (string, error) {
	h := sha256.New()
	for _, x := range s.All() {
		for _, path := range []string{x.Path, x.Mask} {
			if path == "" {
				continue
			}
			digest, err := fileDigest(path)
			if err != nil {
				return "", err
			}
			fmt.Fprintln(h, x.ID, digest)
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}
