package bridge

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"adlab/datasets/synth/lessons"
	"adlab/pkg/bert"
	"adlab/pkg/pretrain/align"
	"adlab/pkg/pretrain/sentence"
	"adlab/pkg/tensorfile"

	"github.com/gomlx/compute"
)

const (
	// rows is how many nouns have all their states told.
	rows = 200
	// tellings is how often a picture is told.
	tellings = 2
	// pieces of a sentence that are read, and how many are read at once.
	pieces, textBatch = 24, 32
)

// said are the frozen text tower's vectors of what is said of the pictures.
type said struct {
	width    int
	rows     []float32 // [rows, states, width]
	captions []float32 // [pictures, tellings, width]
}

// tell composes the sentences, and takes them through the text tower or finds their vectors.
func tell(ctx context.Context, b compute.Backend, text *bert.Model, l *align.Pictures,
	dir, by string, seed uint64, done func(done, total int)) (*said, error) {
	g, r := sentence.Captions(), rand.New(rand.NewPCG(seed, 0x73616964))
	var sentences []string
	nouns := append(append([]string{}, g.Objects...), lessons.Names()...)
	for range rows {
		sentences = append(sentences, g.Row(r, nouns[r.IntN(len(nouns))])...)
	}
	const pixels = align.Side * align.Side
	for i, x := range l.Told {
		_, cx, cy, found := covers(l.Masks[i*pixels:(i+1)*pixels], 16)
		place := ""
		if found {
			place = lessons.PlaceName(cx, cy)
		}
		for range tellings {
			sentences = append(sentences, g.Told(r, x, place))
		}
	}
	s := &said{width: text.Width}
	path := filepath.Join(dir, fmt.Sprintf("said-%s.safetensors", by[:12]))
	if _, err := os.Stat(path); err != nil {
		vectors, err := text.Vectors(ctx, b, sentences, pieces, textBatch, done)
		if err != nil {
			return nil, err
		}
		if err := tensorfile.Write(path, map[string]tensorfile.Tensor{"vectors": tensorfile.F32(
			vectors, len(sentences), text.Width)}, nil); err != nil {
			return nil, err
		}
	}
	f, err := tensorfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	vectors, err := f.Float32s("vectors", len(sentences), text.Width)
	if err != nil {
		return nil, fmt.Errorf("%w; delete it and run again", err)
	}
	n := rows * sentence.States() * text.Width
	s.rows, s.captions = vectors[:n], vectors[n:]
	return s, nil
}

// row are all states' vectors of one noun.
func (s *said) row(i int) []float32 {
	n := sentence.States() * s.width
	return s.rows[i*n : (i+1)*n]
}

// caption is one telling of a picture.
func (s *said) caption(picture, telling int) []float32 {
	at := (picture*tellings + telling) * s.width
	return s.captions[at : at+s.width]
}

// centre is the mean of all rows: what sentences have in common.
func (s *said) centre() []float32 {
	mean := make([]float64, s.width)
	for i, v := range s.rows {
		mean[i%s.width] += float64(v)
	}
	out := make([]float32, s.width)
	for i, v := range mean {
		out[i] = float32(v * float64(s.width) / float64(len(s.rows)))
	}
	return out
}
