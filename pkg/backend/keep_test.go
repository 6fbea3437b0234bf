package backend

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"adlab/pkg/backend/compiled"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/stretchr/testify/require"
)

// computed runs a program of its own that no other test has, anew, and gives the result with how
// many programs were compiled and loaded for it.
func computed(t *testing.T, size int) (values []float32, fresh, loaded int64) {
	b, err := Open("xla")
	require.NoError(t, err)
	c, l := compiled.Compiled.Load(), compiled.Loaded.Load()
	x := make([]float32, size*size)
	for i := range x {
		x[i] = float32(i%13) / 7
	}
	out, err := CallOnce(b.Backend, func(x *Node) *Node {
		return ReduceSum(Softmax(MatMul(x, x)), 0)
	}, tensors.FromFlatDataAndDimensions(x, size, size))
	require.NoError(t, err)
	return tensors.MustCopyFlatData[float32](out), compiled.Compiled.Load() - c,
		compiled.Loaded.Load() - l
}

// TestAProgramIsCompiledOnce: what is kept is loaded, with the same bits; what is damaged, of
// another processor, or not to be kept is compiled.
func TestAProgramIsCompiledOnce(t *testing.T) {
	if !slices.Contains(Available(), "xla") {
		t.Skip("no plugin")
	}
	t.Setenv(EnvCompiled, "")
	dir := filepath.Join(t.TempDir(), "compiled")
	Keep(dir)
	defer Keep("")
	first, fresh, loaded := computed(t, 37)
	require.Positive(t, fresh)
	require.Zero(t, loaded)
	again, afresh, loaded := computed(t, 37)
	require.Zero(t, afresh)
	require.Equal(t, fresh, loaded)
	require.Equal(t, first, again)
	_, other, _ := computed(t, 38)
	require.Positive(t, other, "another program")

	files, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	whole := map[string][]byte{}
	for _, f := range files {
		whole[f], err = os.ReadFile(f)
		require.NoError(t, err)
	}
	for name, broken := range map[string]func(b []byte) []byte{
		"cut":     func(b []byte) []byte { return b[:len(b)/2] },
		"empty":   func([]byte) []byte { return nil },
		"changed": func(b []byte) []byte { b[len(b)-1]++; return b },
	} {
		for f, b := range whole {
			require.NoError(t, os.WriteFile(f, broken(bytes.Clone(b)), 0o666))
		}
		again, fresh, loaded = computed(t, 37)
		require.Positive(t, fresh, "%s: compiled again", name)
		require.Zero(t, loaded, name)
		require.Equal(t, first, again)
	}
	_, _, loaded = computed(t, 37)
	require.Positive(t, loaded, "and kept again")

	compiled.Keep(dir, "another processor")
	t.Setenv(EnvCompiled, "off")
	again, fresh, loaded = computed(t, 37)
	require.Positive(t, fresh)
	require.Zero(t, loaded)
	require.Equal(t, first, again)
}
