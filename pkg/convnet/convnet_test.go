package convnet

import (
	"path/filepath"
	"testing"

	"adlab/pkg/backend"
	_ "adlab/pkg/backend/quick" // compiling is most of the work
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
		levels, err := model.CallOnceN(b.Backend, e.Store(),
			func(scope *model.Scope, x *Node) []*Node {
				return e.Forward(scope, x)
			},
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
		w, err := f.Float32s(map[int]string{24: "projection.24.weight", 40: "projection.40.weight",
			80: "projection.80.weight", 112: "projection.112.weight"}[c], Width, c)
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

func TestStrideEight(t *testing.T) {
	cfg := Config{Image: 64, Stride: 8, Taps: []int{2, 3, 8}}
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		e, err := New(cfg)
		require.NoError(t, err)
		require.Equal(t, 8, e.Grid())
		require.Equal(t, [][]int{{0, 1}, {2}}, e.Groups())
		levels, err := model.CallOnceN(b.Backend, e.Store(),
			func(scope *model.Scope, x *Node) []*Node {
				return e.Forward(scope, x)
			},
			tensors.FromFlatDataAndDimensions(ramp(64*64*3), 1, 64, 64, 3))
		require.NoError(t, err)
		for _, l := range levels {
			require.Equal(t, []int{1, 64, Width}, l.Shape().Dimensions)
		}
		deep := tensors.MustCopyFlatData[float32](levels[2])
		token := func(row, column int) []float32 {
			at := (8*row + column) * Width
			return deep[at : at+Width]
		}
		require.Equal(t, token(2, 4), token(3, 5), "a pixel of stride 16 is repeated")
		require.NotEqual(t, token(2, 4), token(2, 6))
	}
}

func TestToGrid(t *testing.T) {
	b, err := backend.Open("go")
	require.NoError(t, err)
	x := [][][][]float32{{{{1}, {3}}, {{5}, {7}}}} // [1, 2, 2, 1]
	for _, c := range []struct {
		n    int
		want []float32
	}{{1, []float32{4}}, {2, []float32{1, 3, 5, 7}},
		{4, []float32{1, 1, 3, 3, 1, 1, 3, 3, 5, 5, 7, 7, 5, 5, 7, 7}}} {
		got, err := CallOnce(b.Backend, func(x *Node) *Node { return toGrid(x, c.n) }, x)
		require.NoError(t, err)
		require.Equal(t, []int{1, c.n, c.n, 1}, got.Shape().Dimensions)
		require.Equal(t, c.want, tensors.MustCopyFlatData[float32](got))
	}
}

// TestForwardRefusesOtherSizes: a picture of twice the side would pool to the same grid without a
// word.
func TestForwardRefusesOtherSizes(t *testing.T) {
	b, err := backend.Open("go")
	require.NoError(t, err)
	e, err := New(config(32))
	require.NoError(t, err)
	_, err = model.CallOnceN(b.Backend, e.Store(), func(scope *model.Scope, x *Node) []*Node {
		return e.Forward(scope, x)
	},
		tensors.FromFlatDataAndDimensions(ramp(64*64*3), 1, 64, 64, 3))
	require.ErrorContains(t, err, "32")
}

// ramp is n values between -1 and 1.
func ramp(n int) []float32 {
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(i%97)/48.5 - 1
	}
	return values
}

func TestDigestCoversSettings(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range []Config{
		{Image: 64}, {Image: 96}, {Image: 64, Stride: 8}, {Image: 64, Taps: []int{4, 8}},
		{Image: 64, Taps: []int{4, 8}, Groups: [][]int{{0, 1}}},
	} {
		e, err := New(c)
		require.NoError(t, err)
		require.False(t, seen[e.Digest()], "%+v", c)
		seen[e.Digest()] = true
	}
	zero, err := New(Config{})
	require.NoError(t, err)
	e, err := New(Default())
	require.NoError(t, err)
	require.Equal(t, e.Digest(), zero.Digest())
}

func TestRandomIsDeterministic(t *testing.T) {
	b, err := backend.Open("")
	require.NoError(t, err)
	if b.Short() == "go" {
		t.Skip("calibrating a random encoder takes the pure-Go backend half a minute")
	}
	const few = 2 // pictures
	one, err := random(b.Backend, config(64), 1, few)
	require.NoError(t, err)
	same, err := random(b.Backend, config(64), 1, few)
	require.NoError(t, err)
	other, err := random(b.Backend, config(64), 2, few)
	require.NoError(t, err)
	require.Equal(t, one.Digest(), same.Digest())
	require.NotEqual(t, one.Digest(), other.Digest())
}

func TestBadSettingsAndWeights(t *testing.T) {
	for _, c := range []struct {
		cfg  Config
		want string
	}{
		{config(65), "use 64 or 80"},
		{Config{Taps: []int{1, 4}}, "taps"},
		{Config{Taps: []int{4, 11}}, "taps"},
		{Config{Taps: []int{4, 4}}, "taps"},
		{Config{Taps: []int{}}, "taps"},
		{Config{Stride: 4}, "stride: expected 8 or 16"},
		{Config{Taps: []int{4, 8}, Groups: [][]int{{0, 1, 2}}}, "groups"},
	} {
		_, err := New(c.cfg)
		require.ErrorContains(t, err, c.want)
		require.NotContains(t, err.Error(), "\n")
	}

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
	broken["_fc.weight"] = broken["_bn0.weight"]
	delete(broken, "stats.4.std")
	path := filepath.Join(t.TempDir(), "w.safetensors")
	require.NoError(t, tensorfile.Write(path, broken, nil))
	_, err = Open(path, config(64))
	require.ErrorContains(t, err, path)
	require.ErrorContains(t, err, "_blocks.3._project_conv.weight expected [40 144 1 1] got [144 "+
		"40 1 1]")
	require.ErrorContains(t, err, "1 missing: stats.4.std; 1 unexpected: _fc.weight")
}

// TestShippedWeightsSayWhereTheyComeFrom holds the file against the constants that Convert writes.
func TestShippedWeightsSayWhereTheyComeFrom(t *testing.T) {
	f, err := tensorfile.Parse("embedded", pretrained)
	require.NoError(t, err)
	m := f.Metadata()
	require.Equal(t, SourceSHA256, m["sha256"])
	require.Equal(t, "Apache-2.0", m["licence"])
	for _, name := range Photographs {
		require.Contains(t, m["photographs"], name)
	}
}

// Stem and blocks are held against the reference in pkg/verify (group convnet).

func BenchmarkForward(b *testing.B) {
	for _, name := range backend.Available() {
		b.Run(name, func(b *testing.B) {
			choice, err := backend.Open(name)
			require.NoError(b, err)
			e, err := New(Default())
			require.NoError(b, err)
			exec, err := model.NewExec(choice.Backend, e.Store(),
				func(scope *model.Scope, x *Node) *Node {
					return Stack(e.Forward(scope, x), 1)
				})
			require.NoError(b, err)
			images := tensors.FromFlatDataAndDimensions(make([]float32, 16*224*224*3), 16, 224, 224,
				3)
			for b.Loop() {
				_, err := exec.Call1(images)
				require.NoError(b, err)
			}
		})
	}
}
