package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCUDASaysAllThatIsMissing: a GPU, the plugin, a library; and nothing where all is there.
func TestCUDASaysAllThatIsMissing(t *testing.T) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		_, missing := lookForCUDA(nil, nil)
		require.Len(t, missing, 1)
		return
	}
	empty, full := t.TempDir(), t.TempDir()
	touch := func(parts ...string) {
		path := filepath.Join(append([]string{full}, parts...)...)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, nil, 0o666))
	}
	devices := []string{filepath.Join(full, "dev", "nvidia[0-9]*")}

	_, missing := lookForCUDA([]string{empty}, devices)
	require.Len(t, missing, 2)
	require.Contains(t, missing[0], "an NVIDIA GPU with its driver")
	require.Contains(t, missing[1], "`make setup-cuda` fetches them; looked for in "+empty)

	touch(cudaPlugin)
	touch("nvidia", "cu13", "lib", "libcudart.so.13")
	touch("nvidia", "cu13", "lib", "libcublas.so.13")
	plugin, missing := lookForCUDA([]string{empty, full}, devices)
	require.Equal(t, filepath.Join(full, cudaPlugin), plugin)
	require.Len(t, missing, 2)
	require.Contains(t, missing[1], "NVIDIA's libcudnn.so in "+full)

	touch("nvidia", "cudnn", "lib", "libcudnn.so.9")
	touch("dev", "nvidia0")
	_, missing = lookForCUDA([]string{empty, full}, devices)
	require.Empty(t, missing)
}

// TestCUDAByName: asked for by flag or by environment, the answer is one line.
func TestCUDAByName(t *testing.T) {
	t.Setenv(envCUDA, t.TempDir())
	oneLineFailure(t, []string{"backends", "--backend", "cuda"}, "--backend: cuda needs ",
		"make setup-cuda", "xla runs on the CPU")
	oneLineFailure(t, []string{"verify", "x", "--backend", "cuda"}, "--backend: cuda needs ")
	t.Setenv("GOMLX_BACKEND", "cuda")
	oneLineFailure(t, []string{"backends", "--backend", ""}, "GOMLX_BACKEND: cuda needs ")
	out, stderr, code := adlab("backends") // on the Go backend
	require.Zero(t, code, stderr)
	require.Contains(t, out, "cuda: needs ")
	require.Equal(t, 1, strings.Count(out, "cuda: "))
}
