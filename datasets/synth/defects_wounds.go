package synth

import "math"

// Flaws that take something from the surface.

func scratch(c *clue) edits {
	x, y := c.spot(0.12)
	points := c.curve(x, y, c.between(0.3, 0.75), 0.7, 5)
	centred(points)
	width, bright := c.between(0.008, 0.016), c.between(0.25, 0.5)
	return on(x, y, 0.9, Polyline(points, width), 0.01, func(m Material, _, _, d float64) Material {
		return m.Dyed(RGB{0.9, 0.9, 0.88}, bright).Raised(-0.012*Step(0, -width, d)).Shining(0.4,
			30)
	})
}

func crack(c *clue) edits {
	x, y := c.spot(0.1)
	trunk := c.curve(x, y, c.between(0.35, 0.7), 1.2, 9)
	for i := range trunk { // jagged
		trunk[i][0] += c.between(-0.014, 0.014)
		trunk[i][1] += c.between(-0.014, 0.014)
	}
	centred(trunk)
	width := c.between(0.007, 0.013)
	lines := []Shape{Polyline(trunk, width)}
	for range 2 {
		from := trunk[1+c.IntN(len(trunk)-2)]
		lines = append(lines, Polyline(c.curve(from[0], from[1], c.between(0.1, 0.25), 1, 4),
			width*0.7))
	}
	return on(x, y, 0.9, Union(lines...), 0.008, func(m Material, _, _, d float64) Material {
		return m.Toned(0.25).Raised(-0.03*Step(0, -width, d)).Shining(0.03, 8)
	})
}

func cut(c *clue) edits {
	x, y := c.spot(0.15)
	sin, cos := math.Sincos(c.between(0, 2*math.Pi))
	l, width := c.between(0.12, 0.3), c.between(0.012, 0.02)
	return on(x, y, 0.5, Rod(-l*cos, -l*sin, l*cos, l*sin, 2.2*width), 0.01,
		func(m Material, _, _, d float64) Material {
			if d < -1.2*width {
				return m.Toned(0.2).Raised(-0.035).Shining(0, 1)
			}
			return m.Raised(0.012 * Step(0, -width, d)).Toned(1.08)
		})
}

func hole(c *clue) edits {
	r := c.between(0.05, 0.13)
	x, y := c.spot(r)
	dark := RGB{0.05, 0.045, 0.04}
	return on(x, y, 2*r, Blob(r, 0.25, c.Uint32()), 0.012,
		func(m Material, _, _, d float64) Material {
			return m.Dyed(dark, 0.55+0.4*Step(0, -0.4*r, d)).Raised(-0.14*Step(0.01, -0.3*r,
				d)).Shining(0, 1)
		})
}

func pit(c *clue) edits {
	var e edits
	for range 1 + c.IntN(3) {
		r := c.between(0.035, 0.06)
		x, y := c.spot(r)
		e.add(on(x, y, r, Disc(r), 0.01, func(m Material, _, _, d float64) Material {
			k := min(-d/r, 1)
			return m.Raised(-0.9 * r * k * (2 - k)).Toned(1 - 0.35*k)
		}))
	}
	return e
}

func poke(c *clue) edits {
	r := c.between(0.035, 0.055)
	x, y := c.spot(2 * r)
	return on(x, y, 2*r, Disc(2*r), 0.01, func(m Material, _, _, d float64) Material {
		if d < -r {
			return m.Toned(0.2).Raised(-0.08)
		}
		return m.Raised(0.02 * math.Sin(math.Pi*min(-d/r, 1)))
	})
}

func chip(c *clue) edits {
	x, y, outX, outY := c.edge()
	r := c.between(0.08, 0.16)
	s := At(x-outX*r*0.1, y-outY*r*0.1, 0, Blob(r, 0.35, c.Uint32()))
	e := edits{cuts: []Shape{s}}
	rough := c.Uint32()
	e.add(on(x, y, 2*r, func(u, v float64) float64 {
		return s(u+x, v+y) - 0.025
	}, 0.01, func(m Material, px, py, _ float64) Material {
		return m.Dyed(RGB{0.8, 0.78, 0.74}, 0.35).Raised(-0.03 + 0.015*FBM(px*35, py*35, rough, 2))
	}))
	return e
}

func broken(c *clue) edits {
	x, y := c.spot(0.05)
	sin, cos := math.Sincos(c.between(0, 2*math.Pi))
	slip, gap, seed := c.between(0.05, 0.1)*c.sign(), c.between(0.012, 0.022), c.Uint32()
	reach := c.between(0.3, 0.5)
	side := func(px, py float64) float64 {
		return cos*(px-x) + sin*(py-y) + 0.03*FBM(px*9, py*9, seed, 3)
	}
	line := func(px, py float64) float64 {
		return max(math.Abs(side(px, py))-gap, math.Hypot(px-x, py-y)-reach)
	}
	return edits{
		cuts: []Shape{line},
		warps: []func(x, y float64) (float64, float64){func(px, py float64) (float64, float64) {
			if side(px, py) < 0 {
				return px, py
			}
			k := slip * Step(reach, reach*0.6, math.Hypot(px-x, py-y))
			return px + k*sin, py - k*cos
		}},
	}
}

func damage(c *clue) edits {
	r, seed := c.between(0.1, 0.2), c.Uint32()
	x, y := c.spot(r / 2)
	return on(x, y, 2*r, Blob(r, 0.6, seed), 0.02, func(m Material, px, py, d float64) Material {
		torn := FBM(px*16, py*16, seed, 3)
		return m.Raised(0.05*torn-0.04*Step(0, -r, d)).Toned(0.8+0.35*torn).Shining(0.05, 8)
	})
}

func abrasion(c *clue) edits {
	r, seed := c.between(0.13, 0.24), c.Uint32()
	x, y := c.spot(r / 2)
	sin, cos := math.Sincos(c.between(0, math.Pi))
	return on(x, y, 2*r, At(0, 0, math.Atan2(sin, cos), Ellipse(1.2*r, 0.55*r)), 0.06,
		func(m Material, px, py, _ float64) Material {
			k := Step(0.05, 0.5, Noise((cos*py-sin*px)*70, (cos*px+sin*py)*4, seed))
			return m.Dyed(RGB{0.8, 0.79, 0.77}, 0.08+0.45*k).Raised(-0.006*k).Shining(0.1, 8)
		})
}
