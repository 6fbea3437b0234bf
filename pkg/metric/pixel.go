package metric

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"sync"
)

// Limit is the false-positive rate up to which AUPRO is taken.
const Limit = 0.3

// PixelScores are the pixel metrics of a category, as fractions.
type PixelScores struct {
	Scores
	// area under per-region overlap up to a false-positive rate of Limit, divided by Limit;
	// 8-connected regions of equal weight
	AUPRO float64
}

// Pixels accumulates exact pixel metrics over the maps of a category in two passes, so that the
// maps need not be in memory together: Positives for every map, then Negatives for every map, then
// Scores. A map that is refused leaves no trace.
type Pixels struct {
	width   int // of a map's rows
	height  int // rows of a map, 0 until the first
	maps    int // that Positives took
	counted int // that Negatives took
	// of each anomalous pixel key(score)<<32 | area of its region: sorted, the order is total
	positives []uint64
	regions   int
	normals   int // pixels, by Positives
	negatives int // pixels, by Negatives
	ladder    ladder
	// negatives in the gaps of the ladder, which the positives' distinct scores make
	gaps []int
}

// NewPixels is for maps with rows of width pixels, all with as many rows as the first.
func NewPixels(width int) *Pixels { return &Pixels{width: width} }

// rows are those that a map of n pixels has to have.
func (p *Pixels) rows(n int) int {
	if p.height > 0 || p.width == 0 {
		return p.height
	}
	return n / p.width
}

// check tells whether a map can be measured.
func (p *Pixels) check(m int, scores []float32, mask []uint8) error {
	rows := p.rows(len(mask))
	if p.width < 1 || rows < 1 || len(scores) != p.width*rows || len(mask) != len(scores) {
		return fmt.Errorf("%w: map %d has %d scores and %d mask pixels, expected %d x %d",
			ErrLength, m, len(scores), len(mask), p.width, rows)
	}
	for i, s := range scores {
		if s-s != 0 { // NaN for NaN and for the infinities
			return fmt.Errorf("%w: map %d, pixel %d has %v", ErrNotFinite, m, i, s)
		}
	}
	return nil
}

// Positives takes the anomalous pixels of a map: mask is not 0 where the pixel is anomalous,
// row-major as the map.
func (p *Pixels) Positives(scores []float32, mask []uint8) error {
	if p.gaps != nil {
		return fmt.Errorf("%w: Positives after Negatives", ErrPasses)
	}
	if err := p.check(p.maps, scores, mask); err != nil {
		return err
	}
	labels, areas := Regions(mask, p.width, 8)
	p.height = len(mask) / p.width
	p.maps, p.regions, p.normals = p.maps+1, p.regions+len(areas), p.normals+len(mask)
	for i, label := range labels {
		if label != 0 {
			p.positives = append(p.positives, uint64(key(scores[i]))<<32|uint64(areas[label-1]))
			p.normals--
		}
	}
	return nil
}

// Negatives takes the normal pixels of a map. It comes after Positives of all maps.
func (p *Pixels) Negatives(scores []float32, mask []uint8) error {
	if err := p.check(p.counted, scores, mask); err != nil {
		return err
	}
	if len(p.positives) == 0 {
		return ErrNoPositivePixels
	}
	p.seal()
	p.counted++
	for i, s := range scores {
		if mask[i] == 0 {
			p.gaps[p.ladder.slot(key(s))]++
			p.negatives++
		}
	}
	return nil
}

// seal sorts the positives, once.
func (p *Pixels) seal() {
	if p.gaps != nil {
		return
	}
	slices.Sort(p.positives)
	var rungs []uint32
	for _, x := range p.positives {
		if k := uint32(x >> 32); len(rungs) == 0 || rungs[len(rungs)-1] != k {
			rungs = append(rungs, k)
		}
	}
	p.ladder = newLadder(rungs)
	p.gaps = make([]int, p.ladder.gaps())
}

// Scores walks the curves from the highest score down. The limit of AUPRO is in (0, 1]; Limit is
// usual.
func (p *Pixels) Scores(limit float64) (PixelScores, error) {
	switch {
	case !(limit > 0 && limit <= 1):
		return PixelScores{}, fmt.Errorf("%w, got %v", ErrLimit, limit)
	case p.maps == 0:
		return PixelScores{}, ErrEmpty
	case len(p.positives) == 0:
		return PixelScores{}, ErrNoPositivePixels
	case p.normals == 0:
		return PixelScores{}, ErrNoNegativePixels
	case p.counted != p.maps || p.negatives != p.normals:
		return PixelScores{}, fmt.Errorf("%w: Positives took %d maps with %d normal pixels, "+
			"Negatives %d with %d", ErrPasses, p.maps, p.normals, p.counted, p.negatives)
	}
	r := ranking{positives: len(p.positives), negatives: p.negatives}
	pro := curve{limit: limit}
	covered, at := 0.0, len(p.positives)
	draw := func() { pro.to(float64(r.fp)/float64(p.negatives), covered/float64(p.regions)) }
	for i := len(p.ladder.rungs) - 1; i >= 0; i-- {
		r.step(0, 0, p.gaps[2*i+2]) // negatives above this rung: a flat piece
		draw()
		from, rung := at, p.ladder.rungs[i]
		for ; at > 0 && uint32(p.positives[at-1]>>32) == rung; at-- {
			covered += 1 / float64(uint32(p.positives[at-1]))
		}
		r.step(float64(score(rung)), from-at, p.gaps[2*i+1]) // ties: one diagonal piece
		draw()
	}
	r.step(0, 0, p.gaps[0])
	draw()
	return PixelScores{r.scores(), pro.area / limit}, nil
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

// Pixel is Pixels over maps that are in memory, on all cores.
func Pixel(maps [][]float32, masks [][]uint8, width int) (PixelScores, error) {
	if len(maps) != len(masks) {
		return PixelScores{}, fmt.Errorf("%w: %d maps, %d masks", ErrLength, len(maps), len(masks))
	}
	p := NewPixels(width)
	if len(masks) > 0 {
		p.height = p.rows(len(masks[0]))
	}
	var mu sync.Mutex
	if err := shards(len(maps), func(from, to int) error {
		part := &Pixels{width: width, height: p.height, maps: from}
		for i := from; i < to; i++ {
			if err := part.Positives(maps[i], masks[i]); err != nil {
				return err
			}
		}
		mu.Lock()
		defer mu.Unlock()
		p.positives = append(p.positives, part.positives...)
		p.maps, p.regions, p.normals = p.maps+to-from, p.regions+part.regions,
			p.normals+part.normals
		return nil
	}); err != nil {
		return PixelScores{}, err
	}
	if len(p.positives) == 0 {
		return p.Scores(Limit) // says why there are none
	}
	p.seal()
	if err := shards(len(maps), func(from, to int) error {
		part := &Pixels{width: width, height: p.height, positives: p.positives,
			ladder: p.ladder, gaps: make([]int, len(p.gaps))}
		for i := from; i < to; i++ {
			if err := part.Negatives(maps[i], masks[i]); err != nil {
				return err
			}
		}
		mu.Lock()
		defer mu.Unlock()
		for i, n := range part.gaps {
			p.gaps[i] += n
		}
		p.counted, p.negatives = p.counted+part.counted, p.negatives+part.negatives
		return nil
	}); err != nil {
		return PixelScores{}, err
	}
	return p.Scores(Limit)
}

// shards does 0..n-1 in as many stretches as there are cores; its error is that of the first
// stretch that has one.
func shards(n int, do func(from, to int) error) error {
	workers := min(n, runtime.GOMAXPROCS(0))
	errs := make([]error, workers+1)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() { errs[w] = do(w*n/workers, (w+1)*n/workers) })
	}
	wg.Wait()
	return cmp.Or(errs...)
}
