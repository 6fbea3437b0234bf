package vision

import (
	"fmt"
	"math/rand/v2"

	"adlab/pkg/pretrain/pictures"

	"github.com/gomlx/gomlx/core/tensors"
)

// Crops draws windows of pictures. Which window a place gives depends on Seed and the place alone.
// Batch is for a train.Single.
type Crops struct {
	Seed  uint64
	Side  int // of a window in pixels, at most Window
	picks []pick
}

// pick is a source's pictures and the share of the windows at which it ends.
type pick struct {
	until    float64
	pictures []pictures.Picture
}

// NewCrops draws windows of that side from the pictures of the sources by their shares. With held,
// only from those kept apart to measure on; else only from the others.
func NewCrops(sources []pictures.Source, loaded []pictures.Picture, held bool, side int,
	seed uint64) (*Crops,
	error) {
	c := &Crops{Seed: seed, Side: side}
	total := 0.0
	for _, s := range sources {
		var own []pictures.Picture
		for _, p := range loaded {
			if p.Source == s.Name && p.HeldOut() == held {
				own = append(own, p)
			}
		}
		if len(own) > 0 && s.Share > 0 {
			total += s.Share
			c.picks = append(c.picks, pick{total, own})
		}
	}
	if total == 0 {
		return nil, fmt.Errorf("training pictures: expected some, got none")
	}
	for i := range c.picks {
		c.picks[i].until /= total
	}
	c.picks[len(c.picks)-1].until = 1
	return c, nil
}

// Batch gives the windows at those places, [len(places), Side, Side, 3] bytes.
func (c *Crops) Batch(places []int) *tensors.Tensor {
	bytes := c.Side * c.Side * 3
	pix := make([]uint8, len(places)*bytes)
	for i, place := range places {
		c.draw(pix[i*bytes:(i+1)*bytes], rand.New(rand.NewPCG(c.Seed, uint64(place))))
	}
	return tensors.FromFlatDataAndDimensions(pix, len(places), c.Side, c.Side, 3)
}

// draw writes one window: a piece of a picture in one of its sizes, turned, sometimes in other
// colours, and sometimes with pieces of other pictures pasted in, so that the student also follows
// its teacher where something is wrong.
func (c *Crops) draw(dst []uint8, rng *rand.Rand) {
	c.piece(dst, c.Side, c.Side, rng)
	recolour(dst, rng)
	if rng.Float64() < 0.3 {
		for range 1 + rng.IntN(4) {
			w, h := 4+rng.IntN(c.Side/3), 4+rng.IntN(c.Side/3)
			patch := make([]uint8, w*h*3)
			c.piece(patch, w, h, rng)
			recolour(patch, rng)
			x, y := rng.IntN(c.Side-w), rng.IntN(c.Side-h)
			for row := range h {
				copy(dst[((y+row)*c.Side+x)*3:][:w*3], patch[row*w*3:])
			}
		}
	}
}

// piece fills w × h pixels with a part of a picture, in one of the eight ways to lay a square.
func (c *Crops) piece(dst []uint8, w, h int, rng *rand.Rand) {
	r := rng.Float64()
	k := 0
	for c.picks[k].until <= r {
		k++
	}
	p := c.picks[k].pictures[rng.IntN(len(c.picks[k].pictures))]
	m := p.Sizes[rng.IntN(len(p.Sizes))]
	turned := rng.IntN(8)
	if turned&1 == 1 {
		w, h = h, w
	}
	x0, y0 := rng.IntN(m.W-w+1), rng.IntN(m.H-h+1)
	for y := range h {
		for x := range w {
			u, v, width := x, y, w
			if turned&2 != 0 {
				u = w - 1 - u
			}
			if turned&4 != 0 {
				v = h - 1 - v
			}
			if turned&1 == 1 {
				u, v, width = v, u, h
			}
			to, from := dst[(v*width+u)*3:], m.Pix[((y0+y)*m.W+x0+x)*m.C:]
			if m.C == 1 {
				to[0], to[1], to[2] = from[0], from[0], from[0]
			} else {
				to[0], to[1], to[2] = from[0], from[1], from[2]
			}
		}
	}
}

// recolour changes contrast and brightness of the channels, or takes the colour away, of half of
// the pictures.
func recolour(pix []uint8, rng *rand.Rand) {
	r := rng.Float64()
	if r > 0.5 {
		return
	}
	if r < 0.1 {
		for i := 0; i < len(pix); i += 3 {
			grey := uint8((int(pix[i]) + int(pix[i+1]) + int(pix[i+2])) / 3)
			pix[i], pix[i+1], pix[i+2] = grey, grey, grey
		}
	}
	var table [3][256]uint8
	gain, shift := 0.6+0.8*rng.Float64(), 60*(rng.Float64()-0.5)
	for ch := range table {
		g, s := gain*(0.9+0.2*rng.Float64()), shift+20*(rng.Float64()-0.5)
		for i := range table[ch] {
			table[ch][i] = uint8(min(max((float64(i)-128)*g+128+s, 0), 255))
		}
	}
	for i := range pix {
		pix[i] = table[i%3][pix[i]]
	}
}
