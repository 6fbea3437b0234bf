package page

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/multiads"
	"adlab/pkg/plot"
	"adlab/pkg/progress"
	"adlab/pkg/try"

	"github.com/stretchr/testify/require"
)

// part writes a striped picture, with a noisy spot where it is bad, as PNG or JPEG.
func part(t *testing.T, path string, seed uint64, bad bool) string {
	rng := rand.New(rand.NewPCG(seed, 1))
	m := image.NewGray(image.Rect(0, 0, 80, 64))
	for i := range m.Pix {
		m.Pix[i] = uint8(100 + 20*(i%8) + rng.IntN(9))
		if y, x := i/80, i%80; bad && y > 20 && y < 40 && x > 24 && x < 50 {
			m.Pix[i] = uint8(rng.IntN(256))
		}
	}
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	f, err := os.Create(path)
	require.NoError(t, err)
	if filepath.Ext(path) == ".jpg" {
		require.NoError(t, jpeg.Encode(f, m, nil))
	} else {
		require.NoError(t, png.Encode(f, m))
	}
	require.NoError(t, f.Close())
	return path
}

// written is a page with a small head, and what it was made of.
type written struct {
	folder, good string
	head, words  string // their files
	env          *experiment.Env
}

// writePage writes a page of one set; module is that of the lab.
func writePage(t *testing.T, module string) written {
	dir := t.TempDir()
	w := written{folder: filepath.Join(dir, "page"), good: filepath.Join(dir, "good")}
	set := Set{Name: "parts", Title: exhibit.Words{EN: "parts", KO: "부품"}, INPs: []int{3},
		By: experiment.Default("folder"), Product: "part", Types: []string{"hole"}}
	set.By.Profile, set.By.Crop, set.By.Steps = "smoke", 64, 3
	for i := range 6 {
		path := part(t, filepath.Join(w.good, fmt.Sprintf("%d.png", i)), uint64(i), false)
		set.Good = append(set.Good, datasets.Sample{ID: path, Path: path})
	}
	bad := part(t, filepath.Join(dir, "bad.png"), 20, true)
	set.Shown = []datasets.Sample{{ID: bad, Path: bad, Label: 1, DefectType: "noisy_spot"}}
	var err error
	w.env, err = experiment.Open("go", filepath.Join(dir, "cache"), progress.New(nil))
	require.NoError(t, err)
	words, err := Words(t.Context(), w.env, "smoke")
	require.NoError(t, err)
	words.Steps, words.Batch = 1, 1
	few := filepath.Join(dir, "few.yaml") // types, so that the test is short
	require.NoError(t, os.WriteFile(few, []byte(`types: {hole: ["a hole in [cls]"]}`), 0o666))
	words = experiment.With(words, func(own *multiads.Settings) { own.KBA = few })
	require.NoError(t, Write(t.Context(), w.env, []Set{set}, words, module, w.folder))
	w.head = filepath.Join(w.folder, Folder, "heads", "parts-3.safetensors")
	w.words = filepath.Join(w.folder, Folder, "heads", "words.safetensors")
	return w
}

func TestThePageIsWhole(t *testing.T) {
	module := t.TempDir()
	for _, name := range []string{"try.wasm.gz", "wasm_exec.js", "NOTICE.txt", weightsFile,
		mergesFile} {
		require.NoError(t, os.WriteFile(filepath.Join(module, name), []byte(name), 0o666))
	}
	w := writePage(t, module)
	b, err := os.ReadFile(filepath.Join(w.folder, Folder, "manifest.json"))
	require.NoError(t, err)
	var m manifest
	require.NoError(t, json.Unmarshal(b, &m))
	require.Equal(t, manifest{Module: len("try.wasm.gz"), Sets: []manifestSet{{Name: "parts",
		Title: exhibit.Words{EN: "parts", KO: "부품"},
		Heads: []manifestHead{{"parts-3", "try/heads/parts-3.safetensors", 3}},
		Samples: []manifestSample{{"try/samples/parts-1.png", exhibit.Words{EN: "noisy spot",
			KO: "불량: noisy spot"}}}, Product: "part", Types: []string{"hole"}}},
		Words: &manifestWords{"try/heads/words.safetensors", "try/pair.safetensors.gz",
			"try/merges.bin", "try/words.texts"}}, m)
	for _, s := range m.Sets {
		for _, file := range []string{s.Heads[0].File, s.Samples[0].File} {
			require.FileExists(t, filepath.Join(w.folder, file))
		}
	}
	html, err := os.ReadFile(filepath.Join(w.folder, Name))
	require.NoError(t, err)
	require.Contains(t, string(html), "default-src 'none'", "it forbids itself other addresses")
	script, err := os.ReadFile(filepath.Join(w.folder, Folder, Inlined))
	require.NoError(t, err)
	script = bytes.TrimSuffix(bytes.TrimPrefix(script, []byte("globalThis.inlined = ")),
		[]byte(";\n"))
	var inlined map[string][]byte
	require.NoError(t, json.Unmarshal(script, &inlined))
	for name, content := range inlined {
		whole, err := os.ReadFile(filepath.Join(w.folder, name))
		require.NoError(t, err)
		require.Equal(t, whole, content)
	}
	require.Len(t, inlined, 6+2+4, "and nothing that the page has by other ways")
	for _, name := range []string{w.head, w.words} {
		model, err := os.ReadFile(name)
		require.NoError(t, err)
		require.NotContains(t, string(model), w.good, "no folder of the machine that made it")
		require.NotContains(t, string(model), datasets.Home())
	}
	err = Write(t.Context(), w.env, nil, experiment.Experiment{}, t.TempDir(), w.folder)
	require.ErrorContains(t, err, "build the module with `bash tools/wasm.sh")
}

// answers are what testdata/node.js writes.
type answers struct {
	Compile, Start float64 // milliseconds
	Asks           []struct {
		Error  string
		MS     float64
		Answer struct {
			try.Seen
			try.Head
		}
		Parts []piece
	}
	Told []string
}

type piece struct {
	Kind                 string
	Index, Width, Height int
	Data                 []byte // of a map
}

// values are a map's.
func (p piece) values(t *testing.T) []float32 {
	out := make([]float32, len(p.Data)/4)
	_, err := binary.Decode(p.Data, binary.LittleEndian, out)
	require.NoError(t, err)
	return out
}

// TestTheTabSaysWhatTheProgramSays runs the module under Node: the same pictures have the same
// scores, maps and thresholds as with the program's Go backend, to 1e-5.
func TestTheTabSaysWhatTheProgramSays(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a module")
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("there is no node: nothing runs the module here but a browser")
	}
	module := t.TempDir()
	out, err := exec.Command("bash", "../../../tools/wasm.sh", module).CombinedOutput()
	require.NoError(t, err, string(out))
	t.Logf("%s", out)
	w := writePage(t, module)

	pictures := []string{part(t, filepath.Join(t.TempDir(), "bad.png"), 30, true),
		part(t, filepath.Join(t.TempDir(), "good.jpg"), 31, false)}
	nothing := filepath.Join(t.TempDir(), "nothing.png")
	require.NoError(t, os.WriteFile(nothing, []byte("not a picture"), 0o666))
	files := map[string]string{"/heads/a": w.head, "/p/0.png": pictures[0], "/p/1.jpg": pictures[1],
		"/p/2.png": nothing, "/heads/words": w.words,
		"/words/pair":          "../../clip/weights/small.safetensors",
		"/words/merges":        "../../clip/bpe_simple_vocab_16e6.txt.gz",
		"/cache/texts/shipped": filepath.Join(w.folder, Folder, "words.texts")}
	good, err := filepath.Glob(filepath.Join(w.good, "*.png"))
	require.NoError(t, err)
	for _, path := range good {
		files["/good/"+filepath.Base(path)] = path
	}
	typed := `{"types": {"dent": ["[cls] with a dent"], "hole": ["a hole in [cls]"]}}`
	type ask map[string]any
	plan, err := json.Marshal(map[string]any{"files": files, "asks": []ask{
		{"op": "model", "name": "a", "path": "/heads/a"},
		{"op": "look", "name": "a", "path": "/p/0.png"},
		{"op": "look", "name": "a", "path": "/p/1.jpg"},
		{"op": "fit", "name": "own", "folder": "/good", "rate": 0.2, "path": "/own"},
		{"op": "look", "name": "own", "path": "/p/0.png"},
		{"op": "look", "name": "own", "path": "/p/1.jpg"},
		{"op": "look", "name": "a", "path": "/p/2.png"},
		{"op": "look", "name": "none", "path": "/p/0.png"},
		{"op": "ship", "path": "/words/pair", "merges": "/words/merges"},
		{"op": "model", "name": "words", "path": "/heads/words"},
		{"op": "look", "name": "words", "path": "/p/0.png", "words": ask{"product": "part"}},
		{"op": "look", "name": "words", "path": "/p/1.jpg", "words": ask{"product": "part"}},
		{"op": "look", "name": "words", "path": "/p/0.png", "words": ask{"product": "part",
			"base": typed}},
		{"op": "look", "name": "words", "path": "/p/0.png", "words": ask{"base": "types: 1"}},
	}})
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "plan.json")
	require.NoError(t, os.WriteFile(file, plan, 0o666))
	cmd := exec.Command(node, "testdata/node.js", filepath.Join(w.folder, Folder), file)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	require.NoError(t, cmd.Run(), stderr.String())
	var got answers
	require.NoError(t, json.Unmarshal(stdout.Bytes(), &got), stdout.String())
	t.Logf("compiled in %.0f ms, started in %.0f ms", got.Compile, got.Start)

	own := filepath.Join(t.TempDir(), "own.model")
	fitted, err := w.env.FitOwn(t.Context(), experiment.Default("folder").By("knn"),
		experiment.Own{Good: w.good, Rate: 0.2}, own)
	require.NoError(t, err)
	require.InDelta(t, fitted.Calibration.Image.Value, *got.Asks[3].Answer.Threshold, 1e-5)
	require.Contains(t, got.Told, "encode")
	for from, model := range map[int]string{1: w.head, 4: own} {
		m, err := w.env.OpenModel(model, "")
		require.NoError(t, err)
		all, err := m.Predict(t.Context(), experiment.Asked{Images: pictures})
		require.NoError(t, err)
		for i, p := range all {
			a := got.Asks[from+i]
			require.Empty(t, a.Error)
			t.Logf("%s %d: %.0f ms, %v", m.Detector.Name(), i, a.MS, a.Answer.Seconds)
			require.InDelta(t, p.Score, a.Answer.Score, 1e-5)
			kinds := map[string]int{}
			for _, x := range a.Parts {
				kinds[x.Kind]++
			}
			require.Equal(t, "map", a.Parts[0].Kind)
			require.InDeltaSlice(t, p.Map, a.Parts[0].values(t), 1e-5)
			want := map[string]int{"map": 1, "picture": 1, "heat": 1, "tokens": 1}
			if model == w.head {
				want["attention"], want["distance"], want["error"] = 3, 1, 2
			}
			require.Equal(t, want, kinds)
		}
	}
	require.ErrorContains(t, fmt.Errorf("%s", got.Asks[6].Error), "expected PNG, JPEG")
	require.Equal(t, `no model "none" is open`, got.Asks[7].Error)
	inWords(t, w, pictures, typed, got)
}

// inWords holds what MultiADS says in the tab against what the program says.
func inWords(t *testing.T, w written, pictures []string, typed string, got answers) {
	m, err := w.env.OpenModel(w.words, "")
	require.NoError(t, err)
	all, err := m.Predict(t.Context(), experiment.Asked{Images: pictures, Category: "part"})
	require.NoError(t, err)
	lab, err := try.Open("go", t.TempDir(), func(string, int, int, string) {})
	require.NoError(t, err)
	_, err = lab.Model("words", w.words)
	require.NoError(t, err)
	seen, err := lab.Look(t.Context(), "words", pictures[0], try.Words{Product: "part",
		Base: typed})
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"dent", "hole"}, []string{seen.Found[0].Type,
		seen.Found[1].Type})
	all = append(all, detector.Prediction{Score: seen.Score, Map: seen.Map})
	taps := got.Asks[9].Answer.Taps
	require.Equal(t, plot.Scale{High: float64(taps)}, got.Asks[9].Answer.Scale)
	for i, p := range all {
		a := got.Asks[10+i]
		require.Empty(t, a.Error)
		t.Logf("multiads %d: %.0f ms, %v", i, a.MS, a.Answer.Seconds)
		require.InDelta(t, p.Score, a.Answer.Score, 1e-5)
		require.InDeltaSlice(t, p.Map, a.Parts[0].values(t), 1e-5)
		require.LessOrEqual(t, slices.Max(p.Map), float32(taps), "the scale holds it")
	}
	require.Contains(t, got.Asks[13].Error, "words")
	require.Empty(t, seen.Unknown)
	seen, err = lab.Look(t.Context(), "words", pictures[0], try.Words{Product: "part",
		Base: `{"types": {"scratch": ["[cls] with 긁힘"]}}`})
	require.NoError(t, err)
	require.Equal(t, []string{"긁힘"}, seen.Unknown)
}
