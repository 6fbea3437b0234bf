package multiads

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"path/filepath"

	"adlab/pkg/backend"
	"adlab/pkg/encoder"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// TextEncoder embeds sentences with a frozen text tower. What it has embedded it keeps, so that an
// edited prompt costs that prompt alone.
type TextEncoder struct {
	backend compute.Backend
	model   encoder.Pair
	exec    *model.Exec
	known   map[string][]float32 // unit length
	cache   *textCache           // of earlier runs, or nil
	stored  map[[sumSize]byte][]float32
	// Encoded counts the sentences that went through the tower.
	Encoded int
}

// NewTextEncoder is for the text tower of a pair. It keeps embeddings in the folder cache, or in
// memory alone where that is "".
func NewTextEncoder(b compute.Backend, m encoder.Pair, cache string) (*TextEncoder, error) {
	exec, err := model.NewExec(b, m.Store(), m.Text)
	if err != nil {
		return nil, err
	}
	t := &TextEncoder{backend: b, model: m, exec: exec, known: map[string][]float32{}}
	if cache != "" {
		key := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%d at once", m.Digest(), backend.Bits(b),
			textBatch))
		t.cache = &textCache{filepath.Join(cache, "texts", fmt.Sprintf("%x", key)[:40]),
			m.Embed(), 0}
		t.stored, err = t.cache.load()
	}
	return t, err
}

// textBatch is the number of sentences that go through the tower at once. One edited prompt costs
// as much as a batch.
const textBatch = 8

// Embed gives the sentences' embeddings, each of unit length.
func (t *TextEncoder) Embed(ctx context.Context, sentences []string) ([][]float32, error) {
	var fresh []string
	asked := map[string]bool{}
	for _, s := range sentences {
		if _, ok := t.known[s]; ok || asked[s] {
			continue
		}
		if e := t.stored[sha256.Sum256([]byte(s))]; e != nil {
			t.known[s] = e
			continue
		}
		fresh, asked[s] = append(fresh, s), true
	}
	if err := t.encode(ctx, fresh); err != nil {
		return nil, err
	}
	if t.cache != nil && len(fresh) > 0 {
		if err := t.cache.add(t.known, fresh); err != nil {
			return nil, err
		}
	}
	embeddings := make([][]float32, len(sentences))
	for i, s := range sentences {
		embeddings[i] = t.known[s]
	}
	return embeddings, nil
}

// encode runs sentences through the tower.
func (t *TextEncoder) encode(ctx context.Context, fresh []string) error {
	for len(fresh) > 0 {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		n := min(textBatch, len(fresh))
		// one shape; rows beyond n are the last sentence again
		var ids []int32
		for i := range textBatch {
			read, err := t.model.Read(fresh[min(i, n-1)])
			if err != nil {
				return err
			}
			ids = append(ids, read...)
		}
		out, err := t.exec.Call1(tensors.FromFlatDataAndDimensions(ids, textBatch,
			len(ids)/textBatch))
		if err != nil {
			return err
		}
		flat, d := tensors.MustCopyFlatData[float32](out), t.model.Embed()
		for i := range n {
			t.known[fresh[i]] = unit(flat[i*d : (i+1)*d])
		}
		t.Encoded += n
		fresh = fresh[n:]
	}
	return nil
}

// Matrix is the text matrix [D, C] of a product: each column the mean of its sentences' embeddings,
// of unit length. columns[c] lists the sentences of column c. Source: SPEC 5b.
func (t *TextEncoder) Matrix(ctx context.Context, columns [][]string) (*tensors.Tensor, error) {
	d, c := t.model.Embed(), len(columns)
	flat := make([]float32, d*c)
	for k, sentences := range columns {
		if len(sentences) == 0 {
			return nil, fmt.Errorf("prompts: expected at least one sentence for column %d, "+
				"got none", k)
		}
		embeddings, err := t.Embed(ctx, sentences)
		if err != nil {
			return nil, err
		}
		mean := make([]float32, d)
		for i := range mean {
			sum := 0.0
			for _, e := range embeddings {
				sum += float64(e[i])
			}
			mean[i] = float32(sum / float64(len(embeddings)))
		}
		for i, x := range unit(mean) {
			flat[i*c+k] = x
		}
	}
	return tensors.FromFlatDataAndDimensions(flat, d, c), nil
}

// unit is a copy of unit length.
func unit(v []float32) []float32 {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	length := math.Sqrt(sum)
	out := make([]float32, len(v))
	for i, x := range v {
		out[i] = float32(float64(x) / length)
	}
	return out
}
