//go:build !js

package backend

import (
	"os"
	"strings"

	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/pjrt"
)

// The settings with which a CUDA plugin multiplies float32 as float32: without them it does so in
// TF32, which is beyond the parity tolerances (figures/parity-cuda.txt). The last gives the same
// bits in every run.
const (
	envTF32, noTF32 = "NVIDIA_TF32_OVERRIDE", "0"
	envFlags        = "XLA_FLAGS"
)

var cudaFlags = []string{"--xla_gpu_enable_triton_gemm=false", "--xla_gpu_deterministic_ops=true"}

// exactCUDA sets them in the environment, from which plugin and libraries read them when they are
// opened, where the plugin may be one for CUDA. What the user has set stays.
func exactCUDA(config string) error {
	if !pjrt.IsCUDAName(config + " " + strings.Join(xla.GetAvailablePlugins(), " ")) {
		return nil
	}
	if _, set := os.LookupEnv(envTF32); !set {
		if err := os.Setenv(envTF32, noTF32); err != nil {
			return err
		}
	}
	return addFlags(cudaFlags)
}
