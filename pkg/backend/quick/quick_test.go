package quick

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheUsersFlagsStay(t *testing.T) {
	t.Setenv(env, "--xla_dump_to=here") // so that the test puts it back
	set()
	require.Equal(t, "--xla_dump_to=here", os.Getenv(env))
	require.NoError(t, os.Unsetenv(env))
	set()
	require.Equal(t, flags, os.Getenv(env))
}

func TestNothingButTestsImportsIt(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", "{{.ImportPath}} {{.Imports}}",
		"adlab/...").Output()
	require.NoError(t, err)
	require.Contains(t, string(out), "adlab/pkg/backend ")
	for line := range strings.Lines(string(out)) {
		require.NotContains(t, line[strings.Index(line, " "):], "adlab/pkg/backend/quick")
	}
}
