package lessons

import (
	"math"
	"math/rand/v2"

	. "adlab/datasets/synth"
)

// stuff is what a specimen is made of: its name, and its surface at a point.
type stuff struct {
	name string
	at   func(u, v float64) Material // height is small relief around 0
}

// hue is a colour from hue, saturation and value, each 0..1.
func hue(h, s, v float64) RGB {
	f := func(n float64) float64 {
		k := math.Mod(n+6*h, 6)
		return v - v*s*max(0, min(k, 4-k, 1))
	}
	return RGB{R: f(5), G: f(3), B: f(1)}
}

// anyColour draws a colour: greys and browns often, bright ones at times.
func anyColour(r *rand.Rand) RGB {
	switch r.IntN(4) {
	case 0:
		return hue(r.Float64(), Between(r, 0, 0.12), Between(r, 0.12, 0.92))
	case 1:
		return hue(Between(r, 0.04, 0.14), Between(r, 0.2, 0.6), Between(r, 0.25, 0.85))
	default:
		return hue(r.Float64(), Between(r, 0.2, 0.85), Between(r, 0.2, 0.9))
	}
}

// pattern is a number in 0..1 at a point.
type pattern func(u, v float64) float64

// anyPattern draws one of many patterns of its own scale, turned anyhow.
func anyPattern(r *rand.Rand) pattern {
	seed, k := r.Uint32(), Between(r, 2.5, 11)
	soft := Between(r, 0.1, 0.5)
	wave := func(x float64) float64 { return 0.5 + 0.5*math.Sin(2*math.Pi*x) }
	hard := func(x float64) float64 { return Step(0.5-soft, 0.5+soft, x) }
	kinds := []pattern{
		// stripes
		func(u, v float64) float64 { return hard(wave(k * u / 2)) },
		// dots
		func(u, v float64) float64 { return hard(wave(k*u/2) * wave(k*v/2) * 1.6) },
		// checks
		func(u, v float64) float64 { return hard(0.5 + 0.5*(2*wave(k*u/3)-1)*(2*wave(k*v/3)-1)) },
		// lattice
		func(u, v float64) float64 { return max(hard(wave(k*u/2)), hard(wave(k*v/2))) },
		// ripples
		func(u, v float64) float64 { return wave(k*v/2 + 0.5*math.Sin(k*u)) },
		// clouds
		func(u, v float64) float64 { return hard(0.5 + 0.7*FBM(k*u/2, k*v/2, seed, 3)) },
		// pebbles
		func(u, v float64) float64 { near, _, _ := Cells(k*u, k*v, seed); return hard(1.1 - near) },
		// scales
		func(u, v float64) float64 {
			near, next, _ := Cells(k*u, k*v, seed)
			return Step(0, 0.2, next-near)
		},
		// mosaic
		func(u, v float64) float64 { _, _, id := Cells(k*u, k*v, seed); return id },
		// fibres
		func(u, v float64) float64 { return 0.5 + 0.5*Noise(k*2*u, k*12*v, seed) },
		// rings
		func(u, v float64) float64 {
			return wave(k*math.Hypot(u, v)/1.5 + 0.3*FBM(2*u, 2*v, seed, 2))
		},
		// veins
		func(u, v float64) float64 { return math.Pow(1-math.Abs(FBM(k*u/3, k*v/3, seed, 3)), 6) },
		// specks
		func(u, v float64) float64 { return Step(0.45, 0.7, Noise(4*k*u, 4*k*v, seed)) },
		func(u, v float64) float64 { // bricks
			row := math.Floor(k * v / 2)
			a, b := k*u/4+row/2, k*v/2
			a, b = math.Abs(a-math.Floor(a)-0.5), math.Abs(b-row-0.5)
			return Step(0.48, 0.4, max(a, b))
		},
		func(u, v float64) float64 { // herringbone
			return hard(wave(k / 2 * (v + math.Abs(math.Mod(u*k/4+100, 1)-0.5)*2)))
		},
		func(u, v float64) float64 { // twisted threads
			h, warp, _ := Weave(u, v, 0.55/k)
			if warp {
				return 0.35 + 0.65*h
			}
			return 0.65 * h
		},
		func(u, v float64) float64 { // stitches
			row := math.Floor(k * u)
			return Step(0.5, 0.2,
				math.Hypot(k*u-row-0.5, (math.Mod(k*v*0.7+100+0.5*math.Abs(k*u-row-0.5), 1)-0.5)))
		},
	}
	p, turn := pick(r, kinds...), pick(r, 0, 0.0, math.Pi/4, r.Float64()*math.Pi)
	sin, cos := math.Sincos(turn)
	drift, bend := r.Uint32(), Between(r, 0, 0.04)
	return func(u, v float64) float64 {
		u, v = u+bend*FBM(u*2, v*2, drift, 2), v+bend*FBM(u*2+5, v*2, drift, 2)
		return p(cos*u+sin*v, cos*v-sin*u)
	}
}

// newStuff draws what a specimen is made of.
func newStuff(r *rand.Rand) stuff {
	one, two := anyColour(r), anyColour(r)
	p, q, seed := anyPattern(r), anyPattern(r), r.Uint32()
	fine, rough := Between(r, 12, 60), Between(r, 0.02, 0.2)
	contrast, relief := Between(r, 0.1, 1), Between(r, 0, 0.014)
	paint := func(c1, c2 RGB, contrast, rough, relief, shine, sharp float64) func(u,
		v float64) Material {
		return func(u, v float64) Material {
			a := p(u, v)
			n := FBM(u*fine, v*fine, seed, 2)
			return Matt(Mix(c1, c2, contrast*a).Times(1+rough*n),
				relief*a+0.004*rough*n).Shining(shine, sharp)
		}
	}
	grey := hue(Between(r, 0.05, 0.65), Between(r, 0, 0.12), Between(r, 0.35, 0.8))
	gold := hue(Between(r, 0.06, 0.13), Between(r, 0.25, 0.5), Between(r, 0.5, 0.8))
	near := Mix(one, two, 0.25)
	switch name := pick(r, "steel", "brass", "aluminium", "copper", "plastic", "plastic", "rubber",
		"enamel", "ceramic", "stone", "marble", "concrete",
		"felt", "canvas", "wool", "denim", "paper", "cardboard", "cork", "foam", "dough",
		"chocolate", "soap", "resin", "glass", "porcelain", "clay", "bamboo"); name {
	case "steel", "aluminium":
		return stuff{name, paint(grey, grey.Times(0.75), contrast*0.5, rough, relief*0.3, 0.32, 16)}
	case "brass", "copper":
		return stuff{name, paint(gold, gold.Times(0.7), contrast*0.5, rough, relief*0.3, 0.35, 18)}
	case "plastic", "resin", "enamel", "porcelain", "glass", "ceramic":
		return stuff{name, paint(one, near, contrast*pick(r, 0.0, 0.3, 1), rough*0.3,
			relief*pick(r, 0, 0.5), Between(r, 0.3, 0.6), Between(r, 20, 60))}
	case "rubber", "clay", "soap", "chocolate":
		c := one
		if name == "rubber" {
			c = grey.Times(0.3)
		} else if name == "chocolate" {
			c = hue(0.06, 0.6, Between(r, 0.2, 0.4))
		}
		return stuff{name, paint(c, c.Times(0.8), contrast*pick(r, 0, 0.5), rough,
			relief*pick(r, 0.0, 1), 0.15, 14)}
	case "stone", "marble", "concrete":
		base := Mix(grey, one, 0.3)
		return stuff{name, func(u, v float64) Material {
			a, b := p(u, v), q(u, v)
			n := FBM(u*fine, v*fine, seed, 3)
			return Matt(Mix(Mix(base, two, 0.4*contrast*a), grey.Times(0.6),
				0.3*contrast*b).Times(1+rough*n), relief*0.3*a+0.003*n).Shining(0.2, 25)
		}}
	case "dough", "cork", "cardboard", "paper", "bamboo":
		base := hue(Between(r, 0.07, 0.13), Between(r, 0.15, 0.55), Between(r, 0.5, 0.88))
		return stuff{name, paint(base, base.Times(0.6), contrast*0.6, rough*1.3, relief, 0.05, 8)}
	default: // felt, canvas, wool, denim, foam
		return stuff{name, paint(one, near, contrast, rough*1.6, relief*1.2, 0.04, 8)}
	}
}
