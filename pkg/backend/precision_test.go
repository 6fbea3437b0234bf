package backend

import (
	"os"
	"strings"
	"testing"

	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/pjrt"
	"github.com/stretchr/testify/require"
)

func TestCUDAIsExactUnlessToldOtherwise(t *testing.T) {
	set := func(tf32, flags string) {
		t.Setenv(envTF32, tf32) // so that the test puts it back
		t.Setenv(envFlags, flags)
		if tf32 == "" {
			require.NoError(t, os.Unsetenv(envTF32))
		}
	}
	if !pjrt.IsCUDAName(strings.Join(xla.GetAvailablePlugins(), " ")) {
		set("", "--xla_dump_to=here")
		require.NoError(t, exactCUDA("xla:cpu"))
		require.Equal(t, []string{"", "--xla_dump_to=here"},
			[]string{os.Getenv(envTF32), os.Getenv(envFlags)})
	}
	require.NoError(t, exactCUDA("xla:/plugins/xla_cuda_plugin.so"))
	require.Equal(t, []string{"0", "--xla_dump_to=here --xla_gpu_enable_triton_gemm=false " +
		"--xla_gpu_deterministic_ops=true"}, []string{os.Getenv(envTF32), os.Getenv(envFlags)})
	const own = "--xla_gpu_enable_triton_gemm=true --xla_gpu_deterministic_ops=false"
	set("1", own)
	require.NoError(t, exactCUDA("xla:cuda"))
	require.Equal(t, []string{"1", own}, []string{os.Getenv(envTF32), os.Getenv(envFlags)})
}
