package train

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"adlab/pkg/backend"
	"adlab/pkg/layer"
	"adlab/pkg/tensorfile"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
)

func TestWarmCosineIsATable(t *testing.T) {
	s := WarmCosine{Base: 1, Final: 0.2, Warmup: 5, Total: 13}
	want := []float64{0, 0.25, 0.5, 0.75, 1}
	for k := range 8 {
		want = append(want, 0.2+0.4*(1+math.Cos(math.Pi*float64(k)/8)))
	}
	want = append(want, 0.2, 0.2)
	for k, rate := range want {
		require.InDelta(t, rate, s.Rate(k), 1e-15, "iteration %d", k)
	}
	require.Equal(t, 1.0, WarmCosine{Base: 1, Total: 4}.Rate(0), "no warm-up starts at the base")
	require.Zero(t, WarmCosine{Base: 1, Total: 4, Warmup: 1}.Rate(0))
	for total := range 10 {
		s := NewWarmCosine(total + 1)
		require.NoError(t, s.Validate())
		for k := range total + 2 {
			require.False(t, math.IsNaN(s.Rate(k)), "%d of %d", k, total+1)
		}
	}
}

func TestWarmCosineValidate(t *testing.T) {
	good := NewWarmCosine(100)
	require.NoError(t, good.Validate())
	for label, spoil := range map[string]func(*WarmCosine){
		"no steps":         func(s *WarmCosine) { s.Total = 0 },
		"long warm-up":     func(s *WarmCosine) { s.Warmup = 101 },
		"negative warm-up": func(s *WarmCosine) { s.Warmup = -1 },
		"zero":             func(s *WarmCosine) { s.Base = 0 },
		"NaN":              func(s *WarmCosine) { s.Base = math.NaN() },
		"infinite":         func(s *WarmCosine) { s.Base = math.Inf(1) },
		"NaN at the end":   func(s *WarmCosine) { s.Final = math.NaN() },
		"negative end":     func(s *WarmCosine) { s.Final = -1 },
	} {
		s := good
		spoil(&s)
		require.ErrorContains(t, s.Validate(), "expected", label)
	}
}

func TestPlacesAreEpochs(t *testing.T) {
	for _, c := range []struct{ batch, samples int }{{1, 1}, {2, 6}, {4, 10}, {7, 7}} {
		perEpoch := c.samples / c.batch
		for epoch := range 3 {
			var seen []int
			for k := range perEpoch {
				places := Places(5, epoch*perEpoch+k, c.batch, c.samples)
				require.Len(t, places, c.batch)
				seen = append(seen, places...)
			}
			slices.Sort(seen)
			require.Len(t, slices.Compact(slices.Clone(seen)), perEpoch*c.batch, "no sample twice")
			require.GreaterOrEqual(t, seen[0], 0)
			require.Less(t, seen[len(seen)-1], c.samples)
		}
	}
	require.NotEqual(t, Places(1, 0, 20, 20), Places(2, 0, 20, 20), "another seed, another order")
}

func TestClipGlobalNorm(t *testing.T) {
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		for limit, factor := range map[float64]float64{0.5: 0.1, 5: 1, 50: 1} {
			out, err := CallOnceN(b.Backend, func(x, y *Node) []*Node {
				clipped, norm := ClipGlobalNorm([]*Node{x, y}, limit)
				return append(clipped, norm)
			}, []float32{3, 0}, [][]float32{{4}})
			require.NoError(t, err)
			require.InDeltaSlice(t, []float64{3 * factor, 0}, out[0].Value(), 1e-5)
			require.InDelta(t, 4*factor, tensors.MustCopyFlatData[float32](out[1])[0], 1e-5)
			require.InDelta(t, 5, out[2].Value(), 1e-6, "the norm before clipping")
		}
		out, err := CallOnceN(b.Backend, func(x *Node) []*Node {
			c, n := ClipGlobalNorm([]*Node{x}, 0.1)
			return append(c, n)
		}, []float32{0, 0})
		require.NoError(t, err)
		require.Equal(t, []float32{0, 0}, out[0].Value())
	}
}

func TestTheFirstStepChangesNothing(t *testing.T) {
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		store, o := newStore(t), options()
		before, err := layer.Get(store, "w.")
		require.NoError(t, err)
		o.Steps = 1
		require.NoError(t, Run(t.Context(), b.Backend, store, ten, squared, o))
		after, err := layer.Get(store, "w.")
		require.NoError(t, err)
		require.Equal(t, before, after)
	}
}

func TestInterruptedManyTimes(t *testing.T) {
	for _, name := range backend.Available() {
		t.Run(name, func(t *testing.T) {
			b, err := backend.Open(name)
			require.NoError(t, err)
			whole := newStore(t)
			require.NoError(t, Run(t.Context(), b.Backend, whole, ten, squared, options()))

			o, runs := options(), 0
			// after every step
			o.Checkpoint, o.Every = filepath.Join(t.TempDir(), "c.safetensors"), 1
			var last *model.Store
			var steps []int
			for {
				ctx, cancel := context.WithCancel(t.Context())
				left := 13
				o.Report = func(s Step) {
					steps = append(steps, s.Number)
					if left--; left == 0 {
						cancel()
					}
				}
				last = newStore(t)
				err := Run(ctx, b.Backend, last, ten, squared, o)
				cancel()
				f, openErr := tensorfile.Open(o.Checkpoint)
				require.NoError(t, openErr)
				finished := err == nil
				require.Equal(t, !finished, f.Has("optimizer.w.weight.exp_avg"),
					"a finished run keeps the parameters alone")
				require.NoError(t, f.Close())
				if runs++; finished {
					break
				}
				require.ErrorIs(t, err, ErrInterrupted)
			}
			require.Equal(t, 4, runs)
			require.Len(t, steps, o.Steps, "no step is done twice")
			require.True(t, slices.IsSorted(steps))
			for _, parameter := range []string{"w.weight", "w.bias"} {
				want, err := layer.Get(whole, parameter)
				require.NoError(t, err)
				got, err := layer.Get(last, parameter)
				require.NoError(t, err)
				require.Equal(t, want, got, parameter)
			}
			o.Report = func(Step) { t.Error("a finished run trains no more") }
			require.NoError(t, Run(t.Context(), b.Backend, newStore(t), ten, squared, o))
		})
	}
}

func TestRunRefuses(t *testing.T) {
	b, err := backend.Open("go")
	require.NoError(t, err)
	dir := t.TempDir()
	garbage := filepath.Join(dir, "garbage")
	require.NoError(t, os.WriteFile(garbage, []byte("not a checkpoint"), 0o666))
	other := filepath.Join(dir, "other")
	foreign := model.NewStore()
	require.NoError(t,
		layer.Put(foreign, "", map[string]layer.Array{"v": {Shape: []int{1}, Data: []float32{0}}},
			true))
	require.NoError(t, SaveStore(other, foreign, nil, map[string]string{"fingerprint": "line",
		"steps": "3"}))
	noSteps := filepath.Join(dir, "nosteps")
	require.NoError(t, SaveStore(noSteps, newStore(t), nil,
		map[string]string{"fingerprint": "line"}))
	for message, spoil := range map[string]func(*Options, *line){
		"0 steps, batch 4, 10 images": func(o *Options, _ *line) { o.Steps = 0 },
		"batch 0":                     func(o *Options, _ *line) { o.Batch = 0 },
		"0 images":                    func(_ *Options, data *line) { *data = 0 },
		"learning rate: expected":     func(o *Options, _ *line) { o.Schedule.Base = -1 },
		"garbage":                     func(o *Options, _ *line) { o.Checkpoint = garbage },
		"1 unexpected: v":             func(o *Options, _ *line) { o.Checkpoint = other },
		"no number of steps":          func(o *Options, _ *line) { o.Checkpoint = noSteps },
	} {
		store, o, data := newStore(t), options(), ten
		o.Report = func(Step) { t.Error("no step is done: " + message) }
		spoil(&o, &data)
		err := Run(t.Context(), b.Backend, store, data, squared, o)
		require.ErrorContains(t, err, message)
		require.NotContains(t, err.Error(), "\n")
	}
}

// broken gives numbers until the places ask for sample 3.
type broken struct{ line }

func (broken) Batch(places []int) []*tensors.Tensor {
	x, y := make([]float32, len(places)), make([]float32, len(places))
	if slices.Contains(places, 3) {
		x[0] = float32(math.NaN())
	}
	return []*tensors.Tensor{tensors.FromFlatDataAndDimensions(x, len(places), 1),
		tensors.FromFlatDataAndDimensions(y, len(places), 1)}
}

func TestNaNIsAnError(t *testing.T) {
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		o := options()
		o.Checkpoint = filepath.Join(t.TempDir(), "c")
		err = Run(t.Context(), b.Backend, newStore(t), broken{ten}, squared, o)
		require.ErrorContains(t, err, "the loss is NaN at step")
		require.NoFileExists(t, o.Checkpoint)
	}
}
