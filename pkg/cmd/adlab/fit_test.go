package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// fittedPart fits on 9 good pictures, with 3 bad ones and their masks, and gives the model.
func fittedPart(t *testing.T) (root, model string) {
	root = dataset(t)
	for i := 8; i < 10; i++ {
		picture(t, filepath.Join(root, "plate", "train", "good", fmt.Sprintf("%03d.png", i)),
			uint64(i), false)
	}
	model = filepath.Join(t.TempDir(), "part.model")
	plate := filepath.Join(root, "plate")
	stdout, stderr, code := adlab("fit", filepath.Join(plate, "train"), "--bad",
		filepath.Join(plate, "test", "spot"), "--masks",
		filepath.Join(plate, "ground_truth", "spot"),
		"--far", "0.1", "--out", model, "--profile", "smoke", "--crop", "64")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "NG is a score above ")
	require.Contains(t, stdout, "at most 9.09 % of new normal pictures")
	require.Contains(t, stdout, "of 3 bad 3 found and 0 missed; of 10 good 0 false alarms")
	require.Regexp(t, `(?m)^10 good pictures and 3 bad ones: knn, nothing is trained; about \d+s$`,
		stderr)
	require.FileExists(t, model+".report.html")
	return root, model
}

// TestFitThenPredict says OK of good pictures and NG of bad ones, and writes all that it promises.
func TestFitThenPredict(t *testing.T) {
	root, model := fittedPart(t)
	test, out := filepath.Join(root, "plate", "test"), filepath.Join(t.TempDir(), "out")
	good := filepath.Join(test, "good")
	_, stderr, code := adlab("predict", model, good, "--out", out)
	require.Zero(t, code, stderr)
	stdout, stderr, code := adlab("predict", model, test, "--out", out)
	require.Equal(t, 2, code, "some are NG: %s", stderr)
	require.Equal(t, 3, strings.Count(stdout, "  NG  p="), stdout)
	require.Equal(t, 3, strings.Count(stdout, "  OK  p="))
	for _, name := range []string{"good/000", "spot/000", "spot/002"} {
		for _, kind := range []string{"map.safetensors", "map.png", "mask.png", "overlay.png",
			"view.jpg"} {
			require.FileExists(t, filepath.Join(out, name+"."+kind))
		}
	}
	f, err := os.Open(filepath.Join(out, "results.csv"))
	require.NoError(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 7)
	lines, err := os.ReadFile(filepath.Join(out, "results.jsonl"))
	require.NoError(t, err)
	require.Equal(t, 6, bytes.Count(lines, []byte("\n")))
	require.FileExists(t, filepath.Join(out, "report.html"))

	stdout, _, code = adlab("predict", model, test, "--out", out, "--json", "--scores-only")
	require.Equal(t, 2, code)
	var said struct {
		Model  string
		Images []struct {
			Image, Verdict, Overlay string
			P                       float64
			Regions                 []struct{ X, Y, Width, Height int }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &said))
	require.Len(t, said.Images, 6)
	for _, r := range said.Images {
		require.Empty(t, r.Overlay)
		require.Equal(t, strings.Contains(r.Image, "spot"), r.Verdict == "NG")
		if r.Verdict == "NG" {
			box := r.Regions[0]
			require.True(t, image.Pt(32, 28).In(image.Rect(box.X, box.Y, box.X+box.Width,
				box.Y+box.Height)), "the spot is inside of %v", box)
		}
	}
	_, _, code = adlab("predict", model, test, "--out", out, "--threshold", "1e9")
	require.Zero(t, code, "nothing is above that")
	_, stderr, code = adlab("predict", model, good, "--out", out, "--far", "0.5", "--scores-only")
	require.NotEqual(t, 1, code)
	require.Contains(t, stderr, "at most 45.5 % of new normal pictures")
}

// TestPredictKeepsSizeAndNames: results are in their pictures' size and have names of their own;
// what cannot be read is said in the end, and the others are done.
func TestPredictKeepsSizeAndNames(t *testing.T) {
	_, model := fittedPart(t)
	in, out := filepath.Join(t.TempDir(), "in"), filepath.Join(t.TempDir(), "out")
	require.NoError(t, os.MkdirAll(filepath.Join(in, "sub"), 0o777))
	wide := image.NewGray(image.Rect(0, 0, 90, 40))
	long := strings.Repeat("길", 80)
	for _, name := range []string{"1.png", "1.JPG", "sub/1.png", "m\xb1\xea.png", long + ".png"} {
		writePNG(t, filepath.Join(in, name), wide)
	}
	require.NoError(t, os.WriteFile(filepath.Join(in, "broken.png"), []byte("no"), 0o666))
	require.NoError(t, os.WriteFile(filepath.Join(in, "notes.txt"), []byte("no"), 0o666))
	stdout, stderr, code := adlab("predict", model, in, "--out", out)
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "1 of 6 pictures could not be read, the others are done: ")
	require.Contains(t, stderr, "1 files that are no pictures are left out: 1 .txt")
	require.Contains(t, stdout, `m\xb1\xea.png`)
	for _, name := range []string{"1.png", "1.JPG", "sub/1", "m\xb1\xea"} {
		for _, kind := range []string{".overlay.png", ".map.png", ".mask.png"} {
			f, err := os.Open(filepath.Join(out, name+kind))
			require.NoError(t, err)
			size, _, err := image.DecodeConfig(f)
			require.NoError(t, err)
			require.Equal(t, []int{90, 40}, []int{size.Width, size.Height})
			f.Close()
		}
	}
	found, err := filepath.Glob(filepath.Join(out, "길*.overlay.png"))
	require.NoError(t, err)
	require.Len(t, found, 1)
}

func TestFitAndPredictMistakes(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o666))
	for want, args := range map[string][]string{
		"--out names the file":                   {"fit", dir},
		"--far: expected a rate of false alarms": {"fit", dir, "--out", file, "--far", "2"},
		"--detector: expected knn or inp-former, got dinomaly": {"fit", dir, "--out", file,
			"--detector", "dinomaly"},
		"it is empty":                               {"fit", dir + "/.", "--out", file},
		"expected a folder of good pictures":        {"fit", file, "--out", dir + "/m"},
		"expected pictures or folders behind":       {"predict", file},
		"expected a folder of good pictures, got 0": {"fit"},
	} {
		if want == "it is empty" {
			empty := filepath.Join(t.TempDir(), "empty")
			require.NoError(t, os.Mkdir(empty, 0o777))
			args[1] = empty
		}
		oneLineFailure(t, args, want)
	}
}
