package synth

import "math"

// Flaws that lie on the surface or change what it is made of.

func spot(c *clue) edits {
	r := c.between(0.05, 0.12)
	x, y := c.spot(r)
	dye := []RGB{{0.12, 0.08, 0.06}, {0.45, 0.12, 0.1}, {0.15, 0.2, 0.45},
		{0.25, 0.3, 0.12}}[c.IntN(4)]
	t := c.between(0.45, 0.75)
	return on(x, y, 2*r, Blob(r, 0.3, c.Uint32()), 0.04,
		func(m Material, _, _, _ float64) Material {
			return m.Dyed(dye, t)
		})
}

func stain(c *clue) edits {
	r := c.between(0.12, 0.26)
	x, y := c.spot(r / 2)
	dye, t := Mix(RGB{0.3, 0.2, 0.1}, RGB{0.16, 0.15, 0.14}, c.Float64()), c.between(0.25, 0.45)
	seed := c.Uint32()
	return on(x, y, 2*r, Blob(r, 0.5, seed), 0.02, func(m Material, px, py, d float64) Material {
		rim := math.Exp(d * d / (-2 * 0.025 * 0.025))
		return m.Dyed(dye, t*(0.75+0.25*FBM(px*9, py*9, seed, 2))+0.25*rim)
	})
}

func contamination(c *clue) edits {
	x, y := c.spot(0.15)
	dye := []RGB{{0.75, 0.7, 0.62}, {0.3, 0.18, 0.08}, {0.12, 0.12, 0.14},
		{0.5, 0.45, 0.2}}[c.IntN(4)]
	var e edits
	for range 6 + c.IntN(14) {
		r := c.between(0.014, 0.042)
		px, py := x+0.1*c.NormFloat64(), y+0.1*c.NormFloat64()
		e.add(grain(px, py, r, dye, c.Uint32()))
	}
	return e
}

// grain is a crumb that lies on the object.
func grain(x, y, r float64, dye RGB, seed uint32) edits {
	return on(x, y, 2*r, Blob(r, 0.5, seed), 0.008, func(m Material, px, py, d float64) Material {
		g := Matt(dye.Times(1+0.25*FBM(px*40, py*40, seed, 2)), m.height)
		return g.Raised(0.8 * math.Sqrt(max(0, -d)*r))
	})
}

func particle(c *clue) edits {
	dye := []RGB{{0.1, 0.1, 0.1}, {0.85, 0.82, 0.75}, {0.35, 0.2, 0.1}}[c.IntN(3)]
	var e edits
	for range 2 + c.IntN(4) {
		r := c.between(0.022, 0.045)
		x, y := c.spot(r)
		e.add(grain(x, y, r, dye, c.Uint32()))
	}
	return e
}

func bubble(c *clue) edits {
	var e edits
	for range 1 + c.IntN(4) {
		r := c.between(0.04, 0.085)
		x, y := c.spot(r)
		e.add(on(x, y, r, Disc(r), 0.008, func(m Material, _, _, d float64) Material {
			k := min(max(-d/r, 0), 1)
			rim := math.Exp(-math.Pow((k-0.12)/0.12, 2))
			return m.Raised(0.7*r*math.Sqrt(k*(2-k))).Dyed(RGB{1, 1, 1},
				0.25).Toned(1-0.4*rim).Shining(0.6, 50)
		}))
	}
	return e
}

func burnt(c *clue) edits {
	r, seed := c.between(0.12, 0.24), c.Uint32()
	x, y := c.spot(r / 2)
	return on(x, y, 2*r, Blob(r, 0.45, seed), 0.08, func(m Material, px, py, d float64) Material {
		heart := Step(-0.1*r, -0.8*r, d)
		m = m.Dyed(RGB{0.3, 0.16, 0.06}, 0.7).Dyed(RGB{0.05, 0.04, 0.035}, 0.85*heart)
		return m.Raised(0.012*FBM(px*30, py*30, seed, 2)).Shining(0.04, 8)
	})
}

func flattening(c *clue) edits {
	r := c.between(0.13, 0.24)
	x, y := c.spot(r / 2)
	level := c.material(x, y)
	return on(x, y, 2*r, Blob(r, 0.3, c.Uint32()), 0.03,
		func(m Material, _, _, _ float64) Material {
			m.height = 0.92*(level.height-0.02) + 0.08*m.height
			return m.Dyed(level.colour, 0.6).Shining(0.35, 12)
		})
}

func rust(c *clue) edits {
	r, seed := c.between(0.14, 0.28), c.Uint32()
	x, y := c.spot(r / 2)
	return on(x, y, 2*r, Blob(r, 0.7, seed), 0.05, func(m Material, px, py, _ float64) Material {
		k := Step(-0.25, 0.35, FBM(px*12, py*12, seed+1, 4))
		return m.Dyed(Mix(RGB{0.45, 0.2, 0.07}, RGB{0.25, 0.11, 0.05}, k),
			0.35+0.6*k).Raised(0.012*k*FBM(px*50, py*50, seed, 2)).Shining(0.03, 8)
	})
}

func paintwork(c *clue) edits {
	r, seed := c.between(0.12, 0.22), c.Uint32()
	x, y := c.spot(r / 2)
	bare := c.IntN(2) == 0
	return on(x, y, 2.5*r, Union(Blob(r, 0.4, seed), Rod(0, 0, c.between(-0.3, 0.3)*r, 1.8*r,
		0.2*r)), 0.02, func(m Material, px, py, d float64) Material {
		if bare {
			return Metallic(RGB{0.5, 0.5, 0.5}.Times(1+0.15*FBM(px*25, py*25, seed, 2)),
				m.height-0.01)
		}
		return m.Toned(0.78).Raised(0.02*Step(0, -0.1, d)).Shining(0.6, 50)
	})
}

func glue(c *clue) edits {
	r, seed := c.between(0.09, 0.18), c.Uint32()
	x, y := c.spot(r / 2)
	return on(x, y, 2*r, Blob(r, 0.5, seed), 0.01, func(m Material, _, _, d float64) Material {
		return m.Dyed(RGB{0.88, 0.85, 0.74}, 0.4).Raised(0.04*Step(0, -0.5*r, d)).Shining(0.7, 60)
	})
}

func liquid(c *clue) edits {
	r, seed := c.between(0.12, 0.24), c.Uint32()
	x, y := c.spot(r / 2)
	return on(x, y, 2*r, Blob(r, 0.45, seed), 0.025, func(m Material, _, _, d float64) Material {
		return m.Toned(0.55).Raised(0.01*Step(0, -0.05, d)).Shining(0.7, 70)
	})
}

func thread(c *clue) edits {
	x, y := c.spot(0.1)
	points := c.curve(x, y, c.between(0.5, 0.9), 3, 12)
	centred(points)
	width := c.between(0.009, 0.016)
	dye := []RGB{{0.85, 0.2, 0.18}, {0.9, 0.88, 0.82}, {0.12, 0.12, 0.14},
		{0.2, 0.35, 0.7}}[c.IntN(4)]
	return edits{after: []func(*Scene){func(sc *Scene) {
		e := sc.edits
		sc.edits = edits{}
		base := c.material(x, y).height
		sc.Paint(Frame{x, y, 0, 1, 1}, 0.9, Polyline(points, width),
			func(_, _, d float64) Material {
				return Matt(dye, base+0.03+math.Sqrt(max(0, -d*width)))
			})
		sc.edits = e
	}}}
}
