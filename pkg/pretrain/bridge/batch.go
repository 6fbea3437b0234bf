package bridge

import (
	"fmt"
	"math/rand/v2"

	"adlab/pkg/pretrain/align"
	"adlab/pkg/pretrain/sentence"

	"github.com/gomlx/gomlx/core/tensors"
)

// specimens is how many specimens a step sees, each in align.Group pictures.
const specimens = 4

// batches give what a step learns from. A place is a specimen of a step, and names all random
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

// Len satisfies train.Data.
func (b *batches) Len() int { return b.steps * specimens }

// Batch satisfies train.Data: levels [B, levels, 1+N, Dv], the part of each patch that the flaw
// covers [B, N], states [B] int32, captions' vectors [B, C], and the vectors of all states of one
// noun [states, C].
func (b *batches) Batch(places []int) []*tensors.Tensor {
	const pixels = align.Side * align.Side
	n := len(places) * align.Group
	var levels, cover, captions []float32
	var states []int32
	tokens := b.seen.shape[1] - 1
	grid := 1
	for grid*grid < tokens {
		grid++
	}
	for _, place := range places {
		r := rand.New(rand.NewPCG(b.seed+1, uint64(place)))
		for range align.Group {
			i, mirrored := r.IntN(len(b.pictures.Told)), r.IntN(looks)
			look := i*looks + mirrored
			values, err := b.seen.at(look)
			if err != nil {
				panic(fmt.Sprintf("pretrain: %v", err)) // the file's shape was checked
			}
			levels = append(levels, values...)
			covered, _, _, _ := covers(b.pictures.Masks[i*pixels:(i+1)*pixels], grid, mirrored == 1)
			cover = append(cover, covered...)
			states = append(states, int32(b.state[b.pictures.Told[i].Type]))
			captions = append(captions, b.said.caption(look, r.IntN(tellings))...)
		}
	}
	row := rand.New(rand.NewPCG(b.seed+2, uint64(places[0]))).IntN(rows)
	return []*tensors.Tensor{
		tensors.FromFlatDataAndDimensions(levels, append([]int{n}, b.seen.shape...)...),
		tensors.FromFlatDataAndDimensions(cover, n, tokens),
		tensors.FromFlatDataAndDimensions(states, n),
		tensors.FromFlatDataAndDimensions(captions, n, b.said.width),
		tensors.FromFlatDataAndDimensions(b.said.row(row), sentence.States(), b.said.width),
	}
}
