package baseline

import (
	"context"
	"iter"
	"math"
	"math/rand/v2"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// PatchCore is the memory bank of Roth et al., "Towards Total Recall in Industrial Anomaly
// Detection" (CVPR 2022). From the paper are: patch features that are averaged over their 3 × 3
// neighbourhood, a bank of them thinned out by greedy k-centre search on a random projection, the
// Euclidean distance to the nearest of the bank as a patch's score, and the largest of them,
// weighted down in crowded places, as the image's.
//
// Adapted are: the levels, which are the group means of the encoder that all detectors stand on,
// side by side at full width (set Features.Groups for others); neighbourhoods at the border, which
// average the patches that are there; the number of patches that the search begins with, and of the
// bank, which have a limit that two cores can bear; and the map, which goes through the
// post-processing of all detectors.
type PatchCore struct {
	Features   *encoder.Cache
	Ratio      float64               // share of all patches that the bank keeps
	Bank       int                   // the most that it keeps
	Pool       int                   // patches that the search begins with, drawn with Seed
	Projection int                   // channels during the search
	Neighbours int                   // b of the image score's weight, equation 7
	Seed       uint64                // of pool, projection and first patch
	Tell       func(done, total int) // progress of the search, may be nil
	scorer     *scorer
}

// NewPatchCore keeps one patch in ten, at most 10,000, out of at most 100,000, searched in 128
// channels; b is 9.
func NewPatchCore(features *encoder.Cache, seed uint64) *PatchCore {
	return &PatchCore{Features: features, Ratio: 0.1, Bank: 10_000, Pool: 100_000, Projection: 128,
		Neighbours: 9, Seed: seed}
}

// Name is "patchcore".
func (p *PatchCore) Name() string { return "patchcore" }

// Fit fills the bank from normal samples.
func (p *PatchCore) Fit(ctx context.Context, train []datasets.Sample) error {
	f, err := extract(ctx, p.Name(), p.Features, train)
	if err != nil {
		return err
	}
	defer f.Close()
	backend, grid, rng := p.Features.Backend, p.Features.Encoder.Grid(),
		rand.New(rand.NewPCG(p.Seed, 0xc0))
	pool, err := drawTokens(ctx, backend, f, p.Pool, rng, func(features *Node) *Node {
		return neighbourhoods(tokens(features), grid)
	})
	if err != nil {
		return err
	}
	defer pool.FinalizeAll() // the largest of all
	points, err := project(backend, pool, p.Projection, rng)
	if err != nil {
		return err
	}
	defer points.FinalizeAll()
	n := pool.Shape().Dimensions[0]
	size := min(int(math.Ceil(p.Ratio*float64(f.Len*f.Tokens))), p.Bank, n)
	centers, err := kCenter(ctx, backend, points, size, rng.IntN(n), p.Tell)
	if err != nil {
		return err
	}
	bank, err := CallOnce(backend, func(pool, centers *Node) *Node {
		return Gather(pool, ExpandAxes(centers, -1))
	}, pool, centers)
	if err != nil {
		return err
	}
	p.scorer, err = newScorer(p.Features,
		func(features *Node, learned []*Node) (scores, distances *Node) {
			return patchScores(neighbourhoods(tokens(features), grid), learned[0], p.Neighbours)
		}, bank)
	return err
}

// Predict gives each image its map of distances and its weighted score.
func (p *PatchCore) Predict(ctx context.Context,
	samples []datasets.Sample) iter.Seq2[detector.Prediction, error] {
	return p.scorer.predict(ctx, p.Name(), samples)
}

// neighbourhoods averages each patch [B, grid², C] with those around it that are within the
// picture.
func neighbourhoods(x *Node, grid int) *Node {
	box := make([][]float32, grid)
	for i := range box {
		box[i] = make([]float32, grid)
		from, to := max(0, i-1), min(grid, i+2)
		for k := from; k < to; k++ {
			box[i][k] = 1 / float32(to-from)
		}
	}
	b, n, c := x.Shape().Dimensions[0], x.Shape().Dimensions[1], x.Shape().Dimensions[2]
	w := Const(x.Graph(), box)
	rows := Einsum("ih,bhwc->bwci", w, Reshape(x, b, grid, grid, c))
	return Reshape(Einsum("jw,bwci->bijc", w, rows), b, n, c)
}

// patchScores are the distances of patches [B, N, C] to the nearest of the bank [M, C], [B, N], and
// image scores [B]: the largest distance s* times 1 - exp(s*)/Σ exp(‖x-m‖), where x is its patch
// and m runs over the b patches of the bank that are nearest to the one nearest to x, itself among
// them. A bank of one patch has no crowded places, and s* stays as it is. Source: equations 6 and 7
// of PatchCore.
func patchScores(x, bank *Node, b int) (scores, distances *Node) {
	distances = Sqrt(nearest(x, bank))
	top := OneHot(ArgMax(distances, -1, dtypes.Int32), x.Shape().Dimensions[1], x.DType())
	patch := Einsum("bn,bnc->bc", top, x)
	// [B, ...] to [B, ..., C]
	to := func(places *Node) *Node { return Gather(bank, ExpandAxes(places, -1)) }
	support := to(ArgMin(squaredDistances(patch, bank), -1, dtypes.Int32))
	largest := L2Norm(Sub(patch, support), -1) // [B, 1]
	if bank.Shape().Dimensions[0] == 1 || b < 2 {
		return Squeeze(largest, -1), distances
	}
	// [B, b]
	_, around := BottomK(squaredDistances(support, bank), min(b, bank.Shape().Dimensions[0]), -1)
	// [B, b, 1]
	crowd := L2Norm(Sub(ExpandAxes(patch, 1), to(around)), -1)
	// [B, 1, 1]
	highest := ReduceAndKeep(crowd, ReduceMax, 1)
	// [B, 1]
	sum := ReduceSum(Exp(Sub(crowd, highest)), 1)
	weight := OneMinus(Div(Exp(Sub(largest, Squeeze(highest, 1))), sum))
	return Squeeze(Mul(weight, largest), -1), distances
}
