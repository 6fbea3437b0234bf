package synth

import "math"

// nut is hexagonal, its hole chamfered.
func nut(sc *Scene) {
	sc.Table(RGB{0.24, 0.25, 0.27}, 0.05)
	steel, seed := sc.Tone(RGB{0.64, 0.62, 0.58}, 0.1), sc.seed()
	f := sc.Place(0.06, math.Pi, 0.05)
	sc.Paint(f, 0.8, Without(Polygon(6, 0.76, 0.03), Disc(0.33)), func(u, v, d float64) Material {
		r := math.Hypot(u, v)
		return Metallic(steel.Times(1+0.05*FBM(u*6, v*60, seed, 2)),
			0.25+0.12*Step(0.05, -0.08, r-0.66)-0.1*Step(0.45, 0.34, r))
	})
	pitch := sc.Vary(0.035, 0.004)
	sc.Paint(f, 0.36, Without(Disc(0.34), Disc(0.28)), func(u, v, _ float64) Material {
		return Metallic(steel.Times(0.6+0.2*math.Sin(math.Hypot(u, v)/pitch*2*math.Pi)), 0.1)
	})
}

// battery is a button cell with stamped marks.
func battery(sc *Scene) {
	sc.Table(RGB{0.34, 0.36, 0.4}, 0.03)
	steel, seed := sc.Tone(RGB{0.72, 0.72, 0.71}, 0.08), sc.seed()
	f := sc.Place(0.06, math.Pi, 0.05)
	sc.Paint(f, 0.8, Disc(0.74), func(u, v, d float64) Material {
		return Metallic(steel.Times(0.9), 0.12+0.1*math.Sqrt(max(0, -d)))
	})
	sc.Paint(f, 0.66, Ring(0.6, 0.645), func(_, _, _ float64) Material {
		return Matt(RGB{0.25, 0.25, 0.26}, 0.14)
	})
	sc.Paint(f, 0.62, Disc(0.6), func(u, v, _ float64) Material {
		return Metallic(steel.Times(1+0.06*FBM(u*4, v*90, seed, 2)), 0.22)
	})
	for k, g := range []Frame{f.In(0, -0.22, 0, 1), f.In(-0.12, 0.12, 0, 1),
		f.In(0.14, 0.12, 0, 1)} {
		mark := []Shape{Union(Box(0.13, 0.028, 0.01), Box(0.028, 0.13, 0.01)), Ring(0.05, 0.085),
			Union(Box(0.02, 0.085, 0.005), At(0.045, 0, 0, Box(0.02, 0.085, 0.005)))}[k]
		sc.Part("mark", g, 0.14, steel.Times(0.62), func(g Frame, c RGB) {
			sc.Paint(g, 0.16, mark, func(_, _, d float64) Material { return Metallic(c, 0.2) })
		})
	}
}

// crown is a bottle cap with its crimped edge.
func crown(sc *Scene) {
	sc.Table(RGB{0.68, 0.66, 0.62}, 0.03)
	lacquer, seed := sc.Tone(RGB{0.6, 0.12, 0.1}, 0.12), sc.seed()
	f := sc.Place(0.06, math.Pi, 0.05)
	sc.Paint(f, 0.85, func(u, v float64) float64 {
		return math.Hypot(u, v) - 0.72 - 0.035*math.Cos(21*math.Atan2(v, u))
	}, func(u, v, d float64) Material {
		r := math.Hypot(u, v)
		fold := math.Cos(21 * math.Atan2(v, u))
		return Material{lacquer.Times(1 + 0.04*FBM(u*9, v*9, seed, 2)), 0.3 - 0.45*max(0, r-0.55) +
			0.03*fold*Step(0.54, 0.66, r), 0.4, 30}
	})
	cream := sc.Tone(RGB{0.92, 0.88, 0.76}, 0.05)
	sc.Part("print", f, 0.42, cream, func(g Frame, c RGB) {
		sc.Paint(g, 0.5, Ring(0.36, 0.41), func(_, _, _ float64) Material {
			return Material{c, 0.3, 0.35, 30}
		})
	})
	sc.Part("print", f.In(0, 0, 0, 1), 0.28, cream, func(g Frame, c RGB) {
		star := func(u, v float64) float64 {
			a := math.Mod(math.Atan2(v, u)+math.Pi*4, 2*math.Pi/5) - math.Pi/5
			r := math.Hypot(u, v)
			return r*math.Cos(a) + 0.62*r*math.Abs(math.Sin(a))*1.2 - 0.24
		}
		sc.Paint(g, 0.35, star, func(_, _, _ float64) Material {
			return Material{c, 0.3, 0.35, 30}
		})
	})
}

// bracket is a painted metal angle with bolts in its holes.
func bracket(sc *Scene) {
	sc.Table(RGB{0.45, 0.44, 0.42}, 0.1)
	paint, seed := sc.Tone(RGB{0.12, 0.13, 0.15}, 0.15), sc.seed()
	f := sc.Place(0.08, 0.35, 0.05)
	body := Union(At(-0.42, 0, 0, Box(0.2, 0.72, 0.05)), At(0.1, 0.52, 0, Box(0.7, 0.2, 0.05)))
	holes := Union(At(-0.42, -0.1, 0, Disc(0.075)), At(0.2, 0.52, 0, Rod(-0.08, 0, 0.08, 0, 0.06)))
	sc.Paint(f, 1.1, Without(body, holes), func(u, v, d float64) Material {
		return Material{paint.Times(1.6 + 0.2*FBM(u*30, v*30, seed, 2)),
			0.15 + 0.05*Step(0, -0.04, d) + 0.002*FBM(u*40, v*40, seed, 1), 0.35, 20}
	})
	bolt := sc.Tone(RGB{0.66, 0.65, 0.62}, 0.08)
	for _, p := range [][2]float64{{-0.42, -0.5}, {-0.42, 0.52}, {0.62, 0.52}} {
		turn := sc.Vary(0, 1)
		sc.Part("bolt", f.In(p[0], p[1], turn, 1), 0.13, bolt, func(g Frame, c RGB) {
			sc.Paint(g, 0.16, Disc(0.13), func(_, _, d float64) Material {
				return Metallic(c.Times(0.8), 0.22)
			})
			sc.Paint(g, 0.12, Polygon(6, 0.1, 0.01), func(u, v, d float64) Material {
				return Metallic(c, 0.3+0.03*Step(0, -0.03, d))
			})
		})
	}
}

// plate is a brushed sheet with drilled holes and pressed ridges.
func plate(sc *Scene) {
	sc.Table(RGB{0.2, 0.22, 0.25}, 0.05)
	steel, seed := sc.Tone(RGB{0.6, 0.62, 0.64}, 0.1), sc.seed()
	f := sc.Place(0.06, 0.3, 0.05)
	sc.Paint(f, 1.2, Without(Box(0.78, 0.62, 0.06), Union(At(-0.6, -0.44, 0, Disc(0.07)),
		At(0.6, -0.44, 0, Disc(0.07)), At(-0.6, 0.44, 0, Disc(0.07)),
		At(0.6, 0.44, 0, Disc(0.07)))), func(u, v, d float64) Material {
		line := FBM(u*3, v*110, seed, 2)
		ridge := math.Exp(-math.Pow((math.Abs(u)-0.2)/0.05, 2)) * Step(0.5, 0.42, math.Abs(v))
		return Material{steel.Times(1 + 0.1*line), 0.1 + 0.06*ridge + 0.02*Step(0, -0.03, d), 0.32,
			14}
	})
	for _, x := range []float64{-0.42, 0, 0.42} {
		sc.Part("rivet", f.In(x, sc.Vary(0, 0.012), 0, 1), 0.085, steel.Times(1.1),
			func(g Frame, c RGB) {
				sc.Paint(g, 0.1, Disc(0.08), func(_, _, d float64) Material {
					return Metallic(c, 0.13+math.Sqrt(max(0, -d*(0.16+d))))
				})
			})
	}
}
