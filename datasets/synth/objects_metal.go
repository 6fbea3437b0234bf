package synth

import "math"

// nut is hexagonal, its hole chamfered.
func nut(sc *scene) {
	sc.table(rgb{0.24, 0.25, 0.27}, 0.05)
	steel, seed := sc.tone(rgb{0.64, 0.62, 0.58}, 0.1), sc.seed()
	f := sc.place(0.06, math.Pi, 0.05)
	sc.paint(f, 0.8, without(polygon(6, 0.76, 0.03), disc(0.33)), func(u, v, d float64) material {
		r := math.Hypot(u, v)
		return metallic(steel.times(1+0.05*fbm(u*6, v*60, seed, 2)),
			0.25+0.12*step(0.05, -0.08, r-0.66)-0.1*step(0.45, 0.34, r))
	})
	pitch := sc.vary(0.035, 0.004)
	sc.paint(f, 0.36, without(disc(0.34), disc(0.28)), func(u, v, _ float64) material {
		return metallic(steel.times(0.6+0.2*math.Sin(math.Hypot(u, v)/pitch*2*math.Pi)), 0.1)
	})
}

// battery is a button cell with stamped marks.
func battery(sc *scene) {
	sc.table(rgb{0.34, 0.36, 0.4}, 0.03)
	steel, seed := sc.tone(rgb{0.72, 0.72, 0.71}, 0.08), sc.seed()
	f := sc.place(0.06, math.Pi, 0.05)
	sc.paint(f, 0.8, disc(0.74), func(u, v, d float64) material {
		return metallic(steel.times(0.9), 0.12+0.1*math.Sqrt(max(0, -d)))
	})
	sc.paint(f, 0.66, ring(0.6, 0.645), func(_, _, _ float64) material {
		return matt(rgb{0.25, 0.25, 0.26}, 0.14)
	})
	sc.paint(f, 0.62, disc(0.6), func(u, v, _ float64) material {
		return metallic(steel.times(1+0.06*fbm(u*4, v*90, seed, 2)), 0.22)
	})
	for k, g := range []frame{f.in(0, -0.22, 0, 1), f.in(-0.12, 0.12, 0, 1),
		f.in(0.14, 0.12, 0, 1)} {
		mark := []shape{union(box(0.13, 0.028, 0.01), box(0.028, 0.13, 0.01)), ring(0.05, 0.085),
			union(box(0.02, 0.085, 0.005), at(0.045, 0, 0, box(0.02, 0.085, 0.005)))}[k]
		sc.part("mark", g, 0.14, steel.times(0.62), func(g frame, c rgb) {
			sc.paint(g, 0.16, mark, func(_, _, d float64) material { return metallic(c, 0.2) })
		})
	}
}

// crown is a bottle cap with its crimped edge.
func crown(sc *scene) {
	sc.table(rgb{0.68, 0.66, 0.62}, 0.03)
	lacquer, seed := sc.tone(rgb{0.6, 0.12, 0.1}, 0.12), sc.seed()
	f := sc.place(0.06, math.Pi, 0.05)
	sc.paint(f, 0.85, func(u, v float64) float64 {
		return math.Hypot(u, v) - 0.72 - 0.035*math.Cos(21*math.Atan2(v, u))
	}, func(u, v, d float64) material {
		r := math.Hypot(u, v)
		fold := math.Cos(21 * math.Atan2(v, u))
		return material{lacquer.times(1 + 0.04*fbm(u*9, v*9, seed, 2)), 0.3 - 0.45*max(0, r-0.55) +
			0.03*fold*step(0.54, 0.66, r), 0.4, 30}
	})
	cream := sc.tone(rgb{0.92, 0.88, 0.76}, 0.05)
	sc.part("print", f, 0.42, cream, func(g frame, c rgb) {
		sc.paint(g, 0.5, ring(0.36, 0.41), func(_, _, _ float64) material {
			return material{c, 0.3, 0.35, 30}
		})
	})
	sc.part("print", f.in(0, 0, 0, 1), 0.28, cream, func(g frame, c rgb) {
		star := func(u, v float64) float64 {
			a := math.Mod(math.Atan2(v, u)+math.Pi*4, 2*math.Pi/5) - math.Pi/5
			r := math.Hypot(u, v)
			return r*math.Cos(a) + 0.62*r*math.Abs(math.Sin(a))*1.2 - 0.24
		}
		sc.paint(g, 0.35, star, func(_, _, _ float64) material {
			return material{c, 0.3, 0.35, 30}
		})
	})
}

// bracket is a painted metal angle with bolts in its holes.
func bracket(sc *scene) {
	sc.table(rgb{0.45, 0.44, 0.42}, 0.1)
	paint, seed := sc.tone(rgb{0.12, 0.13, 0.15}, 0.15), sc.seed()
	f := sc.place(0.08, 0.35, 0.05)
	body := union(at(-0.42, 0, 0, box(0.2, 0.72, 0.05)), at(0.1, 0.52, 0, box(0.7, 0.2, 0.05)))
	holes := union(at(-0.42, -0.1, 0, disc(0.075)), at(0.2, 0.52, 0, rod(-0.08, 0, 0.08, 0, 0.06)))
	sc.paint(f, 1.1, without(body, holes), func(u, v, d float64) material {
		return material{paint.times(1.6 + 0.2*fbm(u*30, v*30, seed, 2)),
			0.15 + 0.05*step(0, -0.04, d) + 0.002*fbm(u*40, v*40, seed, 1), 0.35, 20}
	})
	bolt := sc.tone(rgb{0.66, 0.65, 0.62}, 0.08)
	for _, p := range [][2]float64{{-0.42, -0.5}, {-0.42, 0.52}, {0.62, 0.52}} {
		turn := sc.vary(0, 1)
		sc.part("bolt", f.in(p[0], p[1], turn, 1), 0.13, bolt, func(g frame, c rgb) {
			sc.paint(g, 0.16, disc(0.13), func(_, _, d float64) material {
				return metallic(c.times(0.8), 0.22)
			})
			sc.paint(g, 0.12, polygon(6, 0.1, 0.01), func(u, v, d float64) material {
				return metallic(c, 0.3+0.03*step(0, -0.03, d))
			})
		})
	}
}

// plate is a brushed sheet with drilled holes and pressed ridges.
func plate(sc *scene) {
	sc.table(rgb{0.2, 0.22, 0.25}, 0.05)
	steel, seed := sc.tone(rgb{0.6, 0.62, 0.64}, 0.1), sc.seed()
	f := sc.place(0.06, 0.3, 0.05)
	sc.paint(f, 1.2, without(box(0.78, 0.62, 0.06), union(at(-0.6, -0.44, 0, disc(0.07)),
		at(0.6, -0.44, 0, disc(0.07)), at(-0.6, 0.44, 0, disc(0.07)),
		at(0.6, 0.44, 0, disc(0.07)))), func(u, v, d float64) material {
		line := fbm(u*3, v*110, seed, 2)
		ridge := math.Exp(-math.Pow((math.Abs(u)-0.2)/0.05, 2)) * step(0.5, 0.42, math.Abs(v))
		return material{steel.times(1 + 0.1*line), 0.1 + 0.06*ridge + 0.02*step(0, -0.03, d), 0.32,
			14}
	})
	for _, x := range []float64{-0.42, 0, 0.42} {
		sc.part("rivet", f.in(x, sc.vary(0, 0.012), 0, 1), 0.085, steel.times(1.1),
			func(g frame, c rgb) {
				sc.paint(g, 0.1, disc(0.08), func(_, _, d float64) material {
					return metallic(c, 0.13+math.Sqrt(max(0, -d*(0.16+d))))
				})
			})
	}
}
