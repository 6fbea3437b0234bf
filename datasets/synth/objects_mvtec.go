package synth

import "math"

// table is a calm background.
func (sc *scene) table(c rgb, roughness float64) {
	c, seed := sc.tone(c, 0.08), sc.seed()
	sc.backdrop(func(x, y float64) material {
		return matt(c.times(1+0.05*fbm(x*3, y*3, seed, 2)+roughness*fbm(x*60, y*60, seed, 2)), 0)
	})
}

// bottle is looked at from above: rings of glass with mirrored lights.
func bottle(sc *scene) {
	sc.table(rgb{0.86, 0.86, 0.87}, 0.01)
	glass, seed := sc.tone(rgb{0.2, 0.13, 0.06}, 0.2), sc.seed()
	f := sc.place(0.06, math.Pi, 0.04)
	from := sc.vary(0, math.Pi)
	sc.paint(f, 0.85, disc(0.82), func(u, v, d float64) material {
		r, a := math.Hypot(u, v), math.Atan2(v, u)
		wall := math.Exp(-math.Pow((r-0.7)/0.07, 2))
		gleam := step(0.35, 0.95, math.Cos(2*(a-from))) * (step(0.58, 0.63, r) - step(0.7, 0.75, r))
		c := mix(glass, rgb{0.55, 0.4, 0.2}, 0.5*wall+0.12*fbm(u*3, v*3, seed, 2))
		return material{mix(c, rgb{0.95, 0.95, 0.92}, 0.6*gleam), 0.25 - 0.5*max(0, r-0.62), 0.45,
			40}
	})
	sc.paint(f, 0.6, ring(0.43, 0.58), func(u, v, d float64) material {
		gleam := step(0.6, 1, math.Cos(math.Atan2(v, u)-from))
		return material{mix(glass.times(1.4), rgb{1, 0.98, 0.9}, 0.55*gleam),
			0.33 + 0.5*math.Sqrt(max(0, -d*0.15)), 0.6, 50}
	})
	sc.paint(f, 0.45, disc(0.43), func(u, v, _ float64) material {
		r := math.Hypot(u, v)
		return material{glass.times(0.35 + 0.5*r + 0.1*fbm(u*4, v*4, seed, 2)), 0.1 + 0.15*r, 0.25,
			30}
	})
}

// cable is a cut through three insulated cores of twisted wires in a sheath.
func cable(sc *scene) {
	sc.table(rgb{0.55, 0.56, 0.58}, 0.03)
	f := sc.place(0.05, math.Pi, 0.05)
	sheath, seed := sc.tone(rgb{0.8, 0.8, 0.78}, 0.08), sc.seed()
	sc.paint(f, 0.9, blob(0.84, 0.012, seed), func(u, v, d float64) material {
		return matt(sheath.times(1+0.05*fbm(u*12, v*12, seed, 2)), 0.1+0.06*step(0, -0.06, d))
	})
	sc.paint(f, 0.8, disc(0.73), func(u, v, _ float64) material {
		return matt(rgb{0.16, 0.15, 0.15}.times(1+0.2*fbm(u*10, v*10, seed, 2)), 0.02)
	})
	copper := sc.tone(rgb{0.72, 0.45, 0.28}, 0.1)
	twist := [3]float64{sc.vary(0, 3), sc.vary(0, 3), sc.vary(0, 3)}
	for i, c := range []rgb{{0.18, 0.42, 0.25}, {0.2, 0.3, 0.58}, {0.44, 0.28, 0.17}} {
		angle := float64(i)*2*math.Pi/3 + sc.vary(0, 0.08)
		core := f.in(0.37*math.Cos(angle), 0.37*math.Sin(angle), twist[i], sc.vary(1, 0.03))
		sc.part("core", core, 0.34, sc.tone(c, 0.08), func(g frame, c rgb) {
			sc.paint(g, 0.34, blob(0.325, 0.02, seed+uint32(i)), func(u, v, d float64) material {
				return matt(c.times(1+0.06*fbm(u*15, v*15, seed, 2)), 0.06+0.05*step(0, -0.05, d))
			})
			sc.paint(g, 0.22, disc(0.215), func(_, _, _ float64) material {
				return matt(c.times(0.4), 0.03)
			})
			for ringOf, count := range []int{1, 6, 12} {
				for k := range count {
					a, r := 2*math.Pi*float64(k)/float64(count)+0.3*float64(ringOf),
						0.081*float64(ringOf)
					wire := g.in(r*math.Cos(a), r*math.Sin(a), 0, 1)
					sc.paint(wire, 0.045, disc(0.041), func(u, v, d float64) material {
						return metallic(copper.times(0.85+0.2*lattice(k, ringOf, seed+uint32(i))),
							0.06+math.Sqrt(max(0, -d*(0.082+d))))
					})
				}
			}
		})
	}
}

// screw lies on its side, turned anyhow.
func screw(sc *scene) {
	sc.table(rgb{0.74, 0.74, 0.73}, 0.02)
	f := sc.place(0.08, math.Pi, 0.07)
	steel, seed, phase := sc.tone(rgb{0.56, 0.55, 0.52}, 0.12), sc.seed(), sc.vary(0, 0.03)
	barrel := func(w float64) func(u, v, d float64) material {
		return func(u, v, _ float64) material {
			return metallic(steel.times(1+0.08*fbm(u*30, v*30, seed, 2)),
				math.Sqrt(max(0, w*w-v*v)))
		}
	}
	const pitch = 0.062
	thread := func(u float64) float64 {
		return math.Abs(math.Mod(u+phase+10*pitch, pitch)/pitch-0.5) * 2
	}
	sc.paint(f, 0.85, func(u, v float64) float64 {
		w := 0.092 - 0.03*thread(u+0.35*v)
		w *= 1 - 0.85*step(0.55, 0.78, u)
		return max(math.Abs(v)-w, -0.15-u, u-0.78)
	}, func(u, v, d float64) material {
		t := thread(u + 0.35*v)
		m := barrel(0.1)(u, v, d)
		return m.raised(-0.035 * t).toned(1.1 - 0.4*t)
	})
	sc.paint(f, 0.85, at(-0.3, 0, 0, box(0.17, 0.085, 0.01)), barrel(0.085))
	sc.paint(f, 0.85, func(u, v float64) float64 {
		w := 0.095 + 0.14*step(-0.46, -0.62, u)
		return max(math.Abs(v)-w, -0.72-u, u+0.45)
	}, barrel(0.24))
	sc.part("slot", f.in(-0.71, 0, 0, 1), 0.06, steel.times(0.3), func(g frame, c rgb) {
		sc.paint(g, 0.06, box(0.025, 0.05, 0.008), func(_, _, _ float64) material {
			return matt(c, 0.1)
		})
	})
}

// transistor sits on a perforated board with its three legs in holes.
func transistor(sc *scene) {
	board, seed := sc.tone(rgb{0.52, 0.36, 0.2}, 0.1), sc.seed()
	ground := sc.place(0.04, 0.03, 0.02)
	sc.backdrop(func(x, y float64) material {
		u, v := ground.local(x, y)
		a, b := math.Mod(u+10.1, 0.22)-0.11, math.Mod(v+10.1, 0.22)-0.11
		d := math.Hypot(a, b)
		m := matt(board.times(1+0.06*fbm(u*25, v*25, seed, 2)), 0)
		if d < 0.062 {
			m = metallic(rgb{0.66, 0.6, 0.5}, 0.004)
		}
		if d < 0.034 {
			m = matt(rgb{0.05, 0.04, 0.04}, -0.05)
		}
		return m
	})
	leg := sc.tone(rgb{0.7, 0.7, 0.7}, 0.08)
	spread := sc.vary(0.22, 0.006)
	for i := range 3 {
		x := float64(i-1) * spread
		sway := sc.vary(0, 0.012)
		sc.part("lead", ground.in(x, 0.32, 0, 1), 0.3, leg, func(g frame, c rgb) {
			sc.paint(g, 0.35, polyline([][2]float64{{-x * 0.35, -0.3}, {-x*0.35 + sway, -0.12},
				{sway, 0.02}, {0, 0.24}}, 0.027), func(_, _, d float64) material {
				return metallic(c, 0.05+math.Sqrt(max(0, -d*0.05)))
			})
		})
	}
	body := sc.tone(rgb{0.13, 0.13, 0.14}, 0.15)
	turn, dx := sc.vary(0, 0.03), sc.vary(0, 0.015)
	sc.part("case", ground.in(dx, -0.26, turn, 1), 0.42, body, func(g frame, c rgb) {
		sc.paint(g, 0.5, box(0.36, 0.29, 0.06), func(u, v, d float64) material {
			return material{c.times(1 + 0.12*fbm(u*40, v*40, seed, 2)), 0.2 + 0.1*step(0, -0.07, d),
				0.25, 12}
		})
		ink := func(u, v float64) bool { // two lines of print
			return math.Abs(v+0.08) < 0.045 && math.Mod(u+1, 0.09) < 0.05 && math.Abs(u) < 0.22 ||
				math.Abs(v-0.07) < 0.035 && math.Mod(u+1, 0.07) < 0.035 && math.Abs(u) < 0.15
		}
		sc.paint(g, 0.4, func(u, v float64) float64 {
			if ink(u, v) {
				return -0.01
			}
			return 0.01
		}, func(_, _, _ float64) material { return matt(rgb{0.55, 0.55, 0.53}, 0.3) })
	})
}

// zipper is two rows of teeth between strips of woven tape.
func zipper(sc *scene) {
	tape, seed := sc.tone(rgb{0.17, 0.18, 0.22}, 0.2), sc.seed()
	f := sc.place(0.05, 0.06, 0.03)
	sc.backdrop(func(x, y float64) material { return matt(rgb{0.8, 0.8, 0.8}, -0.05) })
	sc.paint(f, 2, box(0.68, 3, 0.01), func(u, v, _ float64) material {
		h, _, _ := weave(u+0.004*fbm(u*9, v*9, seed, 2), v, 0.034)
		return matt(tape.times((0.7+0.4*h)*(1+0.15*fbm(u*8, v*8, seed, 2))), 0.006*h)
	})
	sc.paint(f, 2, union(at(-0.2, 0, 0, box(0.05, 3, 0.02)), at(0.2, 0, 0, box(0.05, 3, 0.02))),
		func(u, v, d float64) material {
			return matt(tape.times(1.25+0.2*math.Sin(v*60)), 0.03+math.Sqrt(max(0, -d*0.05)))
		})
	metal := sc.tone(rgb{0.62, 0.58, 0.5}, 0.12)
	phase := sc.vary(0, 0.03)
	for i := -12; i < 12; i++ {
		side := float64(2*(i&1) - 1)
		v := float64(i)*0.09 + phase
		jitter := sc.vary(0, 0.012)
		tooth := f.in(side*0.06, v, jitter, 1)
		if math.Abs(tooth.y) > 0.9 {
			continue
		}
		sc.part("tooth", tooth, 0.14, metal, func(g frame, c rgb) {
			sc.paint(g, 0.2, union(box(0.13, 0.034, 0.018), at(-side*0.11, 0, 0, disc(0.047))),
				func(u, _, d float64) material {
					return metallic(c.times(1+0.1*side*u), 0.05+math.Sqrt(max(0, -d*0.09)))
				})
		})
	}
}
