package verify

import (
	"os"
	"path/filepath"
	"testing"

	"adlab/pkg/backend"

	"github.com/stretchr/testify/require"
)

// TestReferences holds every group against the references, on every backend that is here.
func TestReferences(t *testing.T) {
	for _, name := range backend.Available() {
		for _, folder := range []string{"inpformer", "convnet", "multiads", "dinov2", "dinov3",
			"sentence"} {
			t.Run(name+"/"+folder, func(t *testing.T) {
				b, err := backend.Open(name)
				require.NoError(t, err)
				results, err := Folder(b.Backend, filepath.Join("..", "..", "testdata", folder),
					nil)
				require.NoError(t, err)
				for _, r := range results {
					t.Logf("%-16s %.2g of %.2g  %s", r.Name, r.MaxError, r.Tolerance, r.Why)
					if !r.Pass {
						t.Errorf("%s: error %g, tolerance %g: %s", r.Name, r.MaxError, r.Tolerance,
							r.Why)
					}
				}
			})
		}
	}
}

// TestMissingFileFails gives a folder in which every group lacks something.
func TestMissingFileFails(t *testing.T) {
	b, err := backend.Open("go")
	require.NoError(t, err)
	dir := t.TempDir()
	for _, name := range []string{"forward.json", "schedule.json"} {
		data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "inpformer", name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o666))
	}
	results, err := Folder(b.Backend, dir, nil)
	require.NoError(t, err)
	require.Len(t, results, len(inpFormerGroups))
	require.False(t, Pass(results))
	for _, r := range results {
		require.False(t, r.Pass, r.Name)
		require.Contains(t, r.Why, "missing file", r.Name)
	}
}

func TestNoFolder(t *testing.T) {
	b, err := backend.Open("go")
	require.NoError(t, err)
	_, err = Folder(b.Backend, filepath.Join(t.TempDir(), "none"), nil)
	require.ErrorContains(t, err, "no folder")
	_, err = Folder(b.Backend, t.TempDir(), nil)
	require.ErrorContains(t, err, "no reference outputs")
}

func TestLocalColumns(t *testing.T) {
	require.Equal(t, []uint8{0, 2, 0, 1}, localColumns([]string{"normal", "a", "b", "c"},
		[]string{"good", "c", "a"}))
}
