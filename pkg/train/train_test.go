package train

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"adlab/pkg/backend"
	"adlab/pkg/layer"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
)

// line is y = 2x + 1 on so many points.
type line int

// ten points are those of the tests.
const ten line = 10

func (l line) Len() int { return int(l) }

func (line) Batch(places []int) []*tensors.Tensor {
	var x, y []float32
	for _, p := range places {
		x, y = append(x, float32(p)/10), append(y, float32(p)/5+1)
	}
	return []*tensors.Tensor{tensors.FromFlatDataAndDimensions(x, len(places), 1),
		tensors.FromFlatDataAndDimensions(y, len(places), 1)}
}

func newStore(t *testing.T) *model.Store {
	store, err := lineStore()
	require.NoError(t, err)
	return store
}

func lineStore() (*model.Store, error) {
	store := model.NewStore()
	return store, layer.Put(store, "",
		map[string]layer.Array{"w.weight": {Shape: []int{1, 1}, Data: []float32{0.1}},
			"w.bias": {Shape: []int{1}, Data: []float32{0}}}, true)
}

func squared(scope *model.Scope, batch []*Node) (*Node, []*Node) {
	x, y := batch[0], batch[1]
	loss := ReduceAllMean(Square(Sub(layer.Linear(scope.At("w"), x, 1), y)))
	return loss, []*Node{loss}
}

func options() Options {
	return Options{Steps: 40, Batch: 4, Seed: 3,
		Schedule: NewWarmCosine(40), Optimizer: NewStableAdamW(), ClipNorm: 0.1,
		Fingerprint: "line"}
}

func TestResumeGivesTheSameBits(t *testing.T) {
	for _, name := range backend.Available() {
		t.Run(name, func(t *testing.T) {
			b, err := backend.Open(name)
			require.NoError(t, err)
			whole := newStore(t)
			var first, last float64
			o := options()
			o.Report = func(s Step) {
				if s.Number == 1 {
					first = s.Loss
				}
				last = s.Loss
			}
			require.NoError(t, Run(t.Context(), b.Backend, whole, ten, squared, o))
			require.Less(t, last, first, "it learns")

			o = options()
			o.Checkpoint = filepath.Join(t.TempDir(), "c.safetensors")
			ctx, cancel := context.WithCancel(t.Context())
			o.Report = func(s Step) {
				if s.Number == 17 {
					cancel()
				}
			}
			require.ErrorIs(t, Run(ctx, b.Backend, newStore(t), ten, squared, o), ErrInterrupted)
			o.Report = nil
			again := newStore(t)
			require.NoError(t, Run(t.Context(), b.Backend, again, ten, squared, o))
			for _, parameter := range []string{"w.weight", "w.bias"} {
				want, err := layer.Get(whole, parameter)
				require.NoError(t, err)
				got, err := layer.Get(again, parameter)
				require.NoError(t, err)
				require.Equal(t, want, got, parameter)
			}
			o.Fingerprint = "another"
			require.ErrorContains(t, Run(t.Context(), b.Backend, newStore(t), ten, squared, o),
				"another run")
		})
	}
}

func TestScheduleEnds(t *testing.T) {
	s := NewWarmCosine(1000)
	require.Zero(t, s.Rate(0), "the first step changes nothing")
	require.Equal(t, 1e-3, s.Rate(99))
	require.Equal(t, 1e-3, s.Rate(100))
	require.Equal(t, 1e-4, s.Rate(1000))
	require.Error(t, WarmCosine{Base: math.NaN(), Total: 1}.Validate())
	require.Error(t, WarmCosine{Base: 1, Total: 0}.Validate())
}

func TestPlacesCoverAnEpoch(t *testing.T) {
	seen := map[int]int{}
	for k := range 3 { // 10 samples, batches of 3: one is dropped
		for _, p := range Places(7, k, 3, 10) {
			seen[p]++
		}
	}
	require.Len(t, seen, 9)
	require.Equal(t, Places(7, 1, 3, 10), Places(7, 1, 3, 10))
	require.NotEqual(t, Places(7, 0, 3, 10), Places(7, 3, 3, 10),
		"the next epoch has another order")
}
