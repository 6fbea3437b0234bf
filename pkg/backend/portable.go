//go:build !js

package backend

import (
	"os"
	"strings"
)

// The settings with which XLA gives the same bits on every x86-64 processor that has AVX2 and FMA.
// README.md says what each of them decides, and how that was measured.
//
// The limit is AVX, which every such processor is above: only then does LLVM tune for one model,
// Sandy Bridge, everywhere. At AVX2 it tunes an AVX2 processor for its own model, and sums differ.
//
// Threads is the size of XLA's pool whatever the number of cores: long sums of products are cut
// into as many parts as there are threads.
const (
	flagISA     = "--xla_cpu_max_isa"
	flagOptions = "--xla_backend_extra_options"
	exactMath   = "xla_cpu_disable_platform_dependent_math"
	envDNN      = "ONEDNN_MAX_CPU_ISA"
	envThreads  = "NPROC"
	Threads     = "8"
)

var (
	portableFlags = []string{flagISA + "=AVX", flagOptions + "=" + exactMath}
	portableEnv   = [][2]string{{envDNN, "AVX2"}, {envThreads, Threads}}
)

// portable sets them in the environment, from which the plugin reads them when its client is made.
// What the user has set stays.
func portable(config string) error {
	if name, _, _ := strings.Cut(config, ":"); name != "xla" {
		return nil
	}
	for _, v := range portableEnv {
		if _, set := os.LookupEnv(v[0]); !set {
			if err := os.Setenv(v[0], v[1]); err != nil {
				return err
			}
		}
	}
	return addFlags(portableFlags)
}

// addFlags puts flags that are not there yet into $XLA_FLAGS.
func addFlags(add []string) error {
	flags := os.Getenv(envFlags)
	for _, flag := range add {
		if name, _, _ := strings.Cut(flag, "="); !strings.Contains(flags, name) {
			flags = strings.TrimSpace(flags + " " + flag)
		}
	}
	return os.Setenv(envFlags, flags)
}

// flagValue is what $XLA_FLAGS sets a flag to, "" where it does not.
func flagValue(name string) (value string) {
	for _, flag := range strings.Fields(os.Getenv(envFlags)) {
		if n, v, _ := strings.Cut(flag, "="); n == name {
			value = v
		}
	}
	return value
}

// ownFlags are the flags of $XLA_FLAGS beyond those that adlab sets and those that only write files
// for a person.
func ownFlags(set []string) (own []string) {
	ours := " " + strings.Join(set, " ") + " "
	for _, flag := range strings.Fields(os.Getenv(envFlags)) {
		if !strings.Contains(ours, " "+flag+" ") && !strings.HasPrefix(flag, "--xla_dump") {
			own = append(own, flag)
		}
	}
	return own
}
