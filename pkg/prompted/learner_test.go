package prompted

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"adlab/pkg/baseline"
	"adlab/pkg/detector"
	"adlab/pkg/multiads"
	"adlab/pkg/train"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
)

// ways of the prompt learners.
var ways = []way{adaclip, anomalyclip, cocoop, coop}

// source is a set of plates to learn from.
func source(t *testing.T, places ...int) []multiads.Source {
	return baseline.Untyped([]multiads.Source{{Samples: plates(t, "plate", places...)}})
}

// steps are options of a short training.
func steps(n, batch int, rate float64) train.Options {
	return train.Options{Steps: n, Batch: batch, Seed: 1,
		Schedule:  train.WarmCosine{Base: rate, Final: rate, Total: n},
		Optimizer: train.NewAdam(0.5, 0.999), ClipNorm: math.Inf(1)}
}

// TestGradientsOfPrompts is of every way, on images of two products.
func TestGradientsOfPrompts(t *testing.T) {
	from := append(source(t, -1, 3, 6), baseline.Untyped([]multiads.Source{
		{Samples: plates(t, "cup", 9)}})...)
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		for _, w := range ways {
			l, err := newLearner(w, jobOn(t, b, 0, Settings{Context: 2}))
			require.NoError(t, err)
			data, products, err := l.lessons(t.Context(), from)
			require.NoError(t, err)
			require.Equal(t, []string{"plate", "cup"}, products)
			sheet, err := l.reader.sheet(l.phrases(2, "plate"), l.phrases(2, "cup"))
			require.NoError(t, err)
			checkGradients(t, b, l.store, func(scope *model.Scope, x []*Node) *Node {
				loss, _ := l.loss(sheet)(scope, x)
				return loss
			}, data.Batch([]int{0, 1, 2, 3}), w.name)
			data.features.Close()
		}
	})
}

// TestEveryWayLearns to tell plates with squares from those without; those whose maps are taught
// find them on cups at other places. The same seed gives the same bits, also after an interruption.
func TestEveryWayLearns(t *testing.T) {
	from := source(t, -1, 0, 3, -1, 6, 9, -1, 12, 15, -1, 5, 10)
	test := plates(t, "cup", -1, 7, 2)
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		for _, w := range ways {
			t.Run(w.name, func(t *testing.T) {
				n := 60
				if w.local {
					n = 24
				}
				untrained := func() *Learner {
					l, err := newLearner(w, jobOn(t, b, 0, Settings{Context: 4}))
					require.NoError(t, err)
					require.Equal(t, w.name, l.Name())
					return l
				}
				l, losses := untrained(), []float64{}
				o := steps(n, 6, 2e-2)
				o.Report = func(s train.Step) { losses = append(losses, s.Loss) }
				require.NoError(t, l.learn(t.Context(), from, o))
				require.Less(t, losses[n-1]+losses[n-2], losses[0]+losses[1], "%v", losses)
				got, err := predictAll(t.Context(), l, test)
				require.NoError(t, err)
				taught, err := predictAll(t.Context(), l, from[0].Samples)
				require.NoError(t, err)
				var mean, count [2]float64 // of normal and anomalous ones
				for i, s := range from[0].Samples {
					mean[s.Label], count[s.Label] = mean[s.Label]+taught[i].Score, count[s.Label]+1
				}
				if !w.local || w.fuse != nil { // the others' texts cannot follow an image
					require.Greater(t, mean[1]/count[1], mean[0]/count[0]+0.02)
				}
				if w.local {
					for i, place := range map[int]int{1: 7, 2: 2} {
						inside, outside := insideAndOutside(got[i].Map, place)
						require.Greater(t, inside, 2*outside, "picture %d", i)
					}
				}
				for _, p := range got {
					require.Len(t, p.Map, detector.MapSide*detector.MapSide)
				}

				again := untrained()
				o = steps(n, 6, 2e-2)
				o.Checkpoint = filepath.Join(t.TempDir(), "x.safetensors")
				interrupted, stop := context.WithCancel(t.Context())
				o.Report = func(s train.Step) {
					if s.Number == 5 {
						stop()
					}
				}
				require.ErrorIs(t, again.learn(interrupted, from, o), train.ErrInterrupted)
				again = untrained()
				require.NoError(t, again.learn(t.Context(), from, o))
				repeated, err := predictAll(t.Context(), again, test)
				require.NoError(t, err)
				require.Equal(t, got, repeated)
			})
		}
	})
}

// TestAddresses: a training's address tells the ways, their vectors and rates apart.
func TestAddresses(t *testing.T) {
	from := source(t, -1, 3)
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		seen := map[string]bool{}
		address := func(w way, own Settings, rate float64) {
			j := jobOn(t, b, 0, own)
			j.Rate = rate
			l, err := newLearner(w, j)
			require.NoError(t, err)
			o, err := l.trainer.options(from)
			require.NoError(t, err)
			require.False(t, seen[o.Fingerprint], w.name)
			require.Contains(t, o.Checkpoint, o.Fingerprint)
			seen[o.Fingerprint] = true
		}
		for _, w := range ways {
			address(w, Settings{}, 0)
		}
		address(coop, Settings{Context: 3}, 0)
		address(coop, Settings{}, 1)
	})
}

func TestSettings(t *testing.T) {
	require.ErrorContains(t, Learning{}.Validate(detector.Common{}), "Sources: expected KEY=FOLDER")
	from := []string{"mvtec=" + t.TempDir()}
	require.NoError(t, Settings{Learning: Learning{from}}.Validate(detector.Common{}))
	require.ErrorContains(t, Settings{Learning: Learning{from}, Context: 25}.Validate(
		detector.Common{}), "Context: expected 1 to 24 learned vectors, got 25")
}
