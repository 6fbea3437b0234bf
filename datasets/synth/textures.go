package synth

import "math"

// All paints a texture that fills the picture, in a frame turned and moved a little.
func (sc *Scene) All(turn float64, m func(u, v float64) Material) {
	f := sc.Place(0.5, turn, 0.06)
	sc.Paint(f, 4, everywhere, func(u, v, _ float64) Material { return m(u, v) })
}

// Weave is a height profile of threads over and under each other, and which of the two directions
// is on top.
func Weave(u, v, pitch float64) (height float64, warp bool, across float64) {
	i, j := math.Floor(u/pitch), math.Floor(v/pitch)
	a, b := u/pitch-i-0.5, v/pitch-j-0.5
	if math.Mod(i+j, 2) == 0 {
		return math.Sqrt(max(0, 1-3.2*a*a)) * (0.75 + 0.25*math.Cos(math.Pi*b)), true, a
	}
	return math.Sqrt(max(0, 1-3.2*b*b)) * (0.75 + 0.25*math.Cos(math.Pi*a)), false, b
}

func cloth(sc *Scene) {
	one, two := sc.Tone(RGB{0.52, 0.47, 0.4}, 0.12), sc.Tone(RGB{0.36, 0.35, 0.36}, 0.12)
	pitch, drift, wear := sc.Vary(0.062, 0.008), sc.seed(), sc.seed()
	sc.All(0.3, func(u, v float64) Material {
		u, v = u+0.016*FBM(u*3, v*3, drift, 3), v+0.016*FBM(u*3+7, v*3, drift, 3)
		h, warp, _ := Weave(u, v, pitch)
		c := two
		if warp {
			c = one
		}
		c = c.Times((0.62 + 0.38*h) * (1 + 0.22*FBM(u*30, v*30, wear, 2) + 0.1*FBM(u*2, v*2, wear,
			2)))
		return Matt(c, 0.012*h)
	})
}

func mesh(sc *Scene) {
	wire, ground := sc.Tone(RGB{0.62, 0.62, 0.6}, 0.12), sc.Tone(RGB{0.12, 0.12, 0.13}, 0.3)
	pitch, thick, drift, dirt := sc.Vary(0.2, 0.014), sc.Vary(0.021, 0.004), sc.seed(), sc.seed()
	sc.Backdrop(func(x, y float64) Material {
		return Matt(ground.Times(1+0.2*FBM(x*4, y*4, dirt, 2)), -0.1)
	})
	f := sc.Place(0.5, 0.18, 0.06).In(0, 0, math.Pi/4, 1)
	net := func(u, v float64) float64 {
		u, v = u+0.02*FBM(u*2.5, v*2.5, drift, 2), v+0.02*FBM(u*2.5, v*2.5, drift+5, 2)
		a, b := math.Abs(math.Mod(u+100*pitch, pitch)-pitch/2),
			math.Abs(math.Mod(v+100*pitch, pitch)-pitch/2)
		return min(a, b) - thick
	}
	sc.Paint(f, 4, net, func(u, v, d float64) Material {
		return Metallic(wire.Times(1+0.14*FBM(u*20, v*20, dirt, 2)),
			math.Sqrt(max(0, -d*(2*thick+d))))
	})
}

func leather(sc *Scene) {
	hide, seed, tan := sc.Tone(RGB{0.42, 0.24, 0.13}, 0.15), sc.seed(), sc.seed()
	fine := sc.Vary(17, 2.5)
	sc.All(math.Pi, func(u, v float64) Material {
		near, next, id := Cells(u*fine+0.8*FBM(u*4, v*4, tan, 2), v*fine, seed)
		crease := Step(0, 0.28, next-near)
		c := hide.Times((0.72 + 0.28*crease) * (0.92 + 0.12*id) * (1 + 0.13*FBM(u*1.6, v*1.6, tan,
			3)))
		return Material{c, 0.013 * crease, 0.16, 14}
	})
}

func terrazzo(sc *Scene) {
	ground, seed := sc.Tone(RGB{0.66, 0.65, 0.62}, 0.1), sc.seed()
	chips := []RGB{sc.Tone(RGB{0.35, 0.33, 0.31}, 0.15), sc.Tone(RGB{0.8, 0.78, 0.74}, 0.08),
		sc.Tone(RGB{0.55, 0.42, 0.34}, 0.12)}
	size := sc.Vary(8, 1.2)
	sc.All(math.Pi, func(u, v float64) Material {
		c := ground.Times(1 + 0.06*FBM(u*40, v*40, seed, 2))
		for layer := range 2 {
			k := size * float64(1+layer)
			near, _, id := Cells(u*k+0.5*FBM(u*k, v*k, seed+9, 2), v*k, seed+uint32(31*layer))
			if in := Step(0.34, 0.28, near); id > 0.25 {
				c = Mix(c, chips[int(id*97)%3].Times(1+0.1*FBM(u*50, v*50, seed, 1)), 0.9*in)
			}
		}
		return Material{c, 0.002 * FBM(u*10, v*10, seed, 2), 0.3, 40}
	})
}

func wood(sc *Scene) {
	light, dark := sc.Tone(RGB{0.66, 0.47, 0.29}, 0.12), sc.Tone(RGB{0.42, 0.26, 0.14}, 0.15)
	seed, rings, lean := sc.seed(), sc.Vary(9, 2), sc.Vary(0, 0.35)
	sc.All(0.15, func(u, v float64) Material {
		w := u + lean*v + 0.17*FBM(u*1.1, v*0.35, seed, 3)
		grain := 0.5 + 0.5*math.Sin(2*math.Pi*rings*w*(0.6+0.2*Noise(w*3, 0, seed)))
		fibre := FBM(u*70, v*3.5, seed+1, 2)
		c := Mix(light, dark, 0.75*math.Pow(grain, 2.2)+0.18*fibre)
		pore := Step(0.55, 0.8, Noise(u*110, v*9, seed+2))
		return Material{c.Times(1 - 0.3*pore), -0.004*pore + 0.002*fibre, 0.1, 12}
	})
}

func brushed(sc *Scene) {
	steel, seed := sc.Tone(RGB{0.62, 0.63, 0.64}, 0.1), sc.seed()
	band := sc.Vary(0, 0.5)
	sc.All(0.12, func(u, v float64) Material {
		line := FBM(u*3, v*120, seed, 2)
		sheen := math.Exp(-math.Pow((v-band+0.1*FBM(u, v, seed, 2))/0.6, 2))
		return Material{steel.Times(0.74 + 0.25*sheen + 0.13*line), 0.0015 * line, 0.3, 14}
	})
}
