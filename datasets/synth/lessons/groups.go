package lessons

import (
	"math"

	. "adlab/datasets/synth"
)

// piece is a small object's outline with its reach, r large.
func (d *design) piece(r float64) (Shape, float64) {
	return pick(d.Rand, Disc(r), Ellipse(r, 0.65*r), Box(r, r, 0.3*r), Box(r, 0.6*r, 0.55*r),
		Polygon(3+d.IntN(4), r, 0.15*r),
		Rod(-0.5*r, 0, 0.5*r, 0, 0.5*r), Shape(func(u, v float64) float64 {
			return math.Hypot(u, v) - r*(0.75+0.2*math.Cos(4*math.Atan2(v, u)))
		})), 1.45 * r
}

// spreadPieces paints pieces at the places of a raster, loosely.
func spreadPieces(d *design, loose, turn float64, ground func(*Scene)) func(*Scene) {
	n := 2 + d.IntN(4)
	pitch := 1.8 / float64(n)
	s, reach := d.piece(pitch * d.between(0.28, 0.42))
	stuff, relief := d.stuff, d.relief()
	dyes := []RGB{anyColour(d.Rand), anyColour(d.Rand), anyColour(d.Rand)}
	dye, mixed := d.between(0, 0.8), d.IntN(2) == 0
	shades := make([]int, n*n)
	for i := range shades {
		if mixed {
			shades[i] = d.IntN(3)
		}
	}
	return func(sc *Scene) {
		ground(sc)
		f := sc.Place(0.04, 0.05, 0.03)
		for i := range n * n {
			x, y := (float64(i%n)-float64(n-1)/2)*pitch+sc.Vary(0, loose*pitch),
				(float64(i/n)-float64(n-1)/2)*pitch+sc.Vary(0, loose*pitch)
			sc.Part("piece", f.In(x, y, sc.Vary(0, turn), sc.Vary(1, 0.04)), reach,
				sc.Tone(dyes[shades[i]], 0.05), func(g Frame, c RGB) {
					sc.Paint(g, reach, s, func(u, v, dist float64) Material {
						return stuff.at(u+x, v+y).Dyed(c, dye).Raised(relief(dist) +
							0.3*math.Sqrt(max(0, -dist*0.2)))
					})
				})
		}
	}
}

// scattered pieces lie about.
func scattered(d *design) func(*Scene) { return spreadPieces(d, 0.12, math.Pi, d.ground()) }

// arrays are pieces in strict rows on a body.
func arrays(d *design) func(*Scene) { return spreadPieces(d, 0.01, 0.03, d.body()) }

// blister is pieces in the wells of a foil.
func blister(d *design) func(*Scene) { return spreadPieces(d, 0.04, 0.2, d.body()) }

// body is a broad box on a ground.
func (d *design) body() func(*Scene) {
	ground, c, w, h := d.ground(), anyColour(d.Rand), d.between(0.85, 1), d.between(0.85, 1)
	shine := d.between(0.05, 0.4)
	return func(sc *Scene) {
		ground(sc)
		sc.Paint(Canvas, 1.4, Box(w, h, 0.06), func(_, _, dist float64) Material {
			return Matt(c, 0.05+0.03*Step(0, -0.05, dist)).Shining(shine, 20)
		})
	}
}

// lamps are round cups with wicks.
func lamps(d *design) func(*Scene) {
	n := 1 + d.IntN(3)
	pitch, ground, oil, stuff := 1.8/float64(n), d.ground(), anyColour(d.Rand), d.stuff
	s, reach := pick(d.Rand, Disc(0.42*pitch), Polygon(6, 0.44*pitch, 0.03),
		Box(0.38*pitch, 0.38*pitch, 0.05)), 0.6*pitch
	thick := d.between(0.02, 0.035)
	return func(sc *Scene) {
		ground(sc)
		f := sc.Place(0.05, 0.2, 0.04)
		for i := range n * n {
			g := f.In((float64(i%n)-float64(n-1)/2)*pitch, (float64(i/n)-float64(n-1)/2)*pitch,
				sc.Vary(0, 0.3), sc.Vary(1, 0.03))
			lean := sc.Vary(0, math.Pi)
			sc.Paint(g, reach, s, stuff.surface(func(dist float64) float64 {
				return 0.12 + 0.2*Step(-0.08*pitch, 0, dist)
			}))
			sc.Part("lamp", g, 0.36*pitch, sc.Tone(oil, 0.05), func(g Frame, c RGB) {
				sc.Paint(g, 0.36*pitch, Disc(0.33*pitch), func(u, v, _ float64) Material {
					return Matt(c, 0.14).Shining(0.4, 40)
				})
				stray := sc.Stray(i)
				sc.Paint(g, 0.45,
					Polyline([][2]float64{{0, 0}, {0.05 * math.Cos(lean), 0.05 * math.Sin(lean)},
						{0.12*math.Cos(lean) - 0.16*stray, 0.12*math.Sin(lean) + 0.15*stray}},
						thick+0.012*math.Abs(stray)), func(_, _, dist float64) Material {
						return Matt(RGB{R: 0.2, G: 0.17, B: 0.13},
							0.17+math.Sqrt(max(0, -dist*0.05)))
					})
			})
		}
	}
}

// grilles are bars over a dark ground, straight or crossed.
func grilles(d *design) func(*Scene) {
	ground, stuff := d.ground(), d.stuff
	pitch, thick, crossed := d.between(0.18, 0.45), 0.0, d.IntN(2) == 0
	thick = pitch * d.between(0.12, 0.3)
	stretch, turn := d.between(0.6, 1.6), pick(d.Rand, 0.1, math.Pi)
	bars := func(u, v float64) float64 {
		a := math.Abs(math.Mod(u+40*pitch, pitch)-pitch/2) - thick
		if crossed {
			tall := pitch * stretch
			a = min(a, math.Abs(math.Mod(v+40*tall, tall)-tall/2)-thick)
		}
		return a
	}
	return func(sc *Scene) {
		ground(sc)
		f := sc.Place(0.3, turn, 0.05)
		sc.Paint(f, 4, bars, func(u, v, dist float64) Material {
			return stuff.at(u, v).Raised(0.1 + math.Sqrt(max(0, -dist*(2*thick+dist))))
		})
	}
}

// bands are hoses, ropes or straps that lie in curves.
func bands(d *design) func(*Scene) {
	ground, stuff := d.ground(), d.stuff
	n, w := 1+d.IntN(4), 0.0
	w = d.between(0.35, 0.8) / float64(n) * 0.6
	wavy, twist, round := d.between(0, 0.15), d.between(0, 0.3), d.IntN(3) > 0
	phase := make([]float64, n)
	for i := range phase {
		phase[i] = d.Float64() * 6
	}
	return func(sc *Scene) {
		ground(sc)
		f := sc.Place(0.1, math.Pi, 0.05)
		for i := range n {
			y := (float64(i) - float64(n-1)/2) * 1.5 / float64(n)
			p := phase[i] + sc.Vary(0, 0.3)
			middle := func(u float64) float64 { return y + wavy*math.Sin(2.2*u+p) }
			sc.Paint(f, 3, func(u, v float64) float64 {
				return math.Abs(v-middle(u)) - w
			}, func(u, v, dist float64) Material {
				h := 0.08
				if round {
					h += math.Sqrt(max(0, -dist*(2*w+dist)))
				}
				strand := 0.5 + 0.5*math.Sin(14*(u+(v-middle(u))*1.5)/(w*6+0.3))
				return stuff.at(u, v-middle(u)).Raised(h +
					0.05*twist*strand).Toned(1 - twist*(1-strand))
			})
		}
	}
}

// combs have a back and many teeth, each a part.
func combs(d *design) func(*Scene) {
	ground, stuff, relief := d.ground(), d.stuff, d.relief()
	n, length, back := 8+d.IntN(12), d.between(0.3, 0.8), d.between(0.1, 0.25)
	c, pitch := anyColour(d.Rand), 1.7/float64(n)
	thick := pitch * d.between(0.22, 0.38)
	return func(sc *Scene) {
		ground(sc)
		f := sc.Place(0.06, 0.3, 0.05)
		for k := range n {
			x := (float64(k)-float64(n-1)/2)*pitch + sc.Vary(0, 0.004)
			sc.Part("tooth", f.In(x, -0.2+length/2, sc.Vary(0, 0.02), 1), length/2, c,
				func(g Frame, c RGB) {
					sc.Paint(g, length, Box(thick, length/2, thick*0.8),
						func(u, v, dist float64) Material {
							return Matt(c, 0.08+math.Sqrt(max(0,
								-dist*(2*thick+dist)))).Shining(0.3, 20)
						})
				})
		}
		sc.Paint(f.In(0, -0.2-back, 0, 1), 1, Box(0.9, back, 0.06), stuff.surface(relief))
	}
}

// panels are broad plates with fittings in a loose raster.
func panels(d *design) func(*Scene) {
	ground, stuff, relief := d.ground(), d.stuff, d.relief()
	w, h := d.between(0.7, 0.95), d.between(0.6, 0.95)
	columns, rows := 2+d.IntN(3), 2+d.IntN(3)
	var fittings []fitting
	for i := range columns * rows {
		if d.IntN(4) > 0 {
			cw, ch := 2*w/float64(columns), 2*h/float64(rows)
			r := min(cw, ch) * d.between(0.15, 0.32)
			fittings = append(fittings, d.fitting((float64(i%columns)+0.5)*cw-w,
				(float64(i/columns)+0.5)*ch-h, r))
		}
	}
	s := Box(w, h, d.between(0.01, 0.15))
	return func(sc *Scene) {
		ground(sc)
		f := sc.Place(0.04, 0.1, 0.03)
		sc.Paint(f, 1.4, s, stuff.surface(relief))
		for _, p := range fittings {
			p.draw(sc, f, relief(s(p.x, p.y)))
		}
	}
}

// modules are panels with wires from fitting to fitting.
func modules(d *design) func(*Scene) {
	base := panels(d)
	var wires []Shape
	var dyes []RGB
	for range 1 + d.IntN(4) {
		x, y := d.between(-0.6, 0.6), d.between(-0.6, 0.6)
		wires = append(wires,
			Polyline([][2]float64{{x, y}, {x + d.between(-0.4, 0.4), y},
				{d.between(-0.7, 0.7), d.between(-0.7, 0.7)}}, d.between(0.015, 0.04)))
		dyes = append(dyes, anyColour(d.Rand))
	}
	return func(sc *Scene) {
		base(sc)
		f := sc.Place(0.03, 0.05, 0.02)
		for i, w := range wires {
			sc.Part("wire", f, 0.5, sc.Tone(dyes[i], 0.05), func(g Frame, c RGB) {
				sc.Paint(g, 1.4, w, func(_, _, dist float64) Material {
					return Matt(c, 0.2+math.Sqrt(max(0, -dist*0.04))).Shining(0.2, 20)
				})
			})
		}
	}
}

// blocks are toys of boxes and rounds in bright colours.
func blocks(d *design) func(*Scene) {
	ground := d.ground()
	type block struct {
		x, y, turn, w, h, layer float64
		studs                   int
		colour                  RGB
		s                       Shape
	}
	var all []block
	for i := range 4 + d.IntN(6) {
		b := block{x: d.between(-0.5, 0.5), y: d.between(-0.5, 0.5),
			turn: pick(d.Rand, 0, 0, d.between(-0.5, 0.5)), w: d.between(0.1, 0.36),
			h: d.between(0.08, 0.3), layer: float64(i) / 3, studs: d.IntN(4),
			colour: hue(d.Float64(), d.between(0.3, 0.9), d.between(0.4, 0.95))}
		b.s = pick(d.Rand, Box(b.w, b.h, 0.03), Box(b.w, b.h, 0.03), Ellipse(b.w, b.h), Disc(b.h))
		all = append(all, b)
	}
	return func(sc *Scene) {
		ground(sc)
		f := sc.Place(0.05, 0.3, 0.05)
		for _, b := range all {
			reach := math.Hypot(b.w, b.h)
			sc.Part("block", f.In(b.x, b.y, b.turn+sc.Vary(0, 0.02), 1), reach,
				sc.Tone(b.colour, 0.05), func(g Frame, c RGB) {
					level := 0.08 + 0.06*b.layer
					sc.Paint(g, reach, b.s, func(_, _, dist float64) Material {
						return Matt(c, level+0.04*Step(0, -0.04, dist)).Shining(0.35, 35)
					})
					for k := range b.studs {
						sc.Paint(g.In((float64(k)-float64(b.studs-1)/2)*0.13, 0, 0, 1), 0.06,
							Disc(0.045), func(_, _, dist float64) Material {
								return Matt(c.Times(1.05), level+0.06+0.02*Step(0,
									-0.012, dist)).Shining(0.4, 35)
							})
					}
				})
		}
	}
}

// baked are lumps of dough with things strewn on them.
func baked(d *design) func(*Scene) {
	ground := d.ground()
	crust, top := hue(d.between(0.06, 0.12), d.between(0.35, 0.7), d.between(0.4, 0.85)),
		anyColour(d.Rand)
	r, wavy, seed, fine := d.between(0.6, 0.8), d.between(0.01, 0.1), d.Uint32(), d.between(8, 30)
	strewn, size := d.IntN(16), d.between(0.025, 0.07)
	type crumb struct{ x, y, turn float64 }
	var crumbs []crumb
	for range strewn {
		a, q := d.between(0, 2*math.Pi), r*0.75*math.Sqrt(d.Float64())
		crumbs = append(crumbs, crumb{q * math.Cos(a), q * math.Sin(a), d.between(0, 3)})
	}
	s, reach := d.piece(size)
	outer := pick(d.Rand, Blob(r, wavy*2, seed), Ellipse(r, 0.75*r), Box(r, 0.7*r, 0.2),
		Ring(0.25*r, r))
	return func(sc *Scene) {
		ground(sc)
		f := sc.Place(0.06, math.Pi, 0.06)
		sc.Paint(f, 1.2, outer, func(u, v, dist float64) Material {
			n := FBM(u*fine, v*fine, seed, 3)
			return Matt(Mix(crust, crust.Times(0.5), 0.4*Step(-0.25, 0, dist)+0.2*FBM(u*3, v*3,
				seed+1, 2)).Times(1+0.15*n), 0.1+0.2*math.Sqrt(max(0, -dist*0.4))+0.01*n)
		})
		for _, k := range crumbs {
			sc.Part("topping", f.In(k.x, k.y, k.turn+sc.Vary(0, 0.1), 1), size, sc.Tone(top, 0.1),
				func(g Frame, c RGB) {
					sc.Paint(g, reach, s, func(_, _, dist float64) Material {
						return Matt(c, 0.25+0.5*math.Sqrt(max(0, -dist*size)))
					})
				})
		}
	}
}
