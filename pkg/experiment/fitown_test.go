package experiment

import (
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/progress"
	"adlab/pkg/verdict"

	"github.com/stretchr/testify/require"
)

// part writes a striped picture, with a noisy spot where it is bad, and its mask if a place for it
// is given.
func part(t *testing.T, path string, seed uint64, bad bool, mask string) {
	rng := rand.New(rand.NewPCG(seed, 1))
	m, truth := image.NewGray(image.Rect(0, 0, 80, 64)), image.NewGray(image.Rect(0, 0, 80, 64))
	for i := range m.Pix {
		m.Pix[i] = uint8(100 + 20*(i%8) + rng.IntN(9))
		if y, x := i/80, i%80; bad && y > 20 && y < 40 && x > 24 && x < 50 {
			m.Pix[i], truth.Pix[i] = uint8(rng.IntN(256)), 1
		}
	}
	for to, picture := range map[string]image.Image{path: m, mask: truth} {
		if to == "" {
			continue
		}
		require.NoError(t, os.MkdirAll(filepath.Dir(to), 0o777))
		f, err := os.Create(to)
		require.NoError(t, err)
		require.NoError(t, png.Encode(f, picture))
		require.NoError(t, f.Close())
	}
}

// ownParts writes folders of good and bad pictures and masks.
func ownParts(t *testing.T) Own {
	dir := t.TempDir()
	own := Own{Good: filepath.Join(dir, "good"), Bad: filepath.Join(dir, "bad"),
		Masks: filepath.Join(dir, "masks"), Rate: 0.2}
	for i := range 9 {
		part(t, filepath.Join(own.Good, fmt.Sprintf("day%d/%d.png", i%2, i)), uint64(i), false, "")
	}
	for i := range 3 {
		part(t, filepath.Join(own.Bad, fmt.Sprintf("hole/%d.png", i)), uint64(20+i), true,
			filepath.Join(own.Masks, fmt.Sprintf("hole/%d_mask.png", i)))
	}
	return own
}

// goEnv is an environment on the pure-Go backend, with a cache of its own.
func goEnv(t *testing.T) *Env {
	v, err := Open("go", t.TempDir(), progress.New(nil))
	require.NoError(t, err)
	return v
}

// smallFit is an experiment of seconds.
func smallFit(detector string) Experiment {
	e := Default("folder")
	e.Detector, e.Profile, e.Crop, e.Steps = detector, "smoke", 64, 3
	return e
}

// TestFitOwn fits both methods, opens what was written, and finds the same thresholds and scores.
func TestFitOwn(t *testing.T) {
	own := ownParts(t)
	eachBackend(t, func(t *testing.T, v *Env) {
		for _, name := range []string{"", "inp-former"} {
			out := filepath.Join(t.TempDir(), "part.model")
			f, err := v.FitOwn(t.Context(), smallFit(name), own, out)
			require.NoError(t, err)
			want := name
			if name == "" {
				want = "knn"
			}
			require.Equal(t, want, f.Experiment.Detector)
			c := f.Calibration
			require.Len(t, f.Normals, 9)
			require.Len(t, c.Scores, 9)
			require.True(t, slices.IsSorted(c.Scores) && slices.IsSorted(c.Peaks))
			require.Equal(t, c.Scores[7], c.Image.Value, "2 of 10 may be above")
			require.Equal(t, 0.2, c.Image.Rate)
			require.NotNil(t, c.Told)
			require.NotNil(t, c.Pixels)
			m, err := v.OpenModel(out, "")
			require.NoError(t, err)
			require.Equal(t, c, m.Calibration)
			require.Equal(t, f.Scale, m.Scale)
			var bad []string
			for _, j := range f.Bad {
				bad = append(bad, j.Path)
			}
			got, err := m.Predict(t.Context(), Asked{Images: bad})
			require.NoError(t, err)
			for i, p := range got {
				require.Equal(t, f.Bad[i].Score, p.Score)
			}
			if name == "" {
				require.Equal(t, 1.0, c.Told.AUROC.Value)
				require.Greater(t, c.Pixels.AUROC, 0.8)
				answer, p := c.Verdict(got[0].Score)
				require.Equal(t, verdict.NG, answer)
				require.InDelta(t, 0.1, p, 1e-12)
				_, ok := m.Detector.(detector.Remembering)
				require.True(t, ok)
			}
		}
	})
}

// TestAPictureDoesNotJudgeItself: with itself in the bank its distance would be 0.
func TestAPictureDoesNotJudgeItself(t *testing.T) {
	v := goEnv(t)
	own := ownParts(t)
	own.Bad, own.Masks = "", ""
	f, err := v.FitOwn(t.Context(), smallFit("knn"), own, filepath.Join(t.TempDir(), "m"))
	require.NoError(t, err)
	for _, n := range f.Normals {
		require.Greater(t, n.Score, 1e-4, n.Path)
	}
	for p, err := range f.Detector.Predict(t.Context(), []datasets.Sample{f.Normals[0].Sample}) {
		require.NoError(t, err)
		require.Less(t, p.Score, 1e-4, "the detector of all knows it")
	}
	again, err := f.Calibration.At(0.01)
	require.NoError(t, err)
	require.Contains(t, again.Promise(), "at most 10 % of new normal pictures are called NG, the "+
		"least that 9 held-out normals can promise; 1 % needs 99 good pictures")
}

func TestFitOwnMistakes(t *testing.T) {
	v := goEnv(t)
	out := filepath.Join(t.TempDir(), "m")
	for want, change := range map[string]func(t *testing.T, o *Own){
		"expected a folder of good pictures": func(_ *testing.T, o *Own) { o.Good += "x" },
		"a rate of false alarms lies":        func(_ *testing.T, o *Own) { o.Rate = 1 },
		"at least 2 different good pictures": func(t *testing.T, o *Own) {
			o.Good = filepath.Join(t.TempDir(), "one")
			part(t, filepath.Join(o.Good, "a.png"), 1, false, "")
			part(t, filepath.Join(o.Good, "b.png"), 1, false, "")
		},
		"2.png: expected a mask of its name": func(t *testing.T, o *Own) {
			require.NoError(t, os.Remove(filepath.Join(o.Masks, "hole/2_mask.png")))
		},
		"hole/2_mask.png: expected 80x64 pixels as its image has, got 4x4": func(t *testing.T,
			o *Own) {
			grey(t, filepath.Join(o.Masks, "hole/2_mask.png"))
		},
		"it is among the good pictures, too": func(t *testing.T, o *Own) {
			part(t, filepath.Join(o.Bad, "hole/0.png"), 3, false, "")
		},
		"and 1 more pictures that cannot be read": func(t *testing.T, o *Own) {
			for _, name := range []string{"x.png", "y.png"} {
				require.NoError(t, os.WriteFile(filepath.Join(o.Good, name), []byte(name), 0o666))
			}
		},
		"they are of bad pictures": func(_ *testing.T, o *Own) { o.Bad = "" },
	} {
		own := ownParts(t)
		change(t, &own)
		_, err := v.FitOwn(t.Context(), smallFit(""), own, out)
		require.ErrorContains(t, err, want)
		require.NoFileExists(t, out)
	}
	_, err := v.FitOwn(t.Context(), smallFit("patchcore"), ownParts(t), out)
	require.ErrorContains(t, err, "expected knn or inp-former, got patchcore")
}

func TestOwnRules(t *testing.T) {
	require.Equal(t, "knn", OwnMethod(50))
	require.Equal(t, "inp-former", OwnMethod(51))
	require.Equal(t, 60, OwnSteps(16, 16, 500))
	require.Equal(t, 125, OwnSteps(100, 16, 500))
	require.Equal(t, 500, OwnSteps(5000, 16, 500))
	require.Equal(t, 8, OwnSteps(100, 4, 8))
	require.Zero(t, OwnSteps(100, 16, 0))
}

// TestOneBadFileDoesNotStopTheOthers: all around those that cannot be read is looked at, in order.
func TestOneBadFileDoesNotStopTheOthers(t *testing.T) {
	v := goEnv(t)
	own := ownParts(t)
	out := filepath.Join(t.TempDir(), "m")
	_, err := v.FitOwn(t.Context(), smallFit("knn"), own, out)
	require.NoError(t, err)
	m, err := v.OpenModel(out, "")
	require.NoError(t, err)
	l, err := ListPictures([]string{own.Good}, "")
	require.NoError(t, err)
	images, broken := []string(nil), filepath.Join(t.TempDir(), "broken.png")
	require.NoError(t, os.WriteFile(broken, []byte("x"), 0o666))
	for i := range 40 {
		images = append(images, l.Paths[i%9])
	}
	images[0], images[7], images[8], images[39] = broken, broken, broken+"x", broken
	want, err := m.Predict(t.Context(), Asked{Images: l.Paths})
	require.NoError(t, err)
	next := 0
	for s, err := range m.Look(t.Context(), Asked{Images: images}) {
		require.NoError(t, err)
		require.Equal(t, next, s.Index)
		require.Equal(t, images[next], s.Path)
		if slices.Contains([]int{0, 7, 8, 39}, next) {
			require.Error(t, s.Err)
		} else {
			require.NoError(t, s.Err)
			require.InDelta(t, want[next%9].Score, s.Score, 1e-6)
		}
		next++
	}
	require.Equal(t, 40, next)
}
