package synth

import "math"

// defect plans one flaw of its type in a picture.
type defect func(c *clue) edits

// defects are the types by the names of the papers' vocabularies. A benchmark's folder names lead
// to these.
var defects = map[string]defect{
	"abrasion": abrasion, "bent": bent, "broken": broken, "bubble": bubble, "burnt": burnt,
	"burrs": burrs, "chip": chip,
	"color": swappedColour, "contamination": contamination, "crack": crack, "cut": cut,
	"damage":      damage,
	"deformation": deformation, "defective painting": paintwork, "extra": extra,
	"flattening": flattening, "foreign": thread,
	"glue": glue, "hole": hole, "liquid": liquid, "melded": melded, "melt": melt,
	"mismatch": mismatch, "misplaced": misplaced,
	"missing": missing, "particle": particle, "pit": pit, "poke": poke, "rust": rust,
	"scratch": scratch, "spot": spot,
	"squeeze": squeeze, "stain": stain, "stuck": stuck, "thread": thread, "weird wick": weirdWick,
}

// on is an edit of the finished surface within a shape around (x, y).
func on(x, y, reach float64, s shape, soft float64,
	edit func(m material, x, y, d float64) material) edits {
	return edits{after: []func(*scene){func(sc *scene) { sc.over(x, y, reach, s, soft, edit) }}}
}

func scratch(c *clue) edits {
	x, y := c.spot(0.12)
	points := c.curve(x, y, c.between(0.3, 0.75), 0.7, 5)
	centred(points)
	width, bright := c.between(0.008, 0.016), c.between(0.25, 0.5)
	return on(x, y, 0.9, polyline(points, width), 0.01, func(m material, _, _, d float64) material {
		return m.dyed(rgb{0.9, 0.9, 0.88}, bright).raised(-0.012*step(0, -width, d)).shining(0.4,
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
	lines := []shape{polyline(trunk, width)}
	for range 2 {
		from := trunk[1+c.IntN(len(trunk)-2)]
		lines = append(lines, polyline(c.curve(from[0], from[1], c.between(0.1, 0.25), 1, 4),
			width*0.7))
	}
	return on(x, y, 0.9, union(lines...), 0.008, func(m material, _, _, d float64) material {
		return m.toned(0.25).raised(-0.03*step(0, -width, d)).shining(0.03, 8)
	})
}

func cut(c *clue) edits {
	x, y := c.spot(0.15)
	sin, cos := math.Sincos(c.between(0, 2*math.Pi))
	l, width := c.between(0.12, 0.3), c.between(0.012, 0.02)
	return on(x, y, 0.5, rod(-l*cos, -l*sin, l*cos, l*sin, 2.2*width), 0.01,
		func(m material, _, _, d float64) material {
			if d < -1.2*width {
				return m.toned(0.2).raised(-0.035).shining(0, 1)
			}
			return m.raised(0.012 * step(0, -width, d)).toned(1.08)
		})
}

func hole(c *clue) edits {
	r := c.between(0.05, 0.13)
	x, y := c.spot(r)
	dark := rgb{0.05, 0.045, 0.04}
	return on(x, y, 2*r, blob(r, 0.25, c.Uint32()), 0.012,
		func(m material, _, _, d float64) material {
			return m.dyed(dark, 0.55+0.4*step(0, -0.4*r, d)).raised(-0.14*step(0.01, -0.3*r,
				d)).shining(0, 1)
		})
}

func pit(c *clue) edits {
	var e edits
	for range 1 + c.IntN(3) {
		r := c.between(0.035, 0.06)
		x, y := c.spot(r)
		e.add(on(x, y, r, disc(r), 0.01, func(m material, _, _, d float64) material {
			k := min(-d/r, 1)
			return m.raised(-0.9 * r * k * (2 - k)).toned(1 - 0.35*k)
		}))
	}
	return e
}

func poke(c *clue) edits {
	r := c.between(0.035, 0.055)
	x, y := c.spot(2 * r)
	return on(x, y, 2*r, disc(2*r), 0.01, func(m material, _, _, d float64) material {
		if d < -r {
			return m.toned(0.2).raised(-0.08)
		}
		return m.raised(0.02 * math.Sin(math.Pi*min(-d/r, 1)))
	})
}

func spot(c *clue) edits {
	r := c.between(0.05, 0.12)
	x, y := c.spot(r)
	dye := []rgb{{0.12, 0.08, 0.06}, {0.45, 0.12, 0.1}, {0.15, 0.2, 0.45},
		{0.25, 0.3, 0.12}}[c.IntN(4)]
	t := c.between(0.45, 0.75)
	return on(x, y, 2*r, blob(r, 0.3, c.Uint32()), 0.04,
		func(m material, _, _, _ float64) material {
			return m.dyed(dye, t)
		})
}

func stain(c *clue) edits {
	r := c.between(0.12, 0.26)
	x, y := c.spot(r / 2)
	dye, t := mix(rgb{0.3, 0.2, 0.1}, rgb{0.16, 0.15, 0.14}, c.Float64()), c.between(0.25, 0.45)
	seed := c.Uint32()
	return on(x, y, 2*r, blob(r, 0.5, seed), 0.02, func(m material, px, py, d float64) material {
		rim := math.Exp(d * d / (-2 * 0.025 * 0.025))
		return m.dyed(dye, t*(0.75+0.25*fbm(px*9, py*9, seed, 2))+0.25*rim)
	})
}

func contamination(c *clue) edits {
	x, y := c.spot(0.15)
	dye := []rgb{{0.75, 0.7, 0.62}, {0.3, 0.18, 0.08}, {0.12, 0.12, 0.14},
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
func grain(x, y, r float64, dye rgb, seed uint32) edits {
	return on(x, y, 2*r, blob(r, 0.5, seed), 0.008, func(m material, px, py, d float64) material {
		g := matt(dye.times(1+0.25*fbm(px*40, py*40, seed, 2)), m.height)
		return g.raised(0.8 * math.Sqrt(max(0, -d)*r))
	})
}

func particle(c *clue) edits {
	dye := []rgb{{0.1, 0.1, 0.1}, {0.85, 0.82, 0.75}, {0.35, 0.2, 0.1}}[c.IntN(3)]
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
		e.add(on(x, y, r, disc(r), 0.008, func(m material, _, _, d float64) material {
			k := min(max(-d/r, 0), 1)
			rim := math.Exp(-math.Pow((k-0.12)/0.12, 2))
			return m.raised(0.7*r*math.Sqrt(k*(2-k))).dyed(rgb{1, 1, 1},
				0.25).toned(1-0.4*rim).shining(0.6, 50)
		}))
	}
	return e
}

func burnt(c *clue) edits {
	r, seed := c.between(0.12, 0.24), c.Uint32()
	x, y := c.spot(r / 2)
	return on(x, y, 2*r, blob(r, 0.45, seed), 0.08, func(m material, px, py, d float64) material {
		heart := step(-0.1*r, -0.8*r, d)
		m = m.dyed(rgb{0.3, 0.16, 0.06}, 0.7).dyed(rgb{0.05, 0.04, 0.035}, 0.85*heart)
		return m.raised(0.012*fbm(px*30, py*30, seed, 2)).shining(0.04, 8)
	})
}

func chip(c *clue) edits {
	x, y, outX, outY := c.edge()
	r := c.between(0.08, 0.16)
	s := at(x-outX*r*0.1, y-outY*r*0.1, 0, blob(r, 0.35, c.Uint32()))
	e := edits{cuts: []shape{s}}
	rough := c.Uint32()
	e.add(on(x, y, 2*r, func(u, v float64) float64 {
		return s(u+x, v+y) - 0.025
	}, 0.01, func(m material, px, py, _ float64) material {
		return m.dyed(rgb{0.8, 0.78, 0.74}, 0.35).raised(-0.03 + 0.015*fbm(px*35, py*35, rough, 2))
	}))
	return e
}

func burrs(c *clue) edits {
	x, y, _, _ := c.edge()
	r, amount, seed := c.between(0.18, 0.3), c.between(0.05, 0.085), c.Uint32()
	return edits{grows: []func(x, y float64) float64{func(px, py float64) float64 {
		near := math.Exp(((px-x)*(px-x) + (py-y)*(py-y)) / (-r * r))
		return -amount * near * max(0, 0.15+fbm(px*16, py*16, seed, 2))
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

func broken(c *clue) edits {
	x, y := c.spot(0.05)
	sin, cos := math.Sincos(c.between(0, 2*math.Pi))
	slip, gap, seed := c.between(0.05, 0.1)*c.sign(), c.between(0.012, 0.022), c.Uint32()
	reach := c.between(0.3, 0.5)
	side := func(px, py float64) float64 {
		return cos*(px-x) + sin*(py-y) + 0.03*fbm(px*9, py*9, seed, 3)
	}
	line := func(px, py float64) float64 {
		return max(math.Abs(side(px, py))-gap, math.Hypot(px-x, py-y)-reach)
	}
	return edits{
		cuts: []shape{line},
		warps: []func(x, y float64) (float64, float64){func(px, py float64) (float64, float64) {
			if side(px, py) < 0 {
				return px, py
			}
			k := slip * step(reach, reach*0.6, math.Hypot(px-x, py-y))
			return px + k*sin, py - k*cos
		}},
	}
}

func melt(c *clue) edits {
	x, y := c.spot(0.12)
	r, k, seed := c.between(0.18, 0.28), c.between(0.08, 0.14), c.Uint32()
	e := edits{warps: []func(x, y float64) (float64, float64){func(px, py float64) (float64,
		float64) {
		w := math.Exp(((px-x)*(px-x) + (py-y)*(py-y)) / (-r * r))
		return px + w*0.4*k*fbm(px*5, py*5, seed, 2), py - w*k*(1+0.6*fbm(px*6+9, py*2, seed, 2))
	}}}
	e.add(on(x, y, r, blob(0.7*r, 0.3, seed), 0.1, func(m material, px, py, _ float64) material {
		return m.raised(0.02*fbm(px*8, py*8, seed, 2)).shining(0.45, 40).toned(0.93)
	}))
	return e
}

func melded(c *clue) edits {
	x, y, outX, outY := c.edge()
	r, k := c.between(0.12, 0.2), c.between(0.1, 0.17)
	seed := c.Uint32()
	return edits{grows: []func(x, y float64) float64{func(px, py float64) float64 {
		dx, dy := px-x-outX*0.05, py-y-outY*0.05
		return -k * math.Exp((dx*dx+dy*dy)/(-r*r)) * (1 + 0.4*fbm(px*8, py*8, seed, 2))
	}}}
}

func missing(c *clue) edits {
	if i := c.loosePart(); i >= 0 {
		return edits{parts: map[int]partEdit{i: {gone: true}}}
	}
	x, y, outX, outY := c.edge()
	r := c.between(0.14, 0.22)
	return edits{cuts: []shape{at(x-0.3*outX*r, y-0.3*outY*r, math.Atan2(outY, outX),
		box(r, r*0.8, 0.03))}}
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
func lump(x, y, r float64, m material, seed uint32) edits {
	return edits{after: []func(*scene){func(sc *scene) {
		e := sc.edits
		sc.edits = edits{}
		sc.paint(frame{x, y, 0, 1, 1}, 2*r, blob(r, 0.3, seed), func(u, v, d float64) material {
			k := min(-d/r, 1)
			return m.raised(0.5 * r * math.Sqrt(max(0, k*(2-k)))).toned(1 + 0.12*fbm(u*25, v*25,
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

func difference(a, b rgb) float64 {
	return math.Abs(a.r-b.r) + math.Abs(a.g-b.g) + math.Abs(a.b-b.b)
}

func flattening(c *clue) edits {
	r := c.between(0.13, 0.24)
	x, y := c.spot(r / 2)
	level := c.material(x, y)
	return on(x, y, 2*r, blob(r, 0.3, c.Uint32()), 0.03,
		func(m material, _, _, _ float64) material {
			m.height = 0.92*(level.height-0.02) + 0.08*m.height
			return m.dyed(level.colour, 0.6).shining(0.35, 12)
		})
}

func damage(c *clue) edits {
	r, seed := c.between(0.1, 0.2), c.Uint32()
	x, y := c.spot(r / 2)
	return on(x, y, 2*r, blob(r, 0.6, seed), 0.02, func(m material, px, py, d float64) material {
		torn := fbm(px*16, py*16, seed, 3)
		return m.raised(0.05*torn-0.04*step(0, -r, d)).toned(0.8+0.35*torn).shining(0.05, 8)
	})
}

func rust(c *clue) edits {
	r, seed := c.between(0.14, 0.28), c.Uint32()
	x, y := c.spot(r / 2)
	return on(x, y, 2*r, blob(r, 0.7, seed), 0.05, func(m material, px, py, _ float64) material {
		k := step(-0.25, 0.35, fbm(px*12, py*12, seed+1, 4))
		return m.dyed(mix(rgb{0.45, 0.2, 0.07}, rgb{0.25, 0.11, 0.05}, k),
			0.35+0.6*k).raised(0.012*k*fbm(px*50, py*50, seed, 2)).shining(0.03, 8)
	})
}

func abrasion(c *clue) edits {
	r, seed := c.between(0.13, 0.24), c.Uint32()
	x, y := c.spot(r / 2)
	sin, cos := math.Sincos(c.between(0, math.Pi))
	return on(x, y, 2*r, at(0, 0, math.Atan2(sin, cos), ellipse(1.2*r, 0.55*r)), 0.06,
		func(m material, px, py, _ float64) material {
			k := step(0.05, 0.5, value((cos*py-sin*px)*70, (cos*px+sin*py)*4, seed))
			return m.dyed(rgb{0.8, 0.79, 0.77}, 0.08+0.45*k).raised(-0.006*k).shining(0.1, 8)
		})
}

func paintwork(c *clue) edits {
	r, seed := c.between(0.12, 0.22), c.Uint32()
	x, y := c.spot(r / 2)
	bare := c.IntN(2) == 0
	return on(x, y, 2.5*r, union(blob(r, 0.4, seed), rod(0, 0, c.between(-0.3, 0.3)*r, 1.8*r,
		0.2*r)), 0.02, func(m material, px, py, d float64) material {
		if bare {
			return metallic(rgb{0.5, 0.5, 0.5}.times(1+0.15*fbm(px*25, py*25, seed, 2)),
				m.height-0.01)
		}
		return m.toned(0.78).raised(0.02*step(0, -0.1, d)).shining(0.6, 50)
	})
}

func glue(c *clue) edits {
	r, seed := c.between(0.09, 0.18), c.Uint32()
	x, y := c.spot(r / 2)
	return on(x, y, 2*r, blob(r, 0.5, seed), 0.01, func(m material, _, _, d float64) material {
		return m.dyed(rgb{0.88, 0.85, 0.74}, 0.4).raised(0.04*step(0, -0.5*r, d)).shining(0.7, 60)
	})
}

func liquid(c *clue) edits {
	r, seed := c.between(0.12, 0.24), c.Uint32()
	x, y := c.spot(r / 2)
	return on(x, y, 2*r, blob(r, 0.45, seed), 0.025, func(m material, _, _, d float64) material {
		return m.toned(0.55).raised(0.01*step(0, -0.05, d)).shining(0.7, 70)
	})
}

func thread(c *clue) edits {
	x, y := c.spot(0.1)
	points := c.curve(x, y, c.between(0.5, 0.9), 3, 12)
	centred(points)
	width := c.between(0.009, 0.016)
	dye := []rgb{{0.85, 0.2, 0.18}, {0.9, 0.88, 0.82}, {0.12, 0.12, 0.14},
		{0.2, 0.35, 0.7}}[c.IntN(4)]
	return edits{after: []func(*scene){func(sc *scene) {
		e := sc.edits
		sc.edits = edits{}
		base := c.material(x, y).height
		sc.paint(frame{x, y, 0, 1, 1}, 0.9, polyline(points, width),
			func(_, _, d float64) material {
				return matt(dye, base+0.03+math.Sqrt(max(0, -d*width)))
			})
		sc.edits = e
	}}}
}

func weirdWick(c *clue) edits {
	return edits{wicks: map[int]float64{c.IntN(max(1, len(c.sc.parts))): c.between(0.6,
		1) * c.sign()}}
}
