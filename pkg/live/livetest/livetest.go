// Package livetest is the world in which playgrounds are tested, and what their tests share.
package livetest

import (
	"cmp"
	"context"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"adlab/datasets/synth"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/live"
	"adlab/pkg/progress"

	"github.com/stretchr/testify/require"
)

// Main generates small benchmarks where the smoke profile looks for them, runs a package's tests,
// closes what they share and ends the process; $ADLAB_PROFILE uses what the checkout has.
func Main(m *testing.M, end func()) {
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
	end()
	os.RemoveAll(dir)
	os.Exit(code)
}

// Runner is a new one over the tests' cache, in $ADLAB_PROFILE or smoke.
func Runner(t testing.TB) *exhibit.Runner {
	v, err := experiment.Open("", experiment.CacheDir(), progress.New(nil))
	require.NoError(t, err)
	p, err := experiment.ProfileOf(cmp.Or(os.Getenv("ADLAB_PROFILE"), "smoke"))
	require.NoError(t, err)
	return exhibit.NewRunner(v, p)
}

// Shared is a session that is opened once for all tests of a package.
type Shared[S any, P live.Session[S]] struct {
	Open    func(context.Context, *exhibit.Runner) (P, error)
	session P
	opened  bool
}

// Get is the session.
func (s *Shared[S, P]) Get(t testing.TB) P {
	if !s.opened {
		s.session, s.opened = s.New(t), true
	}
	return s.session
}

// New is another one.
func (s *Shared[S, P]) New(t testing.TB) P {
	session, err := s.Open(context.Background(), Runner(t))
	require.NoError(t, err)
	return session
}

// Close ends the session.
func (s *Shared[S, P]) Close() {
	if s.opened {
		s.session.Close()
	}
}

// Drawn draws a state until the background has nothing to add.
func Drawn[S any](t testing.TB, s live.Session[S], state S) live.Frame {
	f, err := live.Settled(context.Background(), s, state)
	require.NoError(t, err)
	return f
}

// SameStateSameBytes draws a state, another one, and the first again, in this session and in a new
// one, and sees the same bytes.
func SameStateSameBytes[S any](t *testing.T, s, again live.Session[S], state, other S) {
	first := Drawn(t, s, state)
	Drawn(t, s, other)
	for _, f := range []live.Frame{Drawn(t, s, state), Drawn(t, again, state)} {
		require.Equal(t, Encoded(t, first), Encoded(t, f))
		require.Equal(t, first.Numbers, f.Numbers)
	}
	Look(t, s.Name(), first)
}

// LeadsBack reaches a state again by its address.
func LeadsBack[S any](t testing.TB, s live.Session[S], state S) {
	address := live.Address(s, state)
	t.Log(address)
	again, err := live.Follow(s, address)
	require.NoError(t, err)
	require.Equal(t, state, again)
}

// Encoded are a picture's bytes.
func Encoded(t testing.TB, f live.Frame) []byte {
	b, err := live.FastPNG(f.Picture())
	require.NoError(t, err)
	return b
}

// Number is one of a frame's.
func Number(t testing.TB, f live.Frame, name string) string {
	for _, n := range f.Numbers {
		if n.Name == name {
			return n.Value
		}
	}
	t.Fatalf("no number %q in %v", name, f.Numbers)
	return ""
}

// Look writes a picture into $ADLAB_LOOK, for a person.
func Look(t testing.TB, name string, f live.Frame) {
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

// Moves times a move from the changed state to the encoded picture, and reports the 95 % point. In
// $ADLAB_PROFILE=tiny it is what a presenter waits for, but for the way to the browser.
func Moves[S any](b *testing.B, name string, s live.Session[S], move func(i int) S) {
	b.Run(name, func(b *testing.B) {
		var took []time.Duration
		before, err := s.Apply(context.Background(), move(0))
		require.NoError(b, err)
		for i := 0; b.Loop(); i++ {
			at := time.Now()
			f, err := s.Apply(context.Background(), move(i))
			require.NoError(b, err)
			for k, row := range f.Rows {
				if before.Rows[k] != row { // what is the last frame's very own is not encoded again
					_, err := live.FastPNG(row)
					require.NoError(b, err)
				}
			}
			before = f
			took = append(took, time.Since(at))
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "ms-p95")
		b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-p50")
	})
}
