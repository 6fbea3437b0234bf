package pretrain

import (
	"archive/zip"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"adlab/datasets"
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
			exists(filepath.Join(home, "pretrain", s.Name, manifest)) {
			check(s, home)
		}
	}
	few := Source{Name: "few", lessons: 12, Origin: "lessons"}
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
	s := Source{Name: "lessons", lessons: 1, Sides: []int{256, 512}}
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

	_, err = Load(t.Context(), []Source{{Name: "gone", lessons: 1}}, home, nil)
	require.Error(t, err)
	require.NotContains(t, err.Error(), "\n")
}

func TestKeeperTakesPicturesOutOfArchives(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "tree", "usr"), 0o777))
	f, err := os.Create(filepath.Join(dir, "tree", "usr", "0.pk3"))
	require.NoError(t, err)
	z := zip.NewWriter(f)
	for _, name := range []string{"textures/a.png", "textures/a_nm.png", "other/b.png",
		"textures/c.txt"} {
		w, err := z.Create(name)
		require.NoError(t, err)
		_, err = w.Write([]byte(name))
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	require.NoError(t, f.Close())
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tree", "usr", "copyright"), []byte("free"),
		0o666))
	k := &keeper{&fetched{keep: regexp.MustCompile(`^textures/.*\.png$`),
		drop: regexp.MustCompile(`_nm\.png$`)}, filepath.Join(dir, "kept"), 0}
	require.NoError(t, k.tree(filepath.Join(dir, "tree")))
	require.Equal(t, 1, k.n)
	require.True(t, exists(filepath.Join(dir, "kept", "textures", "a.png")))
	require.True(t, exists(filepath.Join(dir, "kept", "usr", "copyright")),
		"the statement of licences is kept")
	require.False(t, exists(filepath.Join(dir, "kept", "textures", "a_nm.png")))

	evil := filepath.Join(dir, "evil.pk3")
	f, err = os.Create(evil)
	require.NoError(t, err)
	z = zip.NewWriter(f)
	_, err = z.Create("../../textures/a.png")
	require.NoError(t, err)
	require.NoError(t, z.Close())
	k.keep = regexp.MustCompile(`png$`)
	require.ErrorContains(t, k.zip(evil), "refusing the member")
}

func TestFetchRefusesWhatItDidNotMake(t *testing.T) {
	home := t.TempDir()
	s := Sources()[2]
	require.NoError(t, os.MkdirAll(filepath.Join(home, "pretrain", s.Name), 0o777))
	require.ErrorContains(t, s.Fetch(t.Context(), home, t.Logf), "move it away")
	missing := Source{Name: "x", Origin: "nowhere",
		fetch: &fetched{pack: "no-such-package-of-adlab", version: "0"}}
	err := missing.Fetch(t.Context(), home, t.Logf)
	require.ErrorContains(t, err, "--without x")
	require.NotContains(t, err.Error(), "\n")
	require.False(t, exists(filepath.Join(home, "pretrain", "x")), "nothing half-written")
}
