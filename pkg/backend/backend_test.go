package backend

import (
	"os"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/stretchr/testify/require"
)

func TestEveryAvailableBackendComputes(t *testing.T) {
	// the last where a plugin for CUDA is found
	names := map[string][]string{"go": {Go}, "xla": {"xla", "xla-cuda"}}
	for _, name := range Available() {
		t.Run(name, func(t *testing.T) {
			b, err := Open(name)
			require.NoError(t, err)
			require.Contains(t, names[name], b.Short())
			require.Empty(t, b.Notice)
			got, err := graph.CallOnce(b.Backend, func(x *graph.Node) *graph.Node {
				return graph.MulScalar(x, 3)
			}, []float32{1, 2})
			require.NoError(t, err)
			require.Equal(t, []float32{3, 6}, got.Value())
		})
	}
}

func TestOpenHonoursTheEnvironment(t *testing.T) {
	t.Setenv("GOMLX_BACKEND", "go")
	b, err := Open("")
	require.NoError(t, err)
	require.Equal(t, "go", b.Short())
}

func TestUnknownBackendIsOneLine(t *testing.T) {
	_, err := Open("abacus")
	require.ErrorContains(t, err, `backend "abacus"`)
	require.NotContains(t, err.Error(), "\n")
}

func TestWithoutPluginFallsBackWithOneLine(t *testing.T) {
	t.Setenv("GOMLX_BACKEND", "")
	t.Setenv(EnvPlugins, t.TempDir())
	b, err := Open("")
	require.NoError(t, err)
	if b.Short() == "go" {
		require.True(t, strings.HasPrefix(b.Notice, Notice))
		require.NotContains(t, b.Notice, "\n")
	}
}

// TestNativeSetsNothing: its line names the processor, unless the user's own settings pin it.
func TestNativeSetsNothing(t *testing.T) {
	if !hasPlugin() {
		t.Skip("no plugin")
	}
	unset(t, envDNN, envThreads, envFlags)
	b, err := Open(Native)
	require.NoError(t, err)
	require.Empty(t, os.Getenv(envDNN)+os.Getenv(envThreads)+flagValue(flagISA))
	if b.Short() == "xla" {
		require.Contains(t, b.Bits(), processor("/proc/cpuinfo"))
	}
}
