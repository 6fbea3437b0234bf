package verify

import (
	stdmaps "maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"adlab/pkg/tensorfile"

	"github.com/stretchr/testify/require"
)

// ofFiles are the groups that a folder's files decide alone, without a graph: those that are
// fuzzed.
var ofFiles = []struct {
	group
	folder string
	files  []string // in JSON
}{
	{group{"preprocess", preprocess}, "inpformer", []string{"preprocess"}},
	{group{"metrics", metrics}, "inpformer", []string{"metrics"}},
	{group{"schedule", schedule}, "inpformer", []string{"schedule", "train"}},
	{group{"tokenizer", tokenizer}, "multiads", []string{"tokenizer", "prompts"}},
	{group{"clipPreprocess", clipPreprocess}, "multiads", []string{"preprocess"}},
}

// FuzzFolder fuzzes the JSON and the tensors of a folder of reference outputs: a group passes or
// fails with a reason in one line.
func FuzzFolder(f *testing.F) {
	dirs := make([]string, len(ofFiles))
	for i, g := range ofFiles {
		dirs[i] = filepath.Join(f.TempDir(), g.name)
		require.NoError(f, os.MkdirAll(dirs[i], 0o777))
		from := filepath.Join("..", "..", "testdata", g.folder)
		pictures, err := filepath.Glob(filepath.Join(from, "*.png"))
		require.NoError(f, err)
		for _, file := range g.files {
			pictures = append(pictures, filepath.Join(from, file+".json"))
		}
		for _, path := range pictures {
			b, err := os.ReadFile(path)
			require.NoError(f, err)
			require.NoError(f, os.WriteFile(filepath.Join(dirs[i], filepath.Base(path)), b, 0o666))
		}
		b, err := os.ReadFile(filepath.Join(from, g.files[0]+".json"))
		require.NoError(f, err)
		f.Add(uint8(i), b, few(f, filepath.Join(from, g.files[0]+".safetensors")))
	}
	f.Fuzz(func(t *testing.T, which uint8, text, tensors []byte) {
		g, dir := ofFiles[int(which)%len(ofFiles)], dirs[int(which)%len(ofFiles)]
		name := filepath.Join(dir, g.files[0])
		require.NoError(t, os.WriteFile(name+".json", text, 0o666))
		require.NoError(t, os.WriteFile(name+".safetensors", tensors, 0o666))
		r := runGroup(g.group, &checker{dir: dir, files: map[string]*tensorfile.File{}})
		require.Equal(t, g.name, r.Name)
		require.NotContains(t, r.Why, "\n")
		if !r.Pass {
			require.NotEmpty(t, r.Why)
		}
	})
}

// few is a safetensors file with the small tensors of another, so that much of it is worth
// changing; a file that is not there gives one without tensors.
func few(f *testing.F, path string) []byte {
	small := map[string]tensorfile.Tensor{}
	if x, err := tensorfile.Open(path); err == nil {
		for _, name := range x.Names() {
			t, err := x.Tensor(name)
			require.NoError(f, err)
			if len(t.Data) < 4096 {
				small[name] = t
			}
		}
		defer x.Close()
	}
	out := filepath.Join(f.TempDir(), "few")
	require.NoError(f, tensorfile.Write(out, small, nil))
	b, err := os.ReadFile(out)
	require.NoError(f, err)
	return b
}

// TestAFolderMayNotLeadOutOfItself, nor take memory by what its texts say.
func TestAFolderMayNotLeadOutOfItself(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(filepath.Dir(dir), "outside.png")
	b, err := os.ReadFile(filepath.Join("..", "..", "testdata", "inpformer", "img_gray.png"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(outside, b, 0o666))
	defer os.Remove(outside)
	const same = `"mean": [0, 0, 0], "std": [1, 1, 1]`
	texts := map[string]string{
		`{"crop": 8, "resize": 8, "files": {"../outside": {}}, ` + same + `}`: `outside.png": ` +
			`expected the name of a file in the folder`,
		`{"crop": 1000000, "resize": 1000000, "files": {"a": {}}, ` + same + `}`: "resize " +
			"1000000 makes pictures of more than 64 megapixels",
		`{"crop": -8, "resize": 8, "files": {"a": {}}, ` + same + `}`: "expected at least 1 pixel",
	}
	require.NoError(t, tensorfile.Write(filepath.Join(dir, "preprocess.safetensors"), nil, nil))
	for _, text := range slices.Sorted(stdmaps.Keys(texts)) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "preprocess.json"), []byte(text), 0o666))
		results, err := Folder(nil, dir, nil)
		require.NoError(t, err)
		i := slices.IndexFunc(results, func(r Result) bool { return r.Name == "preprocess" })
		require.False(t, results[i].Pass)
		require.Contains(t, results[i].Why, texts[text])
	}
}
