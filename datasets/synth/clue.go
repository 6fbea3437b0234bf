package synth

import (
	"math"
	"math/rand/v2"
)

// clue is what a defect knows of the flawless picture, and its random numbers.
type clue struct {
	*rand.Rand
	sc *Scene // painted without edits
}

func (c *clue) between(lo, hi float64) float64 { return Between(c.Rand, lo, hi) }

// sign is 1 or -1.
func (c *clue) sign() float64 { return float64(2*c.IntN(2) - 1) }

// spot is a point well within the object and the picture.
func (c *clue) spot(margin float64) (x, y float64) {
	n := c.sc.side
	best, bx, by := -1.0, 0.0, 0.0
	for range 60 {
		i := c.IntN(n * n)
		x, y := c.sc.centre(i)
		if math.Abs(x) > 0.92-margin || math.Abs(y) > 0.92-margin {
			continue
		}
		inside := 1.0 // the least cover of a few points around
		for k := range 8 {
			sin, cos := math.Sincos(float64(k) * math.Pi / 4)
			inside = min(inside, c.solid(x+margin*cos, y+margin*sin))
		}
		if inside = min(inside, c.sc.solid[i]) + c.sc.solid[i]/10; inside > best {
			best, bx, by = inside, x, y
		}
		if best > 1.05 {
			break
		}
	}
	return bx, by
}

// solid is how far the object covers a point.
func (c *clue) solid(x, y float64) float64 {
	n := c.sc.side
	column, row := int((x+1)/2*float64(n)), int((y+1)/2*float64(n))
	if column < 0 || row < 0 || column >= n || row >= n {
		return 0
	}
	return c.sc.solid[row*n+column]
}

// edge is a point on the object's outline and the direction out of the object; where the object has
// no outline in the picture, a spot and any direction.
func (c *clue) edge() (x, y, outX, outY float64) {
	const d = 0.03
	for range 400 {
		x, y := c.between(-0.88, 0.88), c.between(-0.88, 0.88)
		gx, gy := c.solid(x-d, y)-c.solid(x+d, y), c.solid(x, y-d)-c.solid(x, y+d)
		if g := math.Hypot(gx, gy); g > 0.9 {
			return x, y, gx / g, gy / g
		}
	}
	x, y = c.spot(0.15)
	sin, cos := math.Sincos(c.between(0, 2*math.Pi))
	return x, y, cos, sin
}

// part is one of the object's pieces, -1 where it has none.
func (c *clue) part() int {
	if len(c.sc.parts) == 0 {
		return -1
	}
	return c.IntN(len(c.sc.parts))
}

// loosePart is one of the pieces that carry no other, -1 where there is none.
func (c *clue) loosePart() int {
	for range 50 {
		i := c.part()
		if i < 0 {
			return i
		}
		carries := false
		for _, p := range c.sc.parts[i+1:] {
			carries = carries || math.Hypot(p.x-c.sc.parts[i].x,
				p.y-c.sc.parts[i].y) < 0.8*c.sc.parts[i].r
		}
		if !carries {
			return i
		}
	}
	return -1
}

// material is the object's at a point.
func (c *clue) material(x, y float64) Material {
	n := c.sc.side
	column, row := int((x+1)/2*float64(n)), int((y+1)/2*float64(n))
	return c.sc.points[min(max(row, 0), n-1)*n+min(max(column, 0), n-1)]
}

// curve is a line of random bends from (x, y).
func (c *clue) curve(x, y, length, bend float64, pieces int) [][2]float64 {
	angle := c.between(0, 2*math.Pi)
	points := [][2]float64{{x, y}}
	turn := c.between(-bend, bend)
	for range pieces {
		angle += turn/float64(pieces) + c.between(-bend, bend)/float64(pieces)
		sin, cos := math.Sincos(angle)
		x, y = x+cos*length/float64(pieces), y+sin*length/float64(pieces)
		points = append(points, [2]float64{x, y})
	}
	return points
}

// centred moves points so that their middle lies at the origin.
func centred(points [][2]float64) {
	var x, y float64
	for _, p := range points {
		x, y = x+p[0]/float64(len(points)), y+p[1]/float64(len(points))
	}
	for i, p := range points {
		points[i] = [2]float64{p[0] - x, p[1] - y}
	}
}
