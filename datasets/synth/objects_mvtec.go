package synth

import "math"

// Table is a calm background.
func (sc *Scene) Table(c RGB, roughness float64) {
	c, seed := sc.Tone(c, 0.08), sc.seed()
	sc.Backdrop(func(x, y float64) Material {
		return Matt(c.Times(1+0.05*FBM(x*3, y*3, seed, 2)+roughness*FBM(x*60, y*60, seed, 2)), 0)
	})
}

// bottle is looked at from above: rings of glass with mirrored lights.
func bottle(sc *Scene) {
	sc.Table(RGB{0.86, 0.86, 0.87}, 0.01)
	glass, seed := sc.Tone(RGB{0.2, 0.13, 0.06}, 0.2), sc.seed()
	f := sc.Place(0.06, math.Pi, 0.04)
	from := sc.Vary(0, math.Pi)
	sc.Paint(f, 0.85, Disc(0.82), func(u, v, d float64) Material {
		r, a := math.Hypot(u, v), math.Atan2(v, u)
		wall := math.Exp(-math.Pow((r-0.7)/0.07, 2))
		gleam := Step(0.35, 0.95, math.Cos(2*(a-from))) * (Step(0.58, 0.63, r) - Step(0.7, 0.75, r))
		c := Mix(glass, RGB{0.55, 0.4, 0.2}, 0.5*wall+0.12*FBM(u*3, v*3, seed, 2))
		return Material{Mix(c, RGB{0.95, 0.95, 0.92}, 0.6*gleam), 0.25 - 0.5*max(0, r-0.62), 0.45,
			40}
	})
	sc.Paint(f, 0.6, Ring(0.43, 0.58), func(u, v, d float64) Material {
		gleam := Step(0.6, 1, math.Cos(math.Atan2(v, u)-from))
		return Material{Mix(glass.Times(1.4), RGB{1, 0.98, 0.9}, 0.55*gleam),
			0.33 + 0.5*math.Sqrt(max(0, -d*0.15)), 0.6, 50}
	})
	sc.Paint(f, 0.45, Disc(0.43), func(u, v, _ float64) Material {
		r := math.Hypot(u, v)
		return Material{glass.Times(0.35 + 0.5*r + 0.1*FBM(u*4, v*4, seed, 2)), 0.1 + 0.15*r, 0.25,
			30}
	})
}

// cable is a cut through three insulated cores of twisted wires in a sheath.
func cable(sc *Scene) {
	sc.Table(RGB{0.55, 0.56, 0.58}, 0.03)
	f := sc.Place(0.05, math.Pi, 0.05)
	sheath, seed := sc.Tone(RGB{0.8, 0.8, 0.78}, 0.08), sc.seed()
	sc.Paint(f, 0.9, Blob(0.84, 0.012, seed), func(u, v, d float64) Material {
		return Matt(sheath.Times(1+0.05*FBM(u*12, v*12, seed, 2)), 0.1+0.06*Step(0, -0.06, d))
	})
	sc.Paint(f, 0.8, Disc(0.73), func(u, v, _ float64) Material {
		return Matt(RGB{0.16, 0.15, 0.15}.Times(1+0.2*FBM(u*10, v*10, seed, 2)), 0.02)
	})
	copper := sc.Tone(RGB{0.72, 0.45, 0.28}, 0.1)
	twist := [3]float64{sc.Vary(0, 3), sc.Vary(0, 3), sc.Vary(0, 3)}
	for i, c := range []RGB{{0.18, 0.42, 0.25}, {0.2, 0.3, 0.58}, {0.44, 0.28, 0.17}} {
		angle := float64(i)*2*math.Pi/3 + sc.Vary(0, 0.08)
		core := f.In(0.37*math.Cos(angle), 0.37*math.Sin(angle), twist[i], sc.Vary(1, 0.03))
		sc.Part("core", core, 0.34, sc.Tone(c, 0.08), func(g Frame, c RGB) {
			sc.Paint(g, 0.34, Blob(0.325, 0.02, seed+uint32(i)), func(u, v, d float64) Material {
				return Matt(c.Times(1+0.06*FBM(u*15, v*15, seed, 2)), 0.06+0.05*Step(0, -0.05, d))
			})
			sc.Paint(g, 0.22, Disc(0.215), func(_, _, _ float64) Material {
				return Matt(c.Times(0.4), 0.03)
			})
			for ringOf, count := range []int{1, 6, 12} {
				for k := range count {
					a, r := 2*math.Pi*float64(k)/float64(count)+0.3*float64(ringOf),
						0.081*float64(ringOf)
					wire := g.In(r*math.Cos(a), r*math.Sin(a), 0, 1)
					sc.Paint(wire, 0.045, Disc(0.041), func(u, v, d float64) Material {
						return Metallic(copper.Times(0.85+0.2*lattice(k, ringOf, seed+uint32(i))),
							0.06+math.Sqrt(max(0, -d*(0.082+d))))
					})
				}
			}
		})
	}
}

// screw lies on its side, turned anyhow.
func screw(sc *Scene) {
	sc.Table(RGB{0.74, 0.74, 0.73}, 0.02)
	f := sc.Place(0.08, math.Pi, 0.07)
	steel, seed, phase := sc.Tone(RGB{0.56, 0.55, 0.52}, 0.12), sc.seed(), sc.Vary(0, 0.03)
	barrel := func(w float64) func(u, v, d float64) Material {
		return func(u, v, _ float64) Material {
			return Metallic(steel.Times(1+0.08*FBM(u*30, v*30, seed, 2)),
				math.Sqrt(max(0, w*w-v*v)))
		}
	}
	const pitch = 0.062
	thread := func(u float64) float64 {
		return math.Abs(math.Mod(u+phase+10*pitch, pitch)/pitch-0.5) * 2
	}
	sc.Paint(f, 0.85, func(u, v float64) float64 {
		w := 0.092 - 0.03*thread(u+0.35*v)
		w *= 1 - 0.85*Step(0.55, 0.78, u)
		return max(math.Abs(v)-w, -0.15-u, u-0.78)
	}, func(u, v, d float64) Material {
		t := thread(u + 0.35*v)
		m := barrel(0.1)(u, v, d)
		return m.Raised(-0.035 * t).Toned(1.1 - 0.4*t)
	})
	sc.Paint(f, 0.85, At(-0.3, 0, 0, Box(0.17, 0.085, 0.01)), barrel(0.085))
	sc.Paint(f, 0.85, func(u, v float64) float64 {
		w := 0.095 + 0.14*Step(-0.46, -0.62, u)
		return max(math.Abs(v)-w, -0.72-u, u+0.45)
	}, barrel(0.24))
	sc.Part("slot", f.In(-0.71, 0, 0, 1), 0.06, steel.Times(0.3), func(g Frame, c RGB) {
		sc.Paint(g, 0.06, Box(0.025, 0.05, 0.008), func(_, _, _ float64) Material {
			return Matt(c, 0.1)
		})
	})
}

// transistor sits on a perforated board with its three legs in holes.
func transistor(sc *Scene) {
	board, seed := sc.Tone(RGB{0.52, 0.36, 0.2}, 0.1), sc.seed()
	ground := sc.Place(0.04, 0.03, 0.02)
	sc.Backdrop(func(x, y float64) Material {
		u, v := ground.Local(x, y)
		a, b := math.Mod(u+10.1, 0.22)-0.11, math.Mod(v+10.1, 0.22)-0.11
		d := math.Hypot(a, b)
		m := Matt(board.Times(1+0.06*FBM(u*25, v*25, seed, 2)), 0)
		if d < 0.062 {
			m = Metallic(RGB{0.66, 0.6, 0.5}, 0.004)
		}
		if d < 0.034 {
			m = Matt(RGB{0.05, 0.04, 0.04}, -0.05)
		}
		return m
	})
	leg := sc.Tone(RGB{0.7, 0.7, 0.7}, 0.08)
	spread := sc.Vary(0.22, 0.006)
	for i := range 3 {
		x := float64(i-1) * spread
		sway := sc.Vary(0, 0.012)
		sc.Part("lead", ground.In(x, 0.32, 0, 1), 0.3, leg, func(g Frame, c RGB) {
			sc.Paint(g, 0.35, Polyline([][2]float64{{-x * 0.35, -0.3}, {-x*0.35 + sway, -0.12},
				{sway, 0.02}, {0, 0.24}}, 0.027), func(_, _, d float64) Material {
				return Metallic(c, 0.05+math.Sqrt(max(0, -d*0.05)))
			})
		})
	}
	body := sc.Tone(RGB{0.13, 0.13, 0.14}, 0.15)
	turn, dx := sc.Vary(0, 0.03), sc.Vary(0, 0.015)
	sc.Part("case", ground.In(dx, -0.26, turn, 1), 0.42, body, func(g Frame, c RGB) {
		sc.Paint(g, 0.5, Box(0.36, 0.29, 0.06), func(u, v, d float64) Material {
			return Material{c.Times(1 + 0.12*FBM(u*40, v*40, seed, 2)), 0.2 + 0.1*Step(0, -0.07, d),
				0.25, 12}
		})
		ink := func(u, v float64) bool { // two lines of print
			return math.Abs(v+0.08) < 0.045 && math.Mod(u+1, 0.09) < 0.05 && math.Abs(u) < 0.22 ||
				math.Abs(v-0.07) < 0.035 && math.Mod(u+1, 0.07) < 0.035 && math.Abs(u) < 0.15
		}
		sc.Paint(g, 0.4, func(u, v float64) float64 {
			if ink(u, v) {
				return -0.01
			}
			return 0.01
		}, func(_, _, _ float64) Material { return Matt(RGB{0.55, 0.55, 0.53}, 0.3) })
	})
}

// zipper is two rows of teeth between strips of woven tape.
func zipper(sc *Scene) {
	tape, seed := sc.Tone(RGB{0.17, 0.18, 0.22}, 0.2), sc.seed()
	f := sc.Place(0.05, 0.06, 0.03)
	sc.Backdrop(func(x, y float64) Material { return Matt(RGB{0.8, 0.8, 0.8}, -0.05) })
	sc.Paint(f, 2, Box(0.68, 3, 0.01), func(u, v, _ float64) Material {
		h, _, _ := Weave(u+0.004*FBM(u*9, v*9, seed, 2), v, 0.034)
		return Matt(tape.Times((0.7+0.4*h)*(1+0.15*FBM(u*8, v*8, seed, 2))), 0.006*h)
	})
	sc.Paint(f, 2, Union(At(-0.2, 0, 0, Box(0.05, 3, 0.02)), At(0.2, 0, 0, Box(0.05, 3, 0.02))),
		func(u, v, d float64) Material {
			return Matt(tape.Times(1.25+0.2*math.Sin(v*60)), 0.03+math.Sqrt(max(0, -d*0.05)))
		})
	metal := sc.Tone(RGB{0.62, 0.58, 0.5}, 0.12)
	phase := sc.Vary(0, 0.03)
	for i := -12; i < 12; i++ {
		side := float64(2*(i&1) - 1)
		v := float64(i)*0.09 + phase
		jitter := sc.Vary(0, 0.012)
		tooth := f.In(side*0.06, v, jitter, 1)
		if math.Abs(tooth.y) > 0.9 {
			continue
		}
		sc.Part("tooth", tooth, 0.14, metal, func(g Frame, c RGB) {
			sc.Paint(g, 0.2, Union(Box(0.13, 0.034, 0.018), At(-side*0.11, 0, 0, Disc(0.047))),
				func(u, _, d float64) Material {
					return Metallic(c.Times(1+0.1*side*u), 0.05+math.Sqrt(max(0, -d*0.09)))
				})
		})
	}
}
