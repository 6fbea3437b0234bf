package metric

import (
	"fmt"
	"math"
	"slices"
)

// Limit is the false-positive rate up to which AUPRO is taken.
const Limit = 0.3

// PixelScores are the pixel metrics of a category, as fractions.
type PixelScores struct {
	Scores
	AUPRO float64 // area under per-region overlap up to a false-positive rate of Limit, divided by Limit; 8-connected regions of equal weight
}

// Pixels accumulates exact pixel metrics over the maps of a category in two passes, so that the maps need not be in
// memory twice: Positives for every map, then Negatives for every map, then Scores.
type Pixels struct {
	side      int
	maps      int
	positives []positive
	regions   int
	distinct  []float32 // scores of positives, ascending
	gaps      []int     // negatives: gaps[2i+1] equal distinct[i], gaps[2i] lie below it and above distinct[i-1]
	negatives int
}

type positive struct {
	score  float32
	weight float64 // 1/area of its region
}

// NewPixels is for square maps of side pixels a side.
func NewPixels(side int) *Pixels { return &Pixels{side: side} }

// Positives takes the anomalous pixels of a map: mask is 1 where the pixel is anomalous, row-major as the map.
func (p *Pixels) Positives(scores []float32, mask []uint8) error {
	if len(scores) != p.side*p.side || len(mask) != len(scores) {
		return fmt.Errorf("%w: map %d has %d scores and %d mask pixels, expected %d", ErrLength, p.maps, len(scores), len(mask), p.side*p.side)
	}
	labels, areas := Regions(mask, p.side, 8)
	for i, s := range scores {
		if math.IsNaN(float64(s)) || math.IsInf(float64(s), 0) {
			return fmt.Errorf("%w: map %d, pixel %d has %v", ErrNotFinite, p.maps, i, s)
		}
		if labels[i] != 0 {
			p.positives = append(p.positives, positive{s + 0, 1 / float64(areas[labels[i]-1])})
		}
	}
	p.regions += len(areas)
	p.maps++
	return nil
}

// Negatives takes the normal pixels of a map. It comes after Positives of all maps.
func (p *Pixels) Negatives(scores []float32, mask []uint8) error {
	if len(scores) != p.side*p.side || len(mask) != len(scores) {
		return fmt.Errorf("%w: %d scores and %d mask pixels, expected %d", ErrLength, len(scores), len(mask), p.side*p.side)
	}
	p.seal()
	for i, s := range scores {
		if mask[i] != 0 {
			continue
		}
		lo, hi := 0, len(p.distinct) // first distinct score >= s
		for lo < hi {
			if mid := (lo + hi) / 2; p.distinct[mid] < s {
				lo = mid + 1
			} else {
				hi = mid
			}
		}
		if lo < len(p.distinct) && p.distinct[lo] == s {
			p.gaps[2*lo+1]++
		} else {
			p.gaps[2*lo]++
		}
		p.negatives++
	}
	return nil
}

// seal sorts the positives, once.
func (p *Pixels) seal() {
	if p.gaps != nil {
		return
	}
	slices.SortFunc(p.positives, func(a, b positive) int {
		switch {
		case a.score < b.score:
			return -1
		case a.score > b.score:
			return 1
		}
		return 0
	})
	for _, x := range p.positives {
		if n := len(p.distinct); n == 0 || p.distinct[n-1] != x.score {
			p.distinct = append(p.distinct, x.score)
		}
	}
	p.gaps = make([]int, 2*len(p.distinct)+1)
}

// Scores walks the curves from the highest score down. The limit of AUPRO is in (0, 1]; Limit is usual.
func (p *Pixels) Scores(limit float64) (PixelScores, error) {
	switch {
	case p.maps == 0:
		return PixelScores{}, ErrEmpty
	case len(p.positives) == 0:
		return PixelScores{}, ErrNoPositivePixels
	case p.negatives == 0:
		return PixelScores{}, ErrNoNegativePixels
	case !(limit > 0 && limit <= 1):
		return PixelScores{}, fmt.Errorf("%w, got %v", ErrLimit, limit)
	}
	var steps []step
	pro := curve{limit: limit}
	fp, covered, at := 0, 0.0, len(p.positives)
	rate := func() float64 { return float64(fp) / float64(p.negatives) }
	for i := len(p.distinct) - 1; i >= 0; i-- {
		above := p.gaps[2*i+2] // negatives above this score and below the one before: a flat piece
		fp += above
		pro.to(rate(), covered/float64(p.regions))
		from := at
		for at > 0 && p.positives[at-1].score == p.distinct[i] {
			at--
			covered += p.positives[at].weight
		}
		fp += p.gaps[2*i+1] // ties: one diagonal piece
		pro.to(rate(), covered/float64(p.regions))
		steps = append(steps, step{negatives: above, score: math.Inf(1)}, step{float64(p.distinct[i]), from - at, p.gaps[2*i+1]})
	}
	fp += p.gaps[0]
	pro.to(rate(), covered/float64(p.regions))
	steps = append(steps, step{negatives: p.gaps[0], score: math.Inf(-1)})
	ranked, err := rank(steps)
	return PixelScores{ranked, pro.area / limit}, err
}

// curve is the area under a piecewise linear curve from (0, 0), cut at limit.
type curve struct{ limit, x, y, area float64 }

func (c *curve) to(x, y float64) {
	if c.x < c.limit && x > c.x {
		endX, endY := x, y
		if x > c.limit {
			endX, endY = c.limit, c.y+(y-c.y)*(c.limit-c.x)/(x-c.x)
		}
		c.area += (endX - c.x) * (c.y + endY) / 2
	}
	c.x, c.y = x, y
}

// Pixel is Pixels over maps that are in memory.
func Pixel(maps [][]float32, masks [][]uint8, side int) (PixelScores, error) {
	if len(maps) != len(masks) {
		return PixelScores{}, fmt.Errorf("%w: %d maps, %d masks", ErrLength, len(maps), len(masks))
	}
	p := NewPixels(side)
	for i := range maps {
		if err := p.Positives(maps[i], masks[i]); err != nil {
			return PixelScores{}, err
		}
	}
	for i := range maps {
		if err := p.Negatives(maps[i], masks[i]); err != nil {
			return PixelScores{}, err
		}
	}
	return p.Scores(Limit)
}
