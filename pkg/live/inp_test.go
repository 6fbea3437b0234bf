package live

import (
	"context"
	"image/png"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"adlab/pkg/lab"

	"github.com/stretchr/testify/require"
)

// open opens a playground in the profile of $ADLAB_PROFILE, or smoke, on the data and the cache of the checkout.
func open(t testing.TB, name string) Session {
	l, err := lab.Open("", lab.NewProgress(os.Stderr))
	require.NoError(t, err)
	profile := os.Getenv("ADLAB_PROFILE")
	if profile == "" {
		profile = "smoke"
	}
	start := time.Now()
	s, err := Open(context.Background(), l, name, profile)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	t.Logf("%s opened in %v", name, time.Since(start))
	return s
}

func look(t testing.TB, name string, f Frame) {
	dir := os.Getenv("ADLAB_LOOK")
	if dir == "" {
		return
	}
	file, err := os.Create(filepath.Join(dir, name+".png"))
	require.NoError(t, err)
	require.NoError(t, png.Encode(file, f.Picture))
	require.NoError(t, file.Close())
	t.Log(f.Numbers, f.Text, f.Message)
}

func TestFirst(t *testing.T) {
	s := open(t, "inp-former")
	state := s.Start()
	f, err := s.Apply(context.Background(), state)
	require.NoError(t, err)
	look(t, "inp", f)
	for i := range 10 {
		state.Threshold = 40 + i
		start := time.Now()
		f, err = s.Apply(context.Background(), state)
		require.NoError(t, err)
		mid := time.Now()
		b, err := f.PNG()
		require.NoError(t, err)
		t.Log(mid.Sub(start), time.Since(mid), len(b))
	}
}

func TestSecond(t *testing.T) {
	os.Setenv("ADLAB_PROFILE", "smoke")
	s := open(t, "multiads")
	state := s.Start()
	f, err := s.Apply(context.Background(), state)
	require.NoError(t, err)
	look(t, "mads", f)
	for i := range 8 {
		state = state.edited(state.Type, "[cls] with number "+string(rune('a'+i))+time.Now().String()[:20])
		start := time.Now()
		c := cpu()
		f, err = s.Apply(context.Background(), state)
		require.NoError(t, err)
		mid := time.Now()
		c2 := cpu()
		b, err := f.PNG()
		require.NoError(t, err)
		t.Log(mid.Sub(start), time.Since(mid), len(b), c2-c, cpu()-c2)
	}
	look(t, "mads2", f)
	time.Sleep(4 * time.Second)
	f, err = s.Apply(context.Background(), state)
	t.Log(f.Numbers)
}

func cpu() time.Duration {
	var r syscall.Rusage
	syscall.Getrusage(0, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
