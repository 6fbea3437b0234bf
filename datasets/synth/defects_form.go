package synth

import "math"

// Flaws of the object's outline.

func burrs(c *clue) edits {
	x, y, _, _ := c.edge()
	r, amount, seed := c.between(0.18, 0.3), c.between(0.05, 0.085), c.Uint32()
	return edits{grows: []func(x, y float64) float64{func(px, py float64) float64 {
		near := math.Exp(((px-x)*(px-x) + (py-y)*(py-y)) / (-r * r))
		return -amount * near * max(0, 0.15+FBM(px*16, py*16, seed, 2))
	}}}
}

// pull moves the object's points near (x, y) by (dx, dy).
func pull(x, y, r, dx, dy float64) func(x, y float64) (float64, float64) {
	return func(px, py float64) (float64, float64) {
		k := math.Exp(((px-x)*(px-x) + (py-y)*(py-y)) / (-r * r))
		return px - k*dx, py - k*dy
	}
}

func bent(c *clue) edits {
	x, y, outX, outY := c.edge()
	k := c.between(0.1, 0.17) * c.sign()
	return edits{warps: []func(x, y float64) (float64, float64){pull(x, y, c.between(0.22, 0.34),
		k*outX-0.4*k*outY, k*outY+0.4*k*outX)}}
}

func deformation(c *clue) edits {
	x, y, outX, outY := c.edge()
	k := c.between(0.09, 0.15)
	return edits{warps: []func(x, y float64) (float64, float64){pull(x, y, c.between(0.2, 0.32),
		-k*outX, -k*outY)}}
}

func squeeze(c *clue) edits {
	x, y := c.spot(0.15)
	r, k := c.between(0.2, 0.32), c.between(0.35, 0.55)
	sin, cos := math.Sincos(c.between(0, math.Pi))
	return edits{warps: []func(x, y float64) (float64, float64){func(px, py float64) (float64,
		float64) {
		w := k * math.Exp(((px-x)*(px-x)+(py-y)*(py-y))/(-r*r))
		across := cos*(px-x) + sin*(py-y)
		return px + w*across*cos, py + w*across*sin
	}}}
}

func melt(c *clue) edits {
	x, y := c.spot(0.12)
	r, k, seed := c.between(0.18, 0.28), c.between(0.08, 0.14), c.Uint32()
	e := edits{warps: []func(x, y float64) (float64, float64){func(px, py float64) (float64,
		float64) {
		w := math.Exp(((px-x)*(px-x) + (py-y)*(py-y)) / (-r * r))
		return px + w*0.4*k*FBM(px*5, py*5, seed, 2), py - w*k*(1+0.6*FBM(px*6+9, py*2, seed, 2))
	}}}
	e.add(on(x, y, r, Blob(0.7*r, 0.3, seed), 0.1, func(m Material, px, py, _ float64) Material {
		return m.Raised(0.02*FBM(px*8, py*8, seed, 2)).Shining(0.45, 40).Toned(0.93)
	}))
	return e
}

func melded(c *clue) edits {
	x, y, outX, outY := c.edge()
	r, k := c.between(0.12, 0.2), c.between(0.1, 0.17)
	seed := c.Uint32()
	return edits{grows: []func(x, y float64) float64{func(px, py float64) float64 {
		dx, dy := px-x-outX*0.05, py-y-outY*0.05
		return -k * math.Exp((dx*dx+dy*dy)/(-r*r)) * (1 + 0.4*FBM(px*8, py*8, seed, 2))
	}}}
}
