package backend

import (
	"os"
	"os/exec"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestKeepsMemory: it is done where C's library is glibc, unless its variables are set.
func TestKeepsMemory(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("it is of glibc")
	}
	const asked = "ADLAB_TEST_KEPT"
	if want := os.Getenv(asked); want != "" {
		require.Equal(t, want == "yes", KeepsMemory())
		return
	}
	for variable, want := range map[string]string{"A=1": "yes", "MALLOC_ARENA_MAX=4": "no",
		"GLIBC_TUNABLES=glibc.malloc.mmap_max=1": "no"} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKeepsMemory$")
		cmd.Env = []string{asked + "=" + want, variable}
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s: %s", variable, out)
	}
}
