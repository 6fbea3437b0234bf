package datasets

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"adlab/pkg/imageio"

	"github.com/stretchr/testify/require"
)

// grainy writes a colour PNG with a sensor's grain, which is slow to decode.
func grainy(t testing.TB, path string, side int) {
	rng := rand.New(rand.NewPCG(uint64(side), 1))
	m := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range side * side {
		v := uint8(100 + 40*(i%side)/side + rng.IntN(12))
		m.SetRGBA(i%side, i/side, color.RGBA{v, v - 10, v + 7, 255})
	}
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, png.Encode(f, m))
	require.NoError(t, f.Close())
}

// BenchmarkLoad decodes, resizes and normalises pictures of 256 pixels a side on one core.
func BenchmarkLoad(b *testing.B) {
	path := filepath.Join(b.TempDir(), "0.png")
	grainy(b, path, 256)
	samples := make([]Sample, b.N)
	for i := range samples {
		samples[i].Path = path
	}
	t := imageio.Transform{Resize: 224, Crop: 224, Std: [3]float32{1, 1, 1}}
	pixels := make([]float32, 224*224*3)
	runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(runtime.NumCPU())
	b.ResetTimer()
	for loaded, err := range Images(b.Context(), samples, 1) {
		require.NoError(b, err)
		t.Apply(pixels, loaded.Image)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "images/s")
}

// TestMemoryIsFlat loads ten thousand pictures; what is held never grows beyond what a few need.
func TestMemoryIsFlat(t *testing.T) {
	dir := t.TempDir()
	samples := make([]Sample, 10_000)
	for i := range 10 {
		grainy(t, filepath.Join(dir, fmt.Sprint(i, ".png")), 64)
	}
	for i := range samples {
		samples[i].Path = filepath.Join(dir, fmt.Sprint(i%10, ".png"))
	}
	var at runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&at)
	start, peak := at.HeapAlloc, uint64(0)
	for loaded, err := range Images(t.Context(), samples, 2) {
		require.NoError(t, err)
		if loaded.Index%1000 == 999 {
			runtime.GC()
			runtime.ReadMemStats(&at)
			peak = max(peak, at.HeapAlloc)
		}
	}
	require.Less(t, int64(peak)-int64(start), int64(4<<20),
		"a picture is 12 KiB, ten thousand are 120 MiB")
}
