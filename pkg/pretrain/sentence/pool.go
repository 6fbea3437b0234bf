package sentence

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"adlab/datasets/synth/lessons"
	"adlab/pkg/backend"
	"adlab/pkg/clip"
	"adlab/pkg/layer"
	"adlab/pkg/pretrain"
	"adlab/pkg/tensorfile"

	"github.com/gomlx/compute"
	"gonum.org/v1/gonum/mat"
)

const (
	// SetSize is how many sentences go through the text tower in a step: a column for each state of
	// one noun, then others.
	SetSize = 64
	// Sets is how many such sets there are.
	Sets = 300
	// Generation changes whenever the pool of the same seed does.
	Generation = 1
	// teacherPieces is where the teacher cuts a sentence.
	teacherPieces = 24
	// TableWidth is how many channels the table's start has: the directions of most variance first,
	// so that a narrower tower takes the first of them.
	TableWidth = 64
	// softness of the teacher's opinion on what a state means: a difference in cosine that counts
	// e-fold.
	softness = 0.04
)

// Pool is what the text tower learns from: sets of sentences with the teacher's vectors,
// what each means, and a start for the table of pieces in which words of one meaning lie together.
type Pool struct {
	Sentences []string  // [Sets · SetSize]
	Vectors   []float32 // [Sets · SetSize, 384]: the teacher's, of unit length
	Meaning   []float32 // [Sets · SetSize, 1 + types]: how much of each state, summing to 1
	Table     []float32 // [clip.Vocabulary, TableWidth]
}

// States is the number of states: the normal one and every type.
func States() int { return 1 + len(Types()) }

// meant is a sentence to be, and its state: an index, or a phrase whose meaning the teacher tells.
type meant struct {
	sentence string
	state    int
	phrase   int
}

// composeSets writes the sentences of the pool. The first columns of a set differ in their state
// alone; of the others, half tell states of the grammar in other words, half states of all kinds.
func composeSets(g Grammar, seed uint64, phrases []phrase) (all []meant) {
	nouns := append(slices.Clone(g.Objects), lessons.Names()...)
	kinds := append([]string{""}, Types()...)
	for s := range Sets {
		r := rand.New(rand.NewPCG(seed, uint64(s)))
		noun, f := draw(r, nouns), g.form(r)
		for i, kind := range kinds {
			all = append(all, meant{g.state(r, f, noun, kind), i, -1})
		}
		for i := len(kinds); i < SetSize; i++ {
			noun, f := draw(r, nouns), g.form(r)
			if r.IntN(2) == 0 {
				k := r.IntN(len(kinds))
				all = append(all, meant{g.state(r, f, noun, kinds[k]), k, -1})
				continue
			}
			p := r.IntN(len(phrases))
			pattern := f.flawed
			if phrases[p].quality {
				pattern = f.described
			}
			all = append(all,
				meant{fill(f.frame, "{s}", fill(pattern, "{a}", noun, "{w}", phrases[p].words)), 0,
					p})
		}
	}
	return all
}

// phrase is words for a state of any kind.
type phrase struct {
	words   string
	quality bool
}

// about is a phrase in a sentence on nothing in particular.
func (p phrase) about() string {
	if p.quality {
		return "a " + p.words + " product"
	}
	return "a product with " + p.words
}

// phrasesOf are the states of all kinds, the kept synonyms among them: the teacher alone says what
// they mean.
func phrasesOf(g Grammar) (phrases []phrase) {
	for _, w := range g.Conditions {
		phrases = append(phrases, phrase{w, false})
	}
	for _, kind := range Types() {
		phrases = append(phrases, phrase{g.Types[kind].Kept, false})
	}
	for _, w := range g.Qualities {
		phrases = append(phrases, phrase{w, true})
	}
	return phrases
}

// MakePool makes the pool, or reads it from the folder dir.
func MakePool(ctx context.Context, b compute.Backend, teacher func() (*Teacher,
	error), dir string, seed uint64, tell func(done, total int)) (*Pool, error) {
	g := Captions()
	phrases := phrasesOf(g)
	all := composeSets(g, seed, phrases)
	p := &Pool{}
	h := sha256.New()
	fmt.Fprintln(h, backend.Bits(b), Generation, softness, TableWidth, TeacherWeights.SHA256)
	for _, m := range all {
		p.Sentences = append(p.Sentences, m.sentence)
		fmt.Fprintln(h, m)
	}
	path := filepath.Join(dir, fmt.Sprintf("sentences-%x.safetensors", h.Sum(nil)[:8]))
	if _, err := os.Stat(path); err == nil {
		return p, p.read(path)
	}
	t, err := teacher()
	if err != nil {
		return nil, err
	}
	pieces := clip.Pieces()
	total := len(pieces) + len(p.Sentences)
	if p.Vectors, err = t.embed(ctx, p.Sentences, teacherPieces, func(done, _ int) {
		tell(done, total)
	}); err != nil {
		return nil, err
	}
	if p.Meaning, err = meanings(ctx, t, g, all, phrases); err != nil {
		return nil, err
	}
	vectors, err := t.embed(ctx, pieces, 8, func(done, _ int) {
		tell(len(p.Sentences)+done, total)
	})
	if err != nil {
		return nil, err
	}
	if p.Table, err = tableOf(pieces, vectors, vocabularyOf(p.Sentences), TableWidth,
		seed); err != nil {
		return nil, err
	}
	n := len(p.Sentences)
	return p, tensorfile.Write(path, layer.Tensors(map[string]layer.Array{
		"vectors": {Shape: []int{n, Width}, Data: p.Vectors},
		"meaning": {Shape: []int{n, States()}, Data: p.Meaning},
		"table":   {Shape: []int{len(pieces), TableWidth}, Data: p.Table},
	}), map[string]string{"made_by": "adlab pretrain clip", "seed": fmt.Sprint(seed)})
}

func (p *Pool) read(path string) error {
	f, err := tensorfile.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	n := len(p.Sentences)
	if p.Vectors, err = f.Float32s("vectors", n, Width); err != nil {
		return err
	}
	if p.Meaning, err = f.Float32s("meaning", n, States()); err != nil {
		return err
	}
	p.Table, err = f.Float32s("table", clip.Vocabulary, TableWidth)
	return err
}

// meanings tells what each sentence means: its state, or, for a phrase, the softmax over the states
// of the largest cosine of the teacher's vectors of the phrase and of the state's words.
func meanings(ctx context.Context, t *Teacher, g Grammar, all []meant,
	phrases []phrase) ([]float32, error) {
	var known []string
	var of []int
	for _, n := range g.Normal {
		known, of = append(known, fill(n, "{a}", "product")), append(of, 0)
	}
	for i, kind := range Types() {
		for _, w := range g.Types[kind].Words {
			known, of = append(known, phrase{w, false}.about()), append(of, i+1)
		}
		for _, w := range g.Types[kind].Describing {
			known, of = append(known, phrase{w, true}.about()), append(of, i+1)
		}
	}
	asked := slices.Clone(known)
	for _, p := range phrases {
		asked = append(asked, p.about())
	}
	vectors, err := t.embed(ctx, asked, teacherPieces, nil)
	if err != nil {
		return nil, err
	}
	vector := func(i int) []float32 { return vectors[i*Width : (i+1)*Width] }
	told := make([][]float32, len(phrases))
	for p := range phrases {
		best := slices.Repeat([]float64{-1}, States())
		for k := range known {
			best[of[k]] = max(best[of[k]], pretrain.Product(vector(len(known)+p), vector(k)))
		}
		top, sum := slices.Max(best), 0.0
		row := make([]float32, len(best))
		for i, b := range best {
			row[i] = float32(math.Exp((b - top) / softness))
			sum += float64(row[i])
		}
		for i := range row {
			row[i] /= float32(sum)
		}
		told[p] = row
	}
	out := make([]float32, 0, len(all)*States())
	for _, m := range all {
		row := make([]float32, States())
		row[m.state] = 1
		if m.phrase >= 0 {
			row = told[m.phrase]
		}
		out = append(out, row...)
	}
	return out, nil
}

// vocabularyOf marks the ids that the sentences use.
func vocabularyOf(sentences []string) []bool {
	used := make([]bool, clip.Vocabulary)
	for _, s := range sentences {
		t := clip.Tokenize(s)
		for _, id := range t.IDs[:t.Length+2] {
			used[id] = true
		}
	}
	return used
}

// tableOf brings the teacher's vector of every piece's text to width channels: the directions in
// which the pieces of the sentences, and all others to the same degree, vary most. Values have a
// root mean square of 1/2; pieces without text are noise.
func tableOf(pieces []string, vectors []float32, used []bool, width int, seed uint64) ([]float32,
	error) {
	const c = Width
	mean, count := make([]float64, c), 0.0
	weight := make([]float64, len(pieces))
	inUse := 0.0
	for _, u := range used {
		if u {
			inUse++
		}
	}
	for i, p := range pieces {
		if p == "" {
			continue
		}
		weight[i] = 0.5 / float64(len(pieces))
		if used[i] {
			weight[i] += 0.5 / inUse
		}
		count += weight[i]
		for k, v := range vectors[i*c : (i+1)*c] {
			mean[k] += weight[i] * float64(v)
		}
	}
	for k := range mean {
		mean[k] /= count
	}
	cov := mat.NewSymDense(c, nil)
	row := mat.NewVecDense(c, nil)
	for i := range pieces {
		if weight[i] == 0 {
			continue
		}
		for k, v := range vectors[i*c : (i+1)*c] {
			row.SetVec(k, float64(v)-mean[k])
		}
		cov.SymRankOne(cov, weight[i], row)
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(cov, true) {
		return nil, fmt.Errorf("sentence teacher: its vectors have no principal directions")
	}
	var directions mat.Dense
	eigen.VectorsTo(&directions) // ascending
	out, squares := make([]float32, len(pieces)*width), 0.0
	for i := range pieces {
		if weight[i] == 0 {
			continue
		}
		for j := range width {
			sum := 0.0
			for k, v := range vectors[i*c : (i+1)*c] {
				sum += (float64(v) - mean[k]) * directions.At(k, c-1-j)
			}
			out[i*width+j] = float32(sum)
			squares += sum * sum
		}
	}
	scale := float32(0.5 / math.Sqrt(squares/float64(len(out))))
	r := rand.New(rand.NewPCG(seed, binary.LittleEndian.Uint64([]byte("no piece"))))
	for i := range out {
		if out[i] *= scale; weight[i/width] == 0 {
			out[i] = float32(0.5 * r.NormFloat64())
		}
	}
	return out, nil
}
