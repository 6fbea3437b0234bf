package bridge

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"

	"adlab/pkg/pretrain/align"
	"adlab/pkg/pretrain/sentence"

	"github.com/gomlx/gomlx/core/tensors"
)

const (
	// batch is how many pictures a step sees.
	batch = 16
	// patches of a picture that a step sees, and how many of them at most those that the flaw
	// covers most.
	patches, flawed = 96, 48
)

// batches give what a step learns from. A place is a picture of a step, and names all random
// numbers. It satisfies train.Data.
type batches struct {
	seed     uint64
	steps    int
	pictures *align.Pictures
	seen     *seen
	said     *said
	state    map[string]int
}

func newBatches(seed uint64, steps int, l *align.Pictures, s *seen, t *said) *batches {
	b := &batches{seed: seed, steps: steps, pictures: l, seen: s, said: t, state: map[string]int{}}
	for i, kind := range sentence.Types() {
		b.state[kind] = i + 1
	}
	return b
}

// choose gives patches by how much the flaw covers each: those that it covers most, and others
// drawn. Small pictures give all.
func choose(r *rand.Rand, covered []float32) []int {
	order := r.Perm(len(covered))
	slices.SortStableFunc(order, func(i, k int) int { return cmp.Compare(covered[k], covered[i]) })
	hit := 0
	for hit < min(flawed, len(order)) && covered[order[hit]] > 0 {
		hit++
	}
	r.Shuffle(len(order)-hit, func(i, k int) {
		order[hit+i], order[hit+k] = order[hit+k], order[hit+i]
	})
	return order[:min(patches, len(order))]
}

// Len satisfies train.Data.
func (b *batches) Len() int { return b.steps * batch }

// Batch satisfies train.Data: levels [B, levels, 1+P, Dv] of some patches, the part of each that
// the flaw covers [B, P], states [B] int32, captions' vectors [B, C], and the vectors of all states
// of one noun [states, C].
func (b *batches) Batch(places []int) []*tensors.Tensor {
	const pixels = align.Side * align.Side
	n := len(places)
	var levels, cover, captions []float32
	var states []int32
	for _, place := range places {
		r := rand.New(rand.NewPCG(b.seed+1, uint64(place)))
		i := r.IntN(len(b.pictures.Told))
		covered, _, _, _ := covers(b.pictures.Masks[i*pixels:(i+1)*pixels], b.seen.grid)
		some := choose(r, covered)
		values, err := b.seen.at(i, some)
		if err != nil {
			panic(fmt.Sprintf("pretrain: %v", err)) // the file's shape was checked
		}
		levels = append(levels, values...)
		for _, patch := range some {
			cover = append(cover, covered[patch])
		}
		states = append(states, int32(b.state[b.pictures.Told[i].Type]))
		captions = append(captions, b.said.caption(i, r.IntN(tellings))...)
	}
	row := rand.New(rand.NewPCG(b.seed+2, uint64(places[0]))).IntN(rows)
	return []*tensors.Tensor{
		tensors.FromFlatDataAndDimensions(levels, n, b.seen.shape[0], 1+len(cover)/n,
			b.seen.shape[2]),
		tensors.FromFlatDataAndDimensions(cover, n, len(cover)/n),
		tensors.FromFlatDataAndDimensions(states, n),
		tensors.FromFlatDataAndDimensions(captions, n, b.said.width),
		tensors.FromFlatDataAndDimensions(b.said.row(row), sentence.States(), b.said.width),
	}
}
