package experiment

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"adlab/datasets/kba"
	"adlab/pkg/backend"
	"adlab/pkg/clip"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/layer"
	"adlab/pkg/progress"
	"adlab/pkg/setting"
	"adlab/pkg/tensorfile"
	"adlab/pkg/vit"

	"github.com/stretchr/testify/require"
)

// encoderFile writes an encoder of the kind that a method looks through, drawn with a seed.
func encoderFile(t *testing.T, m detector.Method, seed uint64, path string) {
	var arrays map[string]layer.Array
	metadata := map[string]string{}
	if m.Sees == detector.Pair {
		pair, err := clip.Random(clip.Small, seed)
		require.NoError(t, err)
		arrays, err = layer.Get(pair.Store(), "")
		require.NoError(t, err)
		metadata = clip.Options{Image: clip.Small.Grid * clip.Small.Patch, Taps: clip.Small.Taps,
			VisionHeads: clip.Small.Vision.Heads, TextHeads: clip.Small.Text.Heads}.Metadata()
	} else {
		e, err := vit.RandomTiny(vit.Options{}, seed)
		require.NoError(t, err)
		arrays, err = layer.Get(e.Store(), "")
		require.NoError(t, err)
	}
	require.NoError(t, tensorfile.Write(path, layer.Tensors(arrays), metadata))
}

// anywhere is an environment on a backend with an empty cache.
func anywhere(t *testing.T, name string) *Env {
	v, err := Open(name, t.TempDir(), progress.New(nil))
	require.NoError(t, err)
	return v
}

// scoresOf are the model's on pictures.
func scoresOf(t *testing.T, m *Model, images []string, category string) (out []float64) {
	predictions, err := m.Predict(t.Context(), Asked{Images: images, Category: category})
	require.NoError(t, err)
	for _, p := range predictions {
		out = append(out, p.Score)
	}
	return out
}

// TestEveryModelIsWhole trains each method that trains on an encoder from a file and with files of
// words, and then takes all of them away or changes them: the model says the same, or what it
// needs.
func TestEveryModelIsWhole(t *testing.T) {
	for _, m := range Methods() {
		if !m.Trains {
			continue
		}
		t.Run(m.Name, func(t *testing.T) {
			v, dir, home := anywhere(t, "go"), t.TempDir(), t.TempDir()
			at := func(name string) string { return filepath.Join(dir, name) }
			e := smokeOf(t, v, m)
			e.Crop, e.Encoder, e.Steps = 0, at("weights.safetensors"), 1
			if m.Sees == detector.Tokens {
				e.Crop = 48
			}
			encoderFile(t, m, 3, e.Encoder)
			var err error
			write := func(setting, name, text string) {
				require.NoError(t, os.WriteFile(at(name), []byte(text), 0o666))
				if setting == "" {
					return
				}
				if changed, err := e.Set(setting, at(name)); err == nil {
					e = changed
				}
			}
			base, err := kba.Open("visa")
			require.NoError(t, err)
			base, err = base.Keep(base.Names()[:2]...) // a text tower takes its time
			require.NoError(t, err)
			yaml, err := base.YAML()
			require.NoError(t, err)
			write("KBA", "mine.yaml", yaml)
			write("Extend", "more.yaml", "types:\n  rust: [\"[cls] with rust\"]\n")
			write("Sentences", "words.yaml", "normal: [\"[cls]\"]\ntemplates: [\"my [state].\"]\n")
			require.NoError(t, e.Validate())
			set, err := e.Open()
			require.NoError(t, err)
			c := set.Categories[0]
			images := []string{c.Test[len(c.Test)-1].Path}
			_, err = v.Train(t.Context(), e, at("m.safetensors"))
			require.NoError(t, err)
			first, err := v.OpenModel(at("m.safetensors"), "")
			require.NoError(t, err)
			want := scoresOf(t, first, images, c.Name)

			// words changed, then gone; both files in another folder
			write("", "mine.yaml", strings.ReplaceAll(yaml, "with", "without"))
			cache := ""
			opens := func(model, encoder string) *Model {
				t.Helper()
				v := anywhere(t, "go")
				read, err := v.OpenModel(model, encoder)
				require.NoError(t, err)
				cache = v.Cache
				require.Equal(t, first.Encoder.Digest(), read.Encoder.Digest())
				return read
			}
			same := func(model, encoder string) { // predicting takes longest
				t.Helper()
				read := opens(model, encoder)
				require.Equal(t, want, scoresOf(t, read, images, c.Name))
				require.NoDirExists(t, filepath.Join(cache, "features"), "nothing was kept")
			}
			same(at("m.safetensors"), "")
			for _, name := range []string{"mine.yaml", "more.yaml", "words.yaml"} {
				require.NoError(t, os.Remove(at(name)))
			}
			move := func(from, to string) {
				require.NoError(t, os.MkdirAll(filepath.Dir(to), 0o777))
				require.NoError(t, os.Rename(from, to))
			}
			there := filepath.Join(dir, "there", "m.safetensors")
			move(at("m.safetensors"), there)
			opens(there, "")
			move(at("weights.safetensors"), filepath.Join(dir, "there", "weights.safetensors"))
			opens(there, "")
			move(filepath.Join(dir, "there", "weights.safetensors"),
				filepath.Join(dir, "there", "renamed.safetensors"))
			opens(there, "")
			t.Setenv("ADLAB_DATA", home)
			known := filepath.Join(encoder.Dir(), "weights.safetensors")
			move(filepath.Join(dir, "there", "renamed.safetensors"), known)
			opens(there, "")
			elsewhere := filepath.Join(dir, "elsewhere.safetensors")
			move(known, elsewhere)
			same(there, elsewhere)
			opens(there, dir)

			// another encoder, by name and at its place
			other := filepath.Join(dir, "other.safetensors")
			encoderFile(t, m, 4, other)
			_, err = v.OpenModel(there, other)
			refused(t, err, there, first.Encoder.Digest()[:16], other)
			move(other, at("weights.safetensors"))
			_, err = v.OpenModel(there, "")
			refused(t, err, there, first.Encoder.Digest()[:16], at("weights.safetensors"))
			require.NoError(t, os.Remove(at("weights.safetensors")))
			_, err = v.OpenModel(there, "")
			refused(t, err, there, "not at that place", encoder.Dir())
			_, err = v.OpenModel(there, at("gone"))
			refused(t, err, "no file", at("gone"))
		})
	}
}

// refused is an error in one line about the encoder.
func refused(t *testing.T, err error, words ...string) {
	t.Helper()
	var wrong *setting.Error
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, "Encoder", wrong.Name)
	require.NotContains(t, err.Error(), "\n")
	for _, w := range words {
		require.ErrorContains(t, err, w)
	}
}

// TestEncodersAsPeopleHaveThem opens one encoder as a file below a prefix, as a folder and in
// shards: the same digest, so the same numbers.
func TestEncodersAsPeopleHaveThem(t *testing.T) {
	for _, name := range []string{"inp-former", "multiads"} {
		m, err := MethodOf(name)
		require.NoError(t, err)
		v, dir, source := anywhere(t, "go"), t.TempDir(), filepath.Join(t.TempDir(), "x")
		encoderFile(t, m, 5, source)
		f, err := tensorfile.Open(source)
		require.NoError(t, err)
		defer f.Close()
		all := map[string]tensorfile.Tensor{}
		for _, tensor := range f.Names() {
			all["model.module."+tensor], err = f.Tensor(tensor)
			require.NoError(t, err)
		}
		file := filepath.Join(dir, "model.safetensors")
		require.NoError(t, tensorfile.Write(file, all, f.Metadata()))
		e := smokeOf(t, v, m)
		e.Crop = 112
		digest := func(path string) string {
			e.Encoder = path
			require.NoError(t, e.Validate())
			enc, err := v.NewEncoder(e)
			require.NoError(t, err, path)
			return enc.Digest()
		}
		want := digest(source)
		require.Equal(t, want, digest(file))
		require.Equal(t, want, digest(dir))
		require.NoError(t, os.Rename(file, filepath.Join(dir, "model-1.safetensors")))
		index := map[string]any{"weight_map": map[string]string{}}
		for tensor := range all {
			index["weight_map"].(map[string]string)[tensor] = "model-1.safetensors"
		}
		b, err := json.Marshal(index)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file+".index.json", b, 0o666))
		require.Equal(t, want, digest(file+".index.json"))
		require.Equal(t, want, digest(dir))
	}
}

// TestDrawnEncodersMoveToAnotherBackend has an encoder whose statistics each backend computes a
// little differently: it is in the model.
func TestDrawnEncodersMoveToAnotherBackend(t *testing.T) {
	names := backend.Available()
	m, err := MethodOf("inp-former")
	require.NoError(t, err)
	v := anywhere(t, names[0])
	e := smokeOf(t, v, m)
	e.Encoder = "random"
	path := filepath.Join(t.TempDir(), "m.safetensors")
	_, err = v.Train(t.Context(), e, path)
	require.NoError(t, err)
	set, err := e.Open()
	require.NoError(t, err)
	images := []string{set.Categories[0].Test[0].Path}
	var want []float64
	for i, name := range names {
		read, err := anywhere(t, name).OpenModel(path, "")
		require.NoError(t, err)
		got := scoresOf(t, read, images, "x")
		if i == 0 {
			want = got
		}
		require.InDelta(t, want[0], got[0], 1e-4)
	}
}

// TestModelFilesOfOtherVersions opens one without texts, and says what to do about the rest.
func TestModelFilesOfOtherVersions(t *testing.T) {
	r := record{Experiment: Default("visa").By("multiads"), Texts: detector.Texts{"kba x": "y"},
		Encoder: "d"}
	made, err := r.metadata()
	require.NoError(t, err)
	got, err := readRecord("m", made)
	require.NoError(t, err)
	require.Equal(t, r.Texts, got.Texts)
	made["format"] = olderVersion
	delete(made, "texts")
	got, err = readRecord("m", made)
	require.NoError(t, err)
	require.Nil(t, got.Texts)
	for format, want := range map[string]string{"adlab model 1": "train it again",
		"adlab model 9": "a later adlab", "": "expected a model that `adlab train` wrote"} {
		made["format"] = format
		_, err = readRecord("m", made)
		require.ErrorContains(t, err, want)
	}
}
