package learned

import (
	"context"
	"fmt"
	"image"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"adlab/datasets"
	"adlab/pkg/convnet"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/layer"
	"adlab/pkg/progress"
	"adlab/pkg/train"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
)

// stripes writes a striped picture; a spoiled one has a square of noise in it.
func stripes(t *testing.T, dir string, seed uint64, spoiled bool) datasets.Sample {
	rng := rand.New(rand.NewPCG(seed, 0))
	m := image.NewGray(image.Rect(0, 0, 112, 112))
	phase := rng.IntN(2)
	for i := range m.Pix {
		row, column := i/112, i%112
		m.Pix[i] = uint8(60 + 20*((column+phase)%8) + rng.IntN(6))
		if spoiled && row >= 32 && row < 80 && column >= 32 && column < 80 {
			m.Pix[i] = uint8(rng.IntN(256))
		}
	}
	path := filepath.Join(dir, fmt.Sprintf("%d-%v.png", seed, spoiled))
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, png.Encode(f, m))
	require.NoError(t, f.Close())
	return datasets.Sample{ID: filepath.Base(path), Path: path}
}

// job is what a method of the table makes a detector for, on the shipped encoder.
func job(t *testing.T, b compute.Backend, m detector.Method, cache string,
	samples []datasets.Sample) detector.Job {
	enc, err := convnet.Entries[0].Open(encoder.Request{Backend: b, Image: 112})
	require.NoError(t, err)
	steps := 30
	if m.Name == "destseg" { // whose student has to clean before there is something to segment
		steps = 120
	}
	return detector.Job{Common: detector.Common{Seed: 1, Steps: steps, Batch: 4}, Backend: b,
		Cache: cache, Progress: progress.New(nil), Encoder: enc, Train: samples,
		Settings: m.Settings}
}

// TestEachLearns: the loss falls, the map of a spoiled picture is higher than those of good ones,
// most of all where it is spoiled; the same seed gives the same bits, after an interruption, too.
func TestEachLearns(t *testing.T) {
	dir := t.TempDir()
	var good []datasets.Sample
	for i := range 12 {
		good = append(good, stripes(t, dir, uint64(i), false))
	}
	test := []datasets.Sample{stripes(t, dir, 100, false), stripes(t, dir, 101, false),
		stripes(t, dir, 102, true)}
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		features := t.TempDir()
		for _, m := range Methods {
			t.Run(m.Name, func(t *testing.T) {
				fit := func(cache string, stop func(train.Step) bool) (*Detector, error) {
					made, err := m.New(job(t, b, m, cache, good))
					require.NoError(t, err)
					d := made.(*Detector)
					d.Features.Dir = features
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					d.Options.Report = func(s train.Step) {
						if stop(s) {
							cancel()
						}
					}
					return d, d.Fit(ctx, good)
				}
				var losses []float64
				d, err := fit(t.TempDir(), func(s train.Step) bool {
					losses = append(losses, s.Loss)
					return false
				})
				require.NoError(t, err)
				require.Less(t, mean(losses[len(losses)-5:]), 0.9*mean(losses[:3]))
				scores := predicted(t, d, test)
				for _, p := range scores[:2] {
					require.Greater(t, scores[2].Score, p.Score)
				}
				inside, outside := around(scores[2].Map)
				t.Logf("scores %.4g %.4g, spoiled %.4g; inside %.4g, outside %.4g", scores[0].Score,
					scores[1].Score, scores[2].Score, inside, outside)
				if m.Name != "destseg" { // which disturbs what is around on so coarse a grid
					require.Greater(t, inside, outside)
				}

				cache := t.TempDir()
				_, err = fit(cache, func(s train.Step) bool { return s.Number == 7 })
				require.ErrorIs(t, err, train.ErrInterrupted)
				again, err := fit(cache, func(train.Step) bool { return false })
				require.NoError(t, err)
				require.Equal(t, scores, predicted(t, again, test), "the same bits")
			})
		}
	})
}

// around is a map's mean in the square that is spoiled, and in the rest.
func around(m []float32) (inside, outside float64) {
	const side = detector.MapSide
	var in, out []float64
	for i, v := range m {
		within := func(at int) bool { return at >= 32*side/112 && at < 80*side/112 }
		if within(i/side) && within(i%side) {
			in = append(in, float64(v))
		} else {
			out = append(out, float64(v))
		}
	}
	return mean(in), mean(out)
}

func mean(x []float64) (sum float64) {
	for _, v := range x {
		sum += v / float64(len(x))
	}
	return sum
}

func predicted(t *testing.T, d *Detector, samples []datasets.Sample) (out []detector.Prediction) {
	for p, err := range d.Predict(t.Context(), samples) {
		require.NoError(t, err)
		for _, v := range p.Map {
			require.False(t, math.IsNaN(float64(v)) || v < 0)
		}
		out = append(out, p)
	}
	return out
}

// TestEveryWeightHasAGradient that is finite and not zero, on one group of levels and on two, and
// on grids with an odd side.
func TestEveryWeightHasAGradient(t *testing.T) {
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		for _, s := range []shape{{groups: 1, grid: 4, width: 16},
			{groups: 2, grid: 3, width: 24}} {
			for name, build := range map[string]func(shape, detector.Job, int) (network, error){
				"destseg": newDeSTSeg, "dinomaly": newDinomaly, "rd4ad": newRD4AD,
				"simplenet": newSimpleNet, "uniad": newUniAD} {
				t.Run(fmt.Sprint(name, s.groups), func(t *testing.T) {
					var m detector.Method
					for _, x := range Methods {
						if x.Name == name {
							m = x
						}
					}
					j := detector.Job{Common: detector.Common{Steps: 3}, Settings: m.Settings}
					n, err := build(s, j, 3)
					require.NoError(t, err)
					store := storeOf(t, n.weights().draw(1))
					var names []string
					out := call(t, b, store, func(scope *model.Scope, x *Node) []*Node {
						taps := []*Node{x, Reverse(x, 1)}[:s.groups]
						loss := n.loss(scope, taps, newDraws(store, x.Graph()))
						names = nil
						var nodes []*Node
						for v := range store.IterVariables() {
							if v.Trainable && v.InUseByGraph(x.Graph()) {
								names = append(names, layer.Name(v.Path()))
								nodes = append(nodes, v.NodeValue(x.Graph()))
							}
						}
						return Gradient(loss, nodes...)
					}, tensor(7, 4, s.tokens(), s.width))
					require.Len(t, names, len(n.weights()))
					for i, name := range names {
						largest := 0.0
						for _, g := range out[i] {
							largest = max(largest, math.Abs(float64(g))) // NaN stays
						}
						require.Greater(t, largest, 1e-9, name)
						require.False(t, math.IsInf(largest, 0), name)
					}
				})
			}
		}
	})
}

// TestPlansAreThePapers where an experiment states no steps, and the short runs' where it does.
func TestPlansAreThePapers(t *testing.T) {
	p := plan{epochs: 200, paper: 5e-3, short: 1e-3}
	steps, batch := p.length(detector.Common{Batch: 16}, 100)
	require.Equal(t, []int{1200, 16}, []int{steps, batch})
	require.Equal(t, 5e-3, p.rates(detector.Common{}, steps).Base)
	steps, batch = p.length(detector.Common{Batch: 16, Steps: 30}, 4)
	require.Equal(t, []int{30, 4}, []int{steps, batch})
	require.Equal(t, 1e-3, p.rates(detector.Common{Steps: 30}, steps).Base)
	require.Equal(t, 0.1, p.rates(detector.Common{Steps: 30, Rate: 0.1}, steps).Base)
	p.steps = 5000
	steps, _ = p.length(detector.Common{Batch: 16}, 100)
	require.Equal(t, 5000, steps)
	require.Equal(t, 8, depth(detector.Common{}, 8))
	require.Equal(t, 2, depth(detector.Common{Steps: 1}, 8))
	require.Equal(t, []int{3, 1, 6}, []int{headsOf(192), headsOf(100), headsOf(384)})
}

func TestSettingsAreChecked(t *testing.T) {
	none := detector.Common{}
	require.NoError(t, DinomalySettings{Noise: 0.2}.Validate(none))
	require.NoError(t, UniADSettings{}.Validate(none), "without jittering")
	require.NoError(t, SimpleNetSettings{Noise: 1}.Validate(none))
	require.NoError(t, DeSTSegSettings{}.Validate(none), "without noise")
	for want, s := range map[string]detector.Settings{
		"Noise: expected a share of the bottleneck to drop": DinomalySettings{Noise: 1},
		"got NaN": DinomalySettings{Noise: math.NaN()},
		"Blocks: expected an even number of decoder blocks, got 3": DinomalySettings{Blocks: 3},
		"jittering of 0 or more, got -1":                           UniADSettings{Noise: -1},
		"Blocks: expected at least 1 block, got -1":                UniADSettings{Blocks: -1},
		"Noise: expected a deviation above 0":                      SimpleNetSettings{},
		"got +Inf": SimpleNetSettings{
			Noise: math.Inf(1)},
		"Noise: expected a deviation of 0 or more, got -0.5": DeSTSegSettings{Noise: -0.5},
	} {
		require.ErrorContains(t, s.Validate(none), want)
	}
}
