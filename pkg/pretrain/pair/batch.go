package pair

import (
	"math/rand/v2"
	"sync"

	"adlab/datasets/synth/lessons"
	"adlab/pkg/clip"
	"adlab/pkg/pretrain/align"
	"adlab/pkg/pretrain/sentence"

	"github.com/gomlx/gomlx/core/tensors"
)

const (
	// wholeSide is the side of what the vision tower sees, in pixels, windowSide of what it sees in
	// most of its training, which costs a third as much, and patchSide that of a patch.
	wholeSide, windowSide, patchSide = 224, 128, 16
	// contextIDs is how many ids of a text the training keeps.
	contextIDs = 32
	// specimens is how many specimens a step sees, each in four pictures.
	specimens = 8
)

// shareOfSet is how many sentences come with each specimen.
const shareOfSet = sentence.SetSize / specimens

// pictureSize is how many numbers a batch has for a picture: pixels 0..255, how much of each patch
// the flaw covers, state, caption.
func pictureSize(side int) int {
	return side*side*3 + side/patchSide*(side/patchSide) + 1 + contextIDs
}

// pictureSizes is how many it has for the pictures of one specimen.
func pictureSizes(side int) int {
	if side == 0 {
		return 0
	}
	return align.Group * pictureSize(side)
}

// sentenceSize is how many it has for a sentence: ids, the teacher's vector, the meaning.
func sentenceSize() int { return contextIDs + sentence.Width + sentence.States() }

// batches gives the batches of the pair's training: a sample is four pictures, each turned, cut
// and lit anew, with captions, and a share of one set of the pool's sentences. Every place is met
// once in a run and names all random numbers. Batch is for a train.Single.
type batches struct {
	seed    uint64
	side    int // of the windows, in pixels; 0 leaves the pictures out
	lessons *align.Pictures
	pool    *sentence.Pool
	state   map[string]int // of each type
}

func newBatches(seed uint64, side int, l *align.Pictures, p *sentence.Pool) *batches {
	b := &batches{seed: seed, side: side, lessons: l, pool: p, state: map[string]int{}}
	for i, kind := range sentence.Types() {
		b.state[kind] = i + 1
	}
	return b
}

// Batch is [len(places), pictureSizes(side) + shareOfSet·sentenceSize()].
func (b *batches) Batch(places []int) *tensors.Tensor {
	width := pictureSizes(b.side) + shareOfSet*sentenceSize()
	all := make([]float32, len(places)*width)
	set := rand.New(rand.NewPCG(b.seed, uint64(places[0]))).IntN(sentence.Sets)
	var rows sync.WaitGroup
	for row, place := range places {
		rows.Go(func() {
			flat, r := all[row*width:row*width:(row+1)*width],
				rand.New(rand.NewPCG(b.seed+1, uint64(place)))
			if b.side > 0 {
				for range align.Group {
					flat = b.picture(r, flat, b.lessons.Pick(r))
				}
			}
			for k := range shareOfSet {
				flat = b.sentence(flat, set*sentence.SetSize+row%specimens*shareOfSet+k)
			}
		})
	}
	rows.Wait()
	return tensors.FromFlatDataAndDimensions(all, len(places), width)
}

func (b *batches) sentence(flat []float32, i int) []float32 {
	flat = appendIDs(flat, b.pool.Sentences[i])
	flat = append(flat, b.pool.Vectors[i*sentence.Width:(i+1)*sentence.Width]...)
	return append(flat, b.pool.Meaning[i*sentence.States():(i+1)*sentence.States()]...)
}

// appendIDs appends the first ids of a text, the end mark among them.
func appendIDs(flat []float32, text string) []float32 {
	t := clip.Tokenize(text)
	last := t.IDs[t.Length+1]
	for k := range contextIDs {
		id := t.IDs[k]
		if k == contextIDs-1 && t.Length+1 >= contextIDs {
			id = last
		}
		flat = append(flat, float32(id))
	}
	return flat
}

// picture appends picture i as one window of it, in most cases one with some of the flaw, turned
// and mirrored anyhow, in other light.
func (b *batches) picture(r *rand.Rand, flat []float32, i int) []float32 {
	const pixels = align.Side * align.Side
	image, mask := b.lessons.Images[i*pixels*3:(i+1)*pixels*3],
		b.lessons.Masks[i*pixels:(i+1)*pixels]
	left, top, turn := b.corner(r, mask)
	gain, shift := 0.75+0.5*r.Float32(), 30*r.Float32()-15
	tint := [3]float32{0.9 + 0.2*r.Float32(), 0.9 + 0.2*r.Float32(), 0.9 + 0.2*r.Float32()}
	grey, grain := float32(0), 5*r.Float32()*r.Float32()
	if r.IntN(6) == 0 {
		grey = r.Float32()
	}
	noise, grid := r.Uint32(), b.side/patchSide
	cover := make([]float32, grid*grid)
	var sx, sy, count float64
	for y := range b.side {
		for x := range b.side {
			u, v := x, y
			if turn&1 != 0 {
				u = b.side - 1 - u
			}
			if turn&2 != 0 {
				v = b.side - 1 - v
			}
			if turn&4 != 0 {
				u, v = v, u
			}
			from := (top+v)*align.Side + left + u
			p := [3]float32{float32(image[3*from]), float32(image[3*from+1]),
				float32(image[3*from+2])}
			mean := (p[0] + p[1] + p[2]) / 3
			for c := range 3 {
				noise = noise*1664525 + 1013904223
				value := (p[c]+grey*(mean-p[c]))*gain*tint[c] + shift +
					grain*(float32(noise>>8)/(1<<23)-1)
				flat = append(flat, min(max(value, 0), 255))
			}
			if mask[from] != 0 {
				cover[y/patchSide*grid+x/patchSide] += 1.0 / (patchSide * patchSide)
				sx, sy, count = sx+float64(x), sy+float64(y), count+1
			}
		}
	}
	flat = append(flat, cover...)
	l := *b.lessons.Told[i]
	place := ""
	if count < 4 { // the window has lost the flaw
		l.Type = ""
	} else {
		place = lessons.PlaceName(sx/count/float64(b.side), sy/count/float64(b.side))
	}
	flat = append(flat, float32(b.state[l.Type]))
	return appendIDs(flat, sentence.Captions().Told(r, &l, place))
}

// corner draws a window's corner, and a number of eight ways to turn and mirror it. Four of five
// windows of a flawed picture hold a pixel of the flaw.
func (b *batches) corner(r *rand.Rand, mask []uint8) (left, top, turn int) {
	room := align.Side - b.side
	left, top, turn = r.IntN(room+1), r.IntN(room+1), r.IntN(8)
	var flaw []int
	for i, v := range mask {
		if v != 0 {
			flaw = append(flaw, i)
		}
	}
	if len(flaw) == 0 || r.IntN(5) == 0 {
		return left, top, turn
	}
	within := func(at int) int { // a corner from which the window reaches the pixel
		lo, hi := max(0, at-b.side+1), min(room, at)
		return lo + r.IntN(hi-lo+1)
	}
	at := flaw[r.IntN(len(flaw))]
	return within(at % align.Side), within(at / align.Side), turn
}
