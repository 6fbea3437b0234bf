package metric

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAveragedOverlapOfManyPictures: what is found by merging scores is what going through all
// pixels of all regions finds, to the bit.
func TestAveragedOverlapOfManyPictures(t *testing.T) {
	measured := 0
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 3))
		pictures := drawnPictures(seed, 1+rng.IntN(4), 1+rng.IntN(4), 4+rng.IntN(12),
			[]int{3, 10, 50, 1 << 20}[seed%4])
		for _, limit := range []float64{0.02, 0.3, 1} {
			want, err := averagedByEveryPixel(pictures, limit)
			if err != nil {
				continue
			}
			measured++
			got, err := overlapAveraged(pictures, limit)
			require.NoError(t, err)
			require.Equal(t, want, got, "seed %d, limit %v", seed, limit)
		}
	}
	require.Greater(t, measured, 80)
}

func TestAveragedOverlapWithoutRates(t *testing.T) {
	p := Picture{W: 3, H: 1, Scores: []float32{1, 1, 1}, Mask: []uint8{0, 0, 1}, Label: 1,
		Regions: []Region{{Pixels: []int32{2}, Saturation: 1}}}
	_, err := overlapAveraged([]Picture{p}, Limit)
	require.ErrorIs(t, err, ErrNoRate, "the only threshold takes all normal pixels")
	p.Mask[2], p.Regions = 0, nil
	_, err = overlapAveraged([]Picture{p}, Limit)
	require.ErrorIs(t, err, ErrNoPositivePixels)
	p.Mask = []uint8{1, 1, 1}
	_, err = overlapAveraged([]Picture{p}, Limit)
	require.ErrorIs(t, err, ErrNoNegativePixels)
}

// averagedByEveryPixel is overlapAveraged as its source tells it, without any saving.
func averagedByEveryPixel(pictures []Picture, limit float64) (float64, error) {
	var normal, all []uint32 // keys, from the highest down
	regions := 0
	for _, p := range pictures {
		regions += len(p.Regions)
		for i, s := range p.Scores {
			all = append(all, key(s))
			if p.Mask[i] == 0 {
				normal = append(normal, key(s))
			}
		}
	}
	switch {
	case regions == 0:
		return 0, ErrNoPositivePixels
	case len(normal) == 0:
		return 0, ErrNoNegativePixels
	}
	slices.Sort(normal)
	slices.Reverse(normal)
	slices.Sort(all)
	slices.Reverse(all)
	places := placesUpTo(all, normal, limit)
	x, y := make([]float64, places), make([]float64, places)
	for _, p := range pictures {
		for _, r := range p.Regions {
			var inside []uint32
			for _, i := range r.Pixels {
				inside = append(inside, key(p.Scores[i]))
			}
			slices.Sort(inside)
			slices.Reverse(inside)
			curveOf(inside, normal, limit).sample(x, y)
		}
	}
	for i := range x {
		x[i], y[i] = x[i]/float64(regions), y[i]/float64(regions)
	}
	order := make([]int, places)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(x[a], x[b]) })
	area := 0.0
	for k := 1; k < places; k++ {
		a, b := order[k-1], order[k]
		area += (x[b] - x[a]) * (y[b] + y[a]) / 2
	}
	if x[places-1] == 0 {
		return 0, ErrNoRate
	}
	return area / x[places-1], nil
}

// placesUpTo counts the points of the curve over all pixels whose rate is within the limit, that at
// (0, 0) among them.
func placesUpTo(all, normal []uint32, limit float64) int {
	n, at := 1, 0
	for i := range all {
		if i+1 < len(all) && all[i+1] == all[i] {
			continue
		}
		for at < len(normal) && normal[at] >= all[i] {
			at++
		}
		if float32(at)/float32(len(normal)) > float32(limit) {
			break
		}
		n++
	}
	return n
}

// sampled is the curve of one region: its points, and which of them are sampled between.
type sampled struct {
	x, y  []float64
	at    []int
	share float64 // of the last piece, where the limit lies; 1 where it is a point
}

// curveOf goes through the scores of a region and of the normal pixels from the highest down, a
// little further than the limit.
func curveOf(inside, normal []uint32, limit float64) sampled {
	c := sampled{x: []float64{0}, y: []float64{0}, share: 1}
	fp, tp := 0, 0
	within, beyond := 0, math.Inf(1) // the last point within the limit; the rate beyond it
	for fp < len(normal) || tp < len(inside) {
		at := uint32(0)
		if fp < len(normal) {
			at = normal[fp]
		}
		if tp < len(inside) {
			at = max(at, inside[tp])
		}
		for fp < len(normal) && normal[fp] == at {
			fp++
		}
		for tp < len(inside) && inside[tp] == at {
			tp++
		}
		rate := float64(float32(fp) / float32(len(normal)))
		if rate > beyond {
			break
		}
		c.x, c.y = append(c.x, rate), append(c.y, float64(tp)/float64(len(inside)))
		if rate <= float64(float32(limit)) {
			within = len(c.x) - 1
		} else {
			beyond = rate
		}
	}
	last := within
	if c.x[within] == 0 { // no point between 0 and the limit: what comes after it counts, too
		last = len(c.x) - 1
	}
	for i := range last + 1 {
		c.at = append(c.at, i)
	}
	if near := math.Abs(c.x[last]-limit) <= 1e-8+1e-5*limit; !near && within+1 < len(c.x) {
		c.at = append(c.at, within+1)
		c.share = 1 - (c.x[within+1]-limit)/(c.x[within+1]-c.x[within])
	}
	return c
}

// sample adds the curve's rates and overlaps at evenly spaced numbers of points; the last place is
// at the limit.
func (c sampled) sample(x, y []float64) {
	top := float64(len(x) - 1)
	most := float64(slices.Max(c.at))
	place := make([]float64, len(c.at))
	for i, at := range c.at {
		place[i] = float64(at) / most * top
	}
	n, lo := len(place), 0
	for i := range x {
		at := float64(i)
		if i == len(x)-1 {
			at = top
			if c.share != 1 {
				at = place[n-2] + (place[n-1]-place[n-2])*c.share
				lo = 0
			}
		}
		for lo+2 < n && place[lo+1] < at {
			lo++
		}
		const guard = 1.1920929e-7 // float32's epsilon
		t := (at - place[lo]) / (guard + place[lo+1] - place[lo])
		from, to := c.at[lo], c.at[lo+1]
		x[i] += c.x[from] + t*(c.x[to]-c.x[from])
		y[i] += c.y[from] + t*(c.y[to]-c.y[from])
	}
}
