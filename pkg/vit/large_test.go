//go:build large

package vit

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"adlab/pkg/layer"
	"adlab/pkg/tensorfile"

	"github.com/stretchr/testify/require"
)

// TestFullSizeLoads writes a DINOv2-R B/14 of the real size, and loads it in under 3 seconds and
// 1.2 times its size in memory: go test -tags large ./pkg/vit -run FullSize
func TestFullSizeLoads(t *testing.T) {
	cfg := Config{Width: 768, Depth: 12, Patch: 14, Registers: 4, StoredGrid: 37}
	path, total := filepath.Join(t.TempDir(), "vitb14.safetensors"), 0
	func() {
		tensors := map[string]tensorfile.Tensor{}
		for name, shape := range Shapes(cfg) {
			size := 4 * layer.Size(shape)
			total += size
			tensors[name] = tensorfile.Tensor{DType: tensorfile.DTypeF32, Shape: shape,
				Data: bytes.Repeat([]byte{1, 2, 3, 60}, size/4)}
		}
		require.NoError(t, tensorfile.Write(path, tensors, nil))
	}()
	require.InDelta(t, 346e6, total, 1e6)
	debug.FreeOSMemory()
	before := anonymous(t)
	peak, stop := make(chan int), make(chan struct{})
	// the largest of what is not just the file's own pages, which the system can drop at any time
	go func() {
		most := 0
		for {
			select {
			case <-stop:
				peak <- most
				return
			case <-time.After(5 * time.Millisecond):
				most = max(most, anonymous(t))
			}
		}
	}()
	start := time.Now()
	e, err := Open(path, Options{})
	elapsed := time.Since(start)
	close(stop)
	used := <-peak - before
	require.NoError(t, err)
	t.Logf("%d MB loaded in %.2f s, %.2f times its size in memory", total/1e6, elapsed.Seconds(),
		float64(used)/float64(total))
	require.Less(t, elapsed, 3*time.Second)
	require.Less(t, float64(used), 1.2*float64(total))
	require.Equal(t, 12, e.Config.Depth)
	runtime.KeepAlive(e)
}

// anonymous is the process's resident memory in bytes without pages of files.
func anonymous(t *testing.T) int {
	b, err := os.ReadFile("/proc/self/status")
	require.NoError(t, err)
	for line := range bytes.Lines(b) {
		var kb int
		if _, err := fmt.Sscanf(string(line), "RssAnon: %d kB", &kb); err == nil {
			return kb << 10
		}
	}
	t.Fatal("no RssAnon in /proc/self/status")
	return 0
}
