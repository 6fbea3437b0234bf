package synth

import "math"

// candles stand four in a tray, looked at from above.
func candles(sc *Scene) {
	sc.Table(RGB{0.2, 0.21, 0.23}, 0.05)
	wax, cup, seed := sc.Tone(RGB{0.9, 0.88, 0.82}, 0.05), sc.Tone(RGB{0.72, 0.72, 0.74}, 0.06),
		sc.seed()
	f := sc.Place(0.05, 0.08, 0.03)
	for k := range 4 {
		g := f.In((float64(k%2)-0.5)*0.92+sc.Vary(0, 0.03), (float64(k/2)-0.5)*0.92+sc.Vary(0,
			0.03), sc.Vary(0, 3), sc.Vary(1, 0.03))
		lean, burn := sc.Vary(0, 1), sc.Vary(0.1, 0.02)
		sc.Paint(g, 0.45, Disc(0.42), func(u, v, d float64) Material {
			return Metallic(cup, 0.1+0.1*math.Sqrt(max(0, -d)))
		})
		sc.Part("candle", g, 0.4, wax, func(g Frame, c RGB) {
			sc.Paint(g, 0.42, Disc(0.385), func(u, v, d float64) Material {
				r := math.Hypot(u, v)
				pool := Step(0.3, 0.1, r)
				return Material{c.Times(1 - 0.04*pool + 0.025*FBM(u*7, v*7, seed+uint32(k), 3)),
					0.19 - 0.03*pool + 0.006*FBM(u*6, v*6, seed, 2), 0.25, 20}
			})
			stray := sc.Stray(k)
			sc.Paint(g, 0.35,
				Polyline([][2]float64{{0, 0}, {0.05 * math.Cos(lean), 0.05 * math.Sin(lean)},
					{burn*math.Cos(lean) + 0.17*stray, burn*math.Sin(lean) - 0.12*stray}},
					0.018+0.012*math.Abs(stray)), func(_, _, d float64) Material {
					return Matt(RGB{0.16, 0.14, 0.12}, 0.2+math.Sqrt(max(0, -d*0.05)))
				})
		})
	}
}

// capsules lie scattered on a sheet.
func capsules(sc *Scene) {
	sc.Table(RGB{0.5, 0.52, 0.5}, 0.02)
	shell, seed := sc.Tone(RGB{0.42, 0.5, 0.18}, 0.12), sc.seed()
	for k := range 9 {
		x, y := float64(k%3-1)*0.58+sc.Vary(0, 0.08), float64(k/3-1)*0.58+sc.Vary(0, 0.08)
		g := Canvas.In(x, y, sc.Vary(0, math.Pi), sc.Vary(1, 0.06))
		sc.Part("capsule", g, 0.24, sc.Tone(shell, 0.06), func(g Frame, c RGB) {
			sc.Paint(g, 0.26, Rod(-0.11, 0, 0.11, 0, 0.125), func(u, v, d float64) Material {
				h := math.Sqrt(max(0, -d*(0.25+d)))
				glow := Step(0.05, 0.12, -d)
				return glossy(Mix(c.Times(0.75), RGB{0.75, 0.75, 0.35},
					0.25*glow+0.05*FBM(u*9, v*9, seed+uint32(k), 2)), 0.02+h)
			})
		})
	}
}

// biscuit is baked: browned, pitted, with a pattern of holes.
func biscuit(sc *Scene) {
	sc.Table(RGB{0.3, 0.33, 0.38}, 0.04)
	dough, seed := sc.Tone(RGB{0.72, 0.52, 0.28}, 0.12), sc.seed()
	f := sc.Place(0.06, math.Pi, 0.06)
	sc.Paint(f, 0.8, func(u, v float64) float64 {
		a := math.Atan2(v, u)
		return math.Hypot(u, v) - 0.72 - 0.02*math.Cos(24*a) - 0.02*FBM(u*3, v*3, seed, 2)
	}, func(u, v, d float64) Material {
		rim := Step(-0.2, 0, d)
		tex := FBM(u*22, v*22, seed, 4)
		c := Mix(dough, RGB{0.42, 0.22, 0.08}, 0.5*rim+0.18*FBM(u*4, v*4, seed+1, 3))
		return Matt(c.Times(1+0.14*tex), 0.12+0.03*Step(0, -0.2, d)+0.012*tex)
	})
	for k := range 12 {
		r, a := 0.3, float64(k)*math.Pi/4
		if k >= 8 {
			r, a = 0.12, float64(k)*math.Pi/2+0.4
		}
		g := f.In(r*math.Cos(a)*1.4, r*math.Sin(a)*1.4, 0, sc.Vary(1, 0.12))
		sc.Paint(g, 0.04, Disc(0.032), func(u, v, _ float64) Material {
			return Matt(RGB{0.26, 0.14, 0.06}, 0.06)
		})
	}
}

// board is a printed board with tracks, pads and mounted pieces.
func board(sc *Scene) {
	sc.Table(RGB{0.82, 0.82, 0.82}, 0.01)
	green, seed := sc.Tone(RGB{0.06, 0.27, 0.17}, 0.12), sc.seed()
	f := sc.Place(0.05, 0.08, 0.03)
	outline := Without(Box(0.82, 0.72, 0.04), Union(At(-0.7, -0.6, 0, Disc(0.06)),
		At(0.7, 0.6, 0, Disc(0.06))))
	tracks := Polyline([][2]float64{{-0.7, 0.5}, {-0.5, 0.5}, {-0.3, 0.3}, {-0.3, -0.1}}, 0.018)
	more := Union(Polyline([][2]float64{{0.7, -0.5}, {0.4, -0.5}, {0.2, -0.3}, {-0.2, -0.3},
		{-0.3, -0.4}, {-0.7, -0.4}}, 0.018),
		Polyline([][2]float64{{0.1, 0.55}, {0.1, 0.2}, {0.3, 0}, {0.7, 0}}, 0.018))
	sc.Paint(f, 1.2, outline, func(u, v, _ float64) Material {
		line := Step(0.006, -0.006, min(tracks(u, v), more(u, v)))
		return Material{Mix(green.Times(1+0.08*FBM(u*20, v*20, seed, 2)), green.Times(1.8), line),
			0.05 + 0.003*line, 0.2, 25}
	})
	black, metal := sc.Tone(RGB{0.1, 0.1, 0.11}, 0.15), sc.Tone(RGB{0.72, 0.72, 0.7}, 0.06)
	chip := func(g Frame, c RGB) {
		for k := range 8 {
			leg := g.In((float64(k%4)-1.5)*0.09, float64(2*(k/4)-1)*0.17, 0, 1)
			sc.Paint(leg, 0.08, Box(0.02, 0.05, 0.005), func(_, _, d float64) Material {
				return Metallic(metal, 0.07)
			})
		}
		sc.Paint(g, 0.3, Box(0.2, 0.14, 0.015), func(u, v, d float64) Material {
			dot := Step(0.03, 0.02, math.Hypot(u+0.14, v-0.08))
			return Material{Mix(c, RGB{0.4, 0.4, 0.4}, 0.6*dot), 0.13 + 0.02*Step(0, -0.03, d), 0.2,
				12}
		})
	}
	resistor := func(g Frame, c RGB) {
		sc.Paint(g, 0.14, Box(0.11, 0.055, 0.008), func(u, v, d float64) Material {
			if math.Abs(u) > 0.075 {
				return Metallic(metal, 0.09)
			}
			return Matt(c, 0.1+0.01*Step(0, -0.02, d))
		})
	}
	round := func(g Frame, c RGB) {
		sc.Paint(g, 0.14, Disc(0.125), func(u, v, d float64) Material {
			half := Step(-0.01, 0.01, v-0.05)
			return Metallic(Mix(metal, c, half), 0.2+0.05*Step(0, -0.03, d))
		})
	}
	type piece struct {
		x, y, turn float64
		name       string
		reach      float64
		c          RGB
		draw       func(Frame, RGB)
	}
	for _, p := range []piece{
		{-0.25, 0.05, 0, "chip", 0.25, black, chip}, {0.45, -0.2, math.Pi / 2, "chip", 0.25, black,
			chip},
		{-0.55, -0.2, 0, "resistor", 0.13, sc.Tone(RGB{0.5, 0.35, 0.2}, 0.1), resistor},
		{0.1, -0.5, 0, "resistor", 0.13, sc.Tone(RGB{0.2, 0.2, 0.22}, 0.1), resistor},
		{0.5, 0.3, math.Pi / 2, "resistor", 0.13, sc.Tone(RGB{0.5, 0.35, 0.2}, 0.1), resistor},
		{-0.05, 0.5, 0, "resistor", 0.13, sc.Tone(RGB{0.2, 0.2, 0.22}, 0.1), resistor},
		{-0.6, 0.25, 0, "can", 0.13, sc.Tone(RGB{0.15, 0.18, 0.4}, 0.1), round},
		{0.2, 0.2, 0, "can", 0.13, sc.Tone(RGB{0.15, 0.18, 0.4}, 0.1), round},
	} {
		sc.Part(p.name, f.In(p.x+sc.Vary(0, 0.012), p.y+sc.Vary(0, 0.012), p.turn+sc.Vary(0, 0.04),
			1), p.reach, p.c, p.draw)
	}
}

// pipe is a bent length of tube with a flange at either end.
func pipe(sc *Scene) {
	sc.Table(RGB{0.4, 0.42, 0.45}, 0.06)
	metal, seed := sc.Tone(RGB{0.62, 0.5, 0.36}, 0.12), sc.seed()
	f := sc.Place(0.07, 0.5, 0.05)
	tube := func(u, v float64) float64 { // a quarter of a ring and two straight ends
		if u < 0 && v > 0 {
			return max(-u-0.55, math.Abs(v-0.4)-0.2)
		}
		if u >= 0 && v <= 0 {
			return max(-v-0.55, math.Abs(u-0.4)-0.2)
		}
		return math.Abs(math.Hypot(u, v)-0.4) - 0.2
	}
	f = f.In(-0.1, 0.1, 0, 1)
	sc.Paint(f, 1.1, func(u, v float64) float64 {
		if u < 0 && v <= 0 {
			return math.Hypot(min(u, 0), min(v, 0)) + 0.2
		}
		return tube(u, v)
	}, func(u, v, d float64) Material {
		return Metallic(metal.Times(1+0.07*FBM(u*14, v*14, seed, 3)),
			0.03+math.Sqrt(max(0, -d*(0.4+d))))
	})
	for i, end := range []Frame{f.In(-0.55, 0.4, 0, 1), f.In(0.4, -0.55, math.Pi/2, 1)} {
		sc.Part("flange", end, 0.28, metal.Times(0.9), func(g Frame, c RGB) {
			sc.Paint(g, 0.32, Box(0.075, 0.28, 0.02), func(u, v, d float64) Material {
				return Metallic(c.Times(1+0.06*FBM(u*20, v*20, seed+uint32(i), 2)),
					0.12+0.16*math.Sqrt(max(0, 1-v*v/0.08)))
			})
		})
	}
}
