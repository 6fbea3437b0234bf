package live

import (
	"cmp"
	"context"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"adlab/datasets/synth"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/progress"

	"github.com/stretchr/testify/require"
)

// TestMain generates small benchmarks where the smoke profile looks for them; $ADLAB_PROFILE uses
// what the checkout has.
func TestMain(m *testing.M) {
	if os.Getenv("ADLAB_PROFILE") != "" {
		os.Exit(m.Run())
	}
	dir, err := os.MkdirTemp("", "live")
	if err != nil {
		panic(err)
	}
	// compiling is most of the work here
	os.Setenv("XLA_FLAGS", "--xla_backend_optimization_level=0 "+
		"--xla_llvm_disable_expensive_passes=true")
	os.Setenv("ADLAB_PROFILE", "smoke")
	os.Setenv("ADLAB_DATA", filepath.Join(dir, "data"))
	os.Setenv("ADLAB_CACHE", filepath.Join(dir, "cache"))
	for _, b := range synth.Benchmarks() {
		if b.Name != "mvtec" && b.Name != "visa" {
			continue
		}
		b.Categories = b.Categories[:2]
		if err := synth.Write(context.Background(), b, "smoke", 1,
			filepath.Join(dir, "data", "synth-smoke", b.Name), 0, nil); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	code := m.Run()
	for _, s := range shared {
		s.Close()
	}
	os.RemoveAll(dir)
	os.Exit(code)
}

// shared are the tests' sessions, by name.
var shared = map[string]Session{}

// opened is the tests' session of a playground, opened once.
func opened(t testing.TB, name string) Session {
	if shared[name] == nil {
		shared[name] = anew(t, name)
	}
	return shared[name]
}

// anew opens a playground in $ADLAB_PROFILE.
func anew(t testing.TB, name string) Session {
	r := runner(t, cmp.Or(os.Getenv("ADLAB_PROFILE"), "smoke"))
	s, err := Open(context.Background(), r, name)
	require.NoError(t, err)
	return s
}

// runner is a new one over the tests' cache.
func runner(t testing.TB, profile string) *exhibit.Runner {
	v, err := experiment.Open("", experiment.CacheDir(), progress.New(nil))
	require.NoError(t, err)
	p, err := experiment.ProfileOf(profile)
	require.NoError(t, err)
	return exhibit.NewRunner(v, p)
}

// drawn draws a state until the background has nothing to add.
func drawn(t testing.TB, s Session, state State) Frame {
	for {
		f, err := s.Apply(context.Background(), state)
		require.NoError(t, err)
		if f.Message == "" && !unknown(f) {
			return f
		}
		<-s.Later()
	}
}

func unknown(f Frame) bool {
	for _, n := range f.Numbers {
		if n.Value == Unknown {
			return true
		}
	}
	return false
}

// number is one of a frame's.
func number(t testing.TB, f Frame, name string) string {
	for _, n := range f.Numbers {
		if n.Name == name {
			return n.Value
		}
	}
	t.Fatalf("no number %q in %v", name, f.Numbers)
	return ""
}

// look writes a picture into $ADLAB_LOOK, for a person.
func look(t testing.TB, name string, f Frame) {
	dir := os.Getenv("ADLAB_LOOK")
	if dir == "" {
		return
	}
	file, err := os.Create(filepath.Join(dir, name+".png"))
	require.NoError(t, err)
	require.NoError(t, png.Encode(file, f.Picture()))
	require.NoError(t, file.Close())
	t.Log(f.Numbers, f.Text, f.Message)
}
