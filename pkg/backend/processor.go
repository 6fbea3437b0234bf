//go:build !js

package backend

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"adlab/pkg/backend/compiled"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/support/envutil"
	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/pjrt"
	"golang.org/x/sys/cpu"
)

// Machine is everything outside adlab's code that the bits of a result depend on.
type Machine struct {
	Backend string `json:"backend"` // Name of the backend
	// Instructions is the instruction set that the backend compiles for: "avx", "avx512", ...; with
	// the processor's maker, family and model where more of it shows in the bits; a GPU's model on
	// CUDA.
	Instructions string `json:"instructions"`
	Threads      int    `json:"threads,omitempty"` // XLA's on the CPU; 0 where it does not matter
	// Plugin is the plugin file's SHA-256, cut to 12 hexadecimal digits; "" on the Go backend.
	Plugin string   `json:"plugin,omitempty"`
	Flags  []string `json:"flags,omitempty"` // what the user has set for XLA besides
}

// String is one line, in which no two machines agree that may give other bits.
func (m Machine) String() string {
	parts := []string{m.Backend, m.Instructions}
	if m.Threads > 0 {
		parts = append(parts, fmt.Sprintf("threads=%d", m.Threads))
	}
	if m.Plugin != "" {
		parts = append(parts, "plugin="+m.Plugin)
	}
	return strings.Join(append(parts, m.Flags...), " ")
}

// Bits is Machine in one line: two results of one adlab, seed and data are the same to the last bit
// where it is the same.
func (c *Choice) Bits() string { return c.Machine().String() }

// Bits is the same of a backend: part of every address under which a result is kept.
func Bits(b compute.Backend) string { return (&Choice{Backend: b}).Bits() }

// Machine says what the open backend's bits depend on. The plugin is read once, see pluginDigest.
func (c *Choice) Machine() Machine {
	m := Machine{Backend: c.Short()}
	x, ok := c.Backend.(*xla.Backend)
	if !ok {
		m.Instructions = goInstructions(runtime.Version())
		return m
	}
	m.Plugin = pluginDigest(pluginPath(x.PluginName()))
	if m.Backend != x.Name() {
		m.Instructions = gpu(nvidiaFiles)
		m.Flags = ownFlags(append(slices.Clone(cudaFlags), portableFlags...))
		if v := os.Getenv(envTF32); v != noTF32 {
			m.Flags = append(m.Flags, envTF32+"="+v)
		}
		return m
	}
	m.Instructions, m.Threads = xlaInstructions(level()), xlaThreads()
	m.Flags = ownFlags(portableFlags)
	if v := os.Getenv(envDNN); v != "" && v != portableEnv[0][1] {
		m.Flags = append(m.Flags, envDNN+"="+v)
	}
	return m
}

// levels are the instruction sets of x86-64 by name here and by XLA's name, each with all before.
var levels = [][2]string{{"sse2", "SSE2"}, {"sse4.2", "SSE4_2"}, {"avx", "AVX"}, {"avx2", "AVX2"},
	{"avx512", "AVX512"}}

const avx2 = 3

// level is the place among levels that this processor reaches, -1 where it is no x86-64.
func level() int {
	x := cpu.X86
	switch {
	case runtime.GOARCH != "amd64":
		return -1
	case x.HasAVX512F && x.HasAVX512BW && x.HasAVX512CD && x.HasAVX512DQ && x.HasAVX512VL:
		return avx2 + 1
	case x.HasAVX2 && x.HasFMA:
		return avx2
	case x.HasAVX:
		return avx2 - 1
	case x.HasSSE42:
		return 1
	}
	return 0
}

// xlaInstructions is what XLA compiles for on a processor of that level. The processor is named as
// well where it shows: XLA is not kept below it, so that LLVM tunes for its model; or oneDNN takes
// what it finds; or instructions come in that each maker rounds in his own way.
func xlaInstructions(host int) string {
	if host < 0 {
		return runtime.GOARCH + processor("/proc/cpuinfo")
	}
	limit := slices.IndexFunc(levels, func(l [2]string) bool {
		return l[1] == strings.ToUpper(flagValue(flagISA))
	})
	exact := strings.Contains(flagValue(flagOptions), exactMath)
	switch {
	case limit < 0 || limit >= host:
		return levels[host][0] + processor("/proc/cpuinfo")
	case host < avx2 || !exact || os.Getenv(envDNN) != portableEnv[0][1]:
		return levels[limit][0] + processor("/proc/cpuinfo")
	}
	return levels[limit][0]
}

// xlaThreads is the size of XLA's pool.
func xlaThreads() int {
	if n, err := strconv.Atoi(os.Getenv(envThreads)); err == nil && n > 0 {
		return n
	}
	return runtime.NumCPU()
}

// goInstructions is what the Go backend multiplies matrices with, in a program of that version of
// Go: one that was built with GOEXPERIMENT=simd takes AVX2 or AVX-512 where it is there.
func goInstructions(version string) string {
	allowed := func(name string) bool {
		v, err := strconv.ParseBool(os.Getenv(name))
		return err != nil || v
	}
	host := level()
	switch {
	case host < avx2 || !strings.Contains(version, "simd"):
	case host > avx2 && allowed(envutil.SIMD_AVX512_Env):
		return levels[host][0]
	case allowed(envutil.SIMD_AVX2_Env):
		return levels[avx2][0]
	}
	return runtime.GOARCH
}

// ProcessorName is the processor's model for a person, as Linux tells it; the architecture
// elsewhere.
func ProcessorName() string {
	return cmp.Or(processorValues("/proc/cpuinfo")["model name"], runtime.GOARCH)
}

// processorValues are what Linux tells of the first processor, by name; none elsewhere.
func processorValues(file string) map[string]string {
	raw, _ := os.ReadFile(file) // unreadable: no values in it
	values := map[string]string{}
	for line := range strings.Lines(string(raw)) {
		key, value, _ := strings.Cut(line, ":")
		if key = strings.TrimSpace(key); values[key] == "" {
			values[key] = strings.TrimSpace(value)
		}
	}
	return values
}

// processor is "/maker-family-model" as Linux tells it, "" elsewhere.
func processor(file string) string {
	values := processorValues(file)
	for _, keys := range [][]string{{"vendor_id", "cpu family", "model"},
		{"CPU implementer", "CPU part"}} {
		var found []string
		for _, key := range keys {
			if values[key] != "" {
				found = append(found, values[key])
			}
		}
		if len(found) > 0 {
			return "/" + strings.Join(found, "-")
		}
	}
	return ""
}

// nvidiaFiles are where the driver names its GPUs.
const nvidiaFiles = "/proc/driver/nvidia/gpus/*/information"

// gpu is the model of the first GPU, without spaces.
func gpu(pattern string) string {
	files, _ := filepath.Glob(pattern) // the pattern is a good one
	for _, file := range files {
		raw, _ := os.ReadFile(file) // unreadable: no model in it
		for line := range strings.Lines(string(raw)) {
			if key, value, _ := strings.Cut(line, ":"); key == "Model" {
				return strings.ReplaceAll(strings.TrimSpace(value), " ", "-")
			}
		}
	}
	return "gpu"
}

// pluginPath is the file of a plugin that is named, or given, to XLA.
func pluginPath(name string) string {
	if path := compiled.Path(name); path != "" {
		return path
	}
	if path, known := pjrt.AvailablePlugins()[name]; known {
		return path
	}
	return name
}
