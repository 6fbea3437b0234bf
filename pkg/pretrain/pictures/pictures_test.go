package pictures

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"adlab/datasets"
	"adlab/datasets/fetch"
	"adlab/datasets/synth"

	"github.com/stretchr/testify/require"
)

// Sources that are not fetched are not looked at: make data brings ELPV and the textile images,
// pretraining the rest.
func TestNoTestImageIsTrainedOn(t *testing.T) {
	home := datasets.Home()
	generated := t.TempDir()
	for _, b := range synth.Benchmarks() {
		require.NoError(t, synth.Write(t.Context(), b, "smoke", 1, filepath.Join(generated, "smoke",
			b.Name), 0, nil))
	}
	tested := map[string]string{}
	test := func(name, layout, root string) {
		set, err := datasets.Open(layout, root, datasets.Options{})
		require.NoError(t, err)
		for _, c := range set.Categories {
			for _, x := range c.Test {
				digest, err := x.Digest()
				require.NoError(t, err)
				tested[digest] = name + " " + x.ID
			}
		}
	}
	for _, name := range []string{"elpv", "textile"} {
		if datasets.Fetched(name, home) {
			test(name, name, "")
		}
	}
	for _, folder := range []string{filepath.Join(generated, "smoke"),
		filepath.Join(home, "synth-tiny")} {
		for _, b := range synth.Benchmarks() {
			if root := filepath.Join(folder, b.Name); exists(root) {
				test(b.Name, b.Layout, root)
			}
		}
	}
	require.Greater(t, len(tested), 50)

	trained := 0
	check := func(s Source, home string) {
		files, err := s.files(home)
		require.NoError(t, err)
		trained += len(files)
		for _, f := range files {
			require.NotContains(t, tested, f.digest, "%s of %s is a test image: %s", f.path, s.Name,
				tested[f.digest])
		}
	}
	for _, s := range Sources() {
		if datasets.Fetched(s.Name, home) ||
			exists(filepath.Join(home, "pretrain", s.Name, fetch.Manifest)) {
			check(s, home)
		}
	}
	few := Source{Name: "few", Lessons: 12, Origin: "lessons"}
	require.NoError(t, few.Fetch(t.Context(), generated, t.Logf))
	check(few, generated)
	require.GreaterOrEqual(t, trained, 12)
}

func TestTrainingImagesOfBenchmarksAreTheirTrainingSplit(t *testing.T) {
	home := datasets.Home()
	for _, s := range Sources()[:2] {
		if !datasets.Fetched(s.Name, home) {
			t.Skipf("%s is not fetched; make data fetches it", s.Name)
		}
		files, err := s.files(home)
		require.NoError(t, err)
		require.Len(t, files, map[string]int{"elpv": 1000, "textile": 700}[s.Name])
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// picture writes a picture of two colours.
func picture(t *testing.T, path string, w, h int, c uint8) {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = c
	}
	m.Set(0, 0, color.Black)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, png.Encode(f, m))
	require.NoError(t, f.Close())
}

func TestLoad(t *testing.T) {
	home := t.TempDir()
	s := Source{Name: "lessons", Lessons: 1, Sides: []int{256, 512}}
	at := func(name string) string { return filepath.Join(home, "pretrain", "lessons", name) }
	picture(t, at("large.png"), 900, 600, 200)
	picture(t, at("sub/small.png"), 100, 120, 100)
	picture(t, at("sub/copy.png"), 100, 120, 100)
	picture(t, at("tiny.png"), 95, 300, 50)
	require.NoError(t, os.WriteFile(at("broken.png"), []byte("no picture"), 0o666))
	var last [2]int
	pictures, err := Load(t.Context(), []Source{s}, home, func(done, total int) {
		last = [2]int{done, total}
	})
	require.NoError(t, err)
	require.Equal(t, [2]int{4, 4}, last, "each content once")
	require.Len(t, pictures, 2, "the tiny and the broken one are left out")
	if pictures[0].Sizes[1].W != 384 {
		pictures[0], pictures[1] = pictures[1], pictures[0]
	}
	require.Equal(t, [2]int{Window, Window}, [2]int{pictures[0].Sizes[0].W, pictures[0].Sizes[0].H},
		"the whole first")
	require.Equal(t, [2]int{768, 512}, [2]int{pictures[0].Sizes[2].W, pictures[0].Sizes[2].H})
	require.Len(t, pictures[1].Sizes, 2, "a small picture is not enlarged but to the smallest size")

	_, err = Load(t.Context(), []Source{{Name: "gone", Lessons: 1}}, home, nil)
	require.Error(t, err)
	require.NotContains(t, err.Error(), "\n")
}

func TestAPackageGivesItsPicturesAndStatements(t *testing.T) {
	f := fetched{keep: regexp.MustCompile(`^textures/.*\.png$`),
		drop: regexp.MustCompile(`_nm\.png$`)}
	for member, want := range map[string][2]bool{
		"textures/a.png": {true, false}, "textures/a_nm.png": {}, "other/b.png": {},
		"textures/c.txt": {}, "usr/copyright": {false, true}, "skimage/data/README.txt": {false,
			true}, "x.dist-info/LICENSE.txt": {false, true},
	} {
		require.Equal(t, want, [2]bool{f.picture(member), statesLicences(member)}, member)
	}
}

func TestFetchRefusesWhatItDidNotMake(t *testing.T) {
	home := t.TempDir()
	s := Sources()[2]
	require.NoError(t, os.MkdirAll(filepath.Join(home, "pretrain", s.Name), 0o777))
	require.ErrorContains(t, s.Fetch(t.Context(), home, t.Logf), "move it away")
	missing := Source{Name: "x", Origin: "nowhere", fetched: &fetched{
		Package: fetch.Package{Client: fetch.Apt, Name: "no-such-package-of-adlab", Version: "0"}}}
	err := missing.Fetch(t.Context(), home, t.Logf)
	require.ErrorContains(t, err, "leave them out")
	require.NotContains(t, err.Error(), "\n")
	require.False(t, exists(filepath.Join(home, "pretrain", "x")), "nothing half-written")
}
