package synth

import "math"

// Flaws of the pieces that the object is made of.

func missing(c *clue) edits {
	if i := c.loosePart(); i >= 0 {
		return edits{parts: map[int]partEdit{i: {gone: true}}}
	}
	x, y, outX, outY := c.edge()
	r := c.between(0.14, 0.22)
	return edits{cuts: []Shape{At(x-0.3*outX*r, y-0.3*outY*r, math.Atan2(outY, outX),
		Box(r, r*0.8, 0.03))}}
}

func extra(c *clue) edits {
	x, y := c.spot(0.1)
	if i := c.part(); i >= 0 {
		p := c.sc.parts[i]
		sin, cos := math.Sincos(c.between(0, 2*math.Pi))
		k := c.between(1.1, 1.9) * p.r
		ax, ay := p.x+k*cos, p.y+k*sin
		if math.Abs(ax) > 0.85 || math.Abs(ay) > 0.85 {
			ax, ay = x, y
		}
		return edits{parts: map[int]partEdit{i: {again: true, x2: ax, y2: ay,
			turnAgain: c.between(-1.5, 1.5)}}}
	}
	m, seed := c.material(x, y), c.Uint32()
	return lump(x, y, c.between(0.07, 0.14), m, seed)
}

// lump is a piece of the object's own material that lies on it or beside it.
func lump(x, y, r float64, m Material, seed uint32) edits {
	return edits{after: []func(*Scene){func(sc *Scene) {
		e := sc.edits
		sc.edits = edits{}
		sc.Paint(Frame{x, y, 0, 1, 1}, 2*r, Blob(r, 0.3, seed), func(u, v, d float64) Material {
			k := min(-d/r, 1)
			return m.Raised(0.5 * r * math.Sqrt(max(0, k*(2-k)))).Toned(1 + 0.12*FBM(u*25, v*25,
				seed, 2))
		})
		sc.edits = e
	}}}
}

func stuck(c *clue) edits {
	x, y, outX, outY := c.edge()
	r := c.between(0.1, 0.18)
	return lump(x+0.5*r*outX, y+0.5*r*outY, r, c.material(x-0.12*outX, y-0.12*outY), c.Uint32())
}

func misplaced(c *clue) edits {
	i := c.part()
	if i < 0 {
		x, y := c.spot(0.2)
		r := c.between(0.16, 0.24)
		turn := c.between(0.5, 1.2) * c.sign()
		return edits{warps: []func(x, y float64) (float64, float64){func(px, py float64) (float64,
			float64) {
			d := math.Hypot(px-x, py-y)
			if d > r {
				return px, py
			}
			sin, cos := math.Sincos(turn)
			return x + cos*(px-x) - sin*(py-y), y + sin*(px-x) + cos*(py-y)
		}}}
	}
	p := c.sc.parts[i]
	sin, cos := math.Sincos(c.between(0, 2*math.Pi))
	k := c.between(0.08, 0.16) + 0.25*p.r
	if math.Abs(p.x+k*cos) > 0.85 || math.Abs(p.y+k*sin) > 0.85 {
		k = -k
	}
	return edits{parts: map[int]partEdit{i: {dx: k * cos, dy: k * sin,
		turn: c.between(0.1, 0.5) * c.sign()}}}
}

func mismatch(c *clue) edits {
	i := c.part()
	if i < 0 {
		return deformation(c)
	}
	e := partEdit{scale: c.between(1.3, 1.5)}
	if c.IntN(2) == 0 {
		e.scale = c.between(0.55, 0.7)
	}
	return edits{parts: map[int]partEdit{i: e}}
}

func swappedColour(c *clue) edits {
	for range 20 {
		i, j := c.part(), c.part()
		if i < 0 {
			break
		}
		if a, b := c.sc.parts[i], c.sc.parts[j]; a.name == b.name &&
			difference(a.colour, b.colour) > 0.2 {
			other := b.colour
			return edits{parts: map[int]partEdit{i: {colour: &other}}}
		}
	}
	return spot(c)
}

func difference(a, b RGB) float64 {
	return math.Abs(a.R-b.R) + math.Abs(a.G-b.G) + math.Abs(a.B-b.B)
}

func weirdWick(c *clue) edits {
	return edits{wicks: map[int]float64{c.IntN(max(1, len(c.sc.parts))): c.between(0.6,
		1) * c.sign()}}
}
