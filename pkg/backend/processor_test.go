package backend

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/gomlx/compute/support/envutil"
	"github.com/stretchr/testify/require"
)

func TestBitsNamesWhatDecides(t *testing.T) {
	patterns := map[string]string{Go: `^go \w+$`,
		"xla":      `^xla [\w./-]+ threads=\d+ plugin=[0-9a-f]{12}( --?[\w=.-]+| \w+=\w*)*$`,
		"xla-cuda": `^xla-cuda \S+ plugin=[0-9a-f]{12}`}
	for _, name := range Available() {
		b, err := Open(name)
		require.NoError(t, err)
		require.Regexp(t, regexp.MustCompile(patterns[b.Short()]), b.Bits())
		require.Equal(t, b.Machine().String(), b.Bits())
	}
}

// TestInstructionsOfXLA: what is pinned has one name on every processor that reaches it, and what
// is not names the processor.
func TestInstructionsOfXLA(t *testing.T) {
	t.Setenv(envDNN, "AVX2")
	for _, c := range []struct {
		flags string
		host  int
		want  string // and whether the processor stands behind it
		named bool
	}{
		{strings.Join(portableFlags, " "), avx2, "avx", false},
		{strings.Join(portableFlags, " "), avx2 + 1, "avx", false},
		{strings.Join(portableFlags, " "), avx2 - 1, "avx", true},
		{"--xla_cpu_max_isa=AVX2 " + portableFlags[1], avx2, "avx2", true},
		{"--xla_cpu_max_isa=AVX2 " + portableFlags[1], avx2 + 1, "avx2", false},
		{"--xla_cpu_max_isa=AVX512 " + portableFlags[1], avx2 + 1, "avx512", true},
		{"--xla_cpu_max_isa=avx", avx2 + 1, "avx", true},
		{"", 1, "sse4.2", true},
		{"", -1, runtime.GOARCH, true},
	} {
		t.Setenv(envFlags, c.flags)
		if c.named {
			c.want += processor("/proc/cpuinfo")
		}
		require.Equal(t, c.want, xlaInstructions(c.host), c.flags)
	}
	t.Setenv(envFlags, strings.Join(portableFlags, " "))
	t.Setenv(envDNN, "ALL")
	require.Equal(t, "avx"+processor("/proc/cpuinfo"), xlaInstructions(avx2+1))
}

func TestInstructionsOfGo(t *testing.T) {
	unset(t, envutil.SIMD_AVX512_Env, envutil.SIMD_AVX2_Env)
	require.Equal(t, runtime.GOARCH, goInstructions("go1.26.5"))
	host, want := level(), runtime.GOARCH
	if host >= avx2 {
		want = levels[host][0]
	}
	require.Equal(t, want, goInstructions("go1.26.5 X:simd"))
	t.Setenv(envutil.SIMD_AVX512_Env, "false")
	if host >= avx2 {
		want = "avx2"
	}
	require.Equal(t, want, goInstructions("go1.26.5 X:simd"))
	t.Setenv(envutil.SIMD_AVX2_Env, "0")
	require.Equal(t, runtime.GOARCH, goInstructions("go1.26.5 X:simd"))
}

func TestThreadsOfXLA(t *testing.T) {
	for text, want := range map[string]int{"8": 8, "": runtime.NumCPU(), "-1": runtime.NumCPU(),
		"two": runtime.NumCPU()} {
		t.Setenv(envThreads, text)
		require.Equal(t, want, xlaThreads(), text)
	}
}

func TestMachineIsOneLine(t *testing.T) {
	m := Machine{Backend: "xla", Instructions: "avx", Threads: 8, Plugin: "0123456789ab",
		Flags: []string{"--xla_backend_optimization_level=0"}}
	require.Equal(t, "xla avx threads=8 plugin=0123456789ab --xla_backend_optimization_level=0",
		m.String())
	require.Equal(t, "go avx512", Machine{Backend: Go, Instructions: "avx512"}.String())
}

func TestProcessorAndGPU(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cpuinfo")
	for text, want := range map[string]string{
		"processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 1\n" +
			"model name\t: x\n\nprocessor\t: 1\nmodel\t\t: 2\n": "/AuthenticAMD-25-1",
		"processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n": "/0x41-0xd0c",
		"nothing": "",
	} {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		require.Equal(t, want, processor(file))
	}
	require.Empty(t, processor(file+".none"))
	require.NotEmpty(t, ProcessorName())
	require.NoError(t, os.WriteFile(file, []byte("processor : 0\nmodel name\t: Fast 1\n"), 0o600))
	require.Equal(t, "Fast 1", processorValues(file)["model name"])
	require.NoError(t, os.WriteFile(file, []byte("Model: \t NVIDIA A100 80GB\nIRQ: 3\n"), 0o600))
	require.Equal(t, "NVIDIA-A100-80GB", gpu(file))
	require.Equal(t, "gpu", gpu(file+"*.none"))
}
