package backend

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// unset takes variables out of the environment for the rest of the test.
func unset(t *testing.T, names ...string) {
	for _, name := range names {
		t.Setenv(name, "") // so that the test puts it back
		require.NoError(t, os.Unsetenv(name))
	}
}

func TestPortableLeavesWhatTheUserHasSet(t *testing.T) {
	unset(t, envDNN, envThreads, envFlags)
	require.NoError(t, portable("go:ops_sequential"))
	require.Empty(t, os.Getenv(envDNN)+os.Getenv(envThreads)+os.Getenv(envFlags))

	require.NoError(t, portable("xla:/plugins/cpu.so"))
	require.Equal(t, []string{"AVX2", "8",
		"--xla_cpu_max_isa=AVX --xla_backend_extra_options=" +
			"xla_cpu_disable_platform_dependent_math"},
		[]string{os.Getenv(envDNN), os.Getenv(envThreads), os.Getenv(envFlags)})
	require.NoError(t, portable("xla")) // again: nothing twice
	require.Len(t, os.Getenv(envFlags), len(portableFlags[0])+1+len(portableFlags[1]))

	t.Setenv(envDNN, "ALL")
	t.Setenv(envThreads, "3")
	t.Setenv(envFlags, "--xla_cpu_max_isa=AVX512 --xla_dump_to=here")
	require.NoError(t, portable("xla"))
	require.Equal(t, []string{"ALL", "3", "AVX512"},
		[]string{os.Getenv(envDNN), os.Getenv(envThreads), flagValue(flagISA)})
	require.Equal(t, []string{"--xla_cpu_max_isa=AVX512"}, ownFlags(portableFlags))
}
