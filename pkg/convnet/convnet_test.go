package convnet

import (
	"path/filepath"
	"testing"

	"adlab/pkg/backend"
	"adlab/pkg/tensorfile"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
)

func config(side int) Config {
	c := Default()
	c.Image = side
	return c
}

func TestLevels(t *testing.T) {
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		e, err := New(config(64))
		require.NoError(t, err)
		levels, err := model.CallOnceN(b.Backend, e.Store(), func(scope *model.Scope, x *Node) []*Node { return e.Forward(scope, x) },
			tensors.FromFlatDataAndDimensions(make([]float32, 2*64*64*3), 2, 64, 64, 3))
		require.NoError(t, err)
		require.Len(t, levels, 7)
		for _, l := range levels {
			require.Equal(t, []int{2, 16, Width}, l.Shape().Dimensions)
		}
	}
}

func TestProjectionsAreOrthonormal(t *testing.T) {
	f, err := tensorfile.Parse("embedded", pretrained)
	require.NoError(t, err)
	for _, c := range []int{24, 40, 80, 112} {
		w, err := f.Float32s(map[int]string{24: "projection.24.weight", 40: "projection.40.weight", 80: "projection.80.weight", 112: "projection.112.weight"}[c], Width, c)
		require.NoError(t, err)
		for i := range c {
			for j := range c {
				dot := 0.0
				for r := range Width {
					dot += float64(w[r*c+i]) * float64(w[r*c+j])
				}
				want := 0.0
				if i == j {
					want = 1
				}
				require.InDelta(t, want, dot, 1e-5)
			}
		}
	}
}

func TestDigestCoversSettings(t *testing.T) {
	one, err := New(config(64))
	require.NoError(t, err)
	other, err := New(config(96))
	require.NoError(t, err)
	require.NotEqual(t, one.Digest(), other.Digest())
}

func TestRandomIsDeterministic(t *testing.T) {
	b, err := backend.Open("")
	require.NoError(t, err)
	if b.Short() == "go" {
		t.Skip("calibrating a random encoder takes the pure-Go backend half a minute")
	}
	one, err := Random(b.Backend, config(64), 1)
	require.NoError(t, err)
	same, err := Random(b.Backend, config(64), 1)
	require.NoError(t, err)
	other, err := Random(b.Backend, config(64), 2)
	require.NoError(t, err)
	require.Equal(t, one.Digest(), same.Digest())
	require.NotEqual(t, one.Digest(), other.Digest())
}

func TestBadSettingsAndWeights(t *testing.T) {
	_, err := New(config(65))
	require.ErrorContains(t, err, "use 64 or 80")
	c := config(64)
	c.Taps = []int{1, 4}
	_, err = New(c)
	require.ErrorContains(t, err, "taps")

	f, err := tensorfile.Parse("embedded", pretrained)
	require.NoError(t, err)
	broken := map[string]tensorfile.Tensor{}
	for _, name := range f.Names() {
		x, err := f.Tensor(name)
		require.NoError(t, err)
		broken[name] = x
	}
	x := broken["_blocks.3._project_conv.weight"]
	x.Shape = []int{x.Shape[1], x.Shape[0], 1, 1}
	broken["_blocks.3._project_conv.weight"] = x
	path := filepath.Join(t.TempDir(), "w.safetensors")
	require.NoError(t, tensorfile.Write(path, broken, nil))
	_, err = Open(path, config(64))
	require.ErrorContains(t, err, "_blocks.3._project_conv.weight expected [40 144 1 1] got [144 40 1 1]")
}

// Stem and blocks are held against the reference in pkg/verify (group convnet).

func BenchmarkForward(b *testing.B) {
	for _, name := range backend.Available() {
		b.Run(name, func(b *testing.B) {
			choice, err := backend.Open(name)
			require.NoError(b, err)
			e, err := New(Default())
			require.NoError(b, err)
			exec, err := model.NewExec(choice.Backend, e.Store(), func(scope *model.Scope, x *Node) *Node { return Stack(e.Forward(scope, x), 1) })
			require.NoError(b, err)
			images := tensors.FromFlatDataAndDimensions(make([]float32, 16*224*224*3), 16, 224, 224, 3)
			for b.Loop() {
				_, err := exec.Call1(images)
				require.NoError(b, err)
			}
		})
	}
}
