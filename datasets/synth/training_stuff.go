package synth

import (
	"math"
	"math/rand/v2"
)

// stuff is what a specimen is made of: its name, and its surface at a point.
type stuff struct {
	name string
	at   func(u, v float64) material // height is small relief around 0
}

// hue is a colour from hue, saturation and value, each 0..1.
func hue(h, s, v float64) rgb {
	f := func(n float64) float64 {
		k := math.Mod(n+6*h, 6)
		return v - v*s*max(0, min(k, 4-k, 1))
	}
	return rgb{f(5), f(3), f(1)}
}

// anyColour draws a colour: greys and browns often, bright ones at times.
func anyColour(r *rand.Rand) rgb {
	switch r.IntN(4) {
	case 0:
		return hue(r.Float64(), between(r, 0, 0.12), between(r, 0.12, 0.92))
	case 1:
		return hue(between(r, 0.04, 0.14), between(r, 0.2, 0.6), between(r, 0.25, 0.85))
	default:
		return hue(r.Float64(), between(r, 0.2, 0.85), between(r, 0.2, 0.9))
	}
}

// pattern is a number in 0..1 at a point.
type pattern func(u, v float64) float64

// anyPattern draws one of many patterns of its own scale, turned anyhow.
func anyPattern(r *rand.Rand) pattern {
	seed, k := r.Uint32(), between(r, 2.5, 11)
	soft := between(r, 0.1, 0.5)
	wave := func(x float64) float64 { return 0.5 + 0.5*math.Sin(2*math.Pi*x) }
	hard := func(x float64) float64 { return step(0.5-soft, 0.5+soft, x) }
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
		func(u, v float64) float64 { return hard(0.5 + 0.7*fbm(k*u/2, k*v/2, seed, 3)) },
		// pebbles
		func(u, v float64) float64 { near, _, _ := cells(k*u, k*v, seed); return hard(1.1 - near) },
		// scales
		func(u, v float64) float64 {
			near, next, _ := cells(k*u, k*v, seed)
			return step(0, 0.2, next-near)
		},
		// mosaic
		func(u, v float64) float64 { _, _, id := cells(k*u, k*v, seed); return id },
		// fibres
		func(u, v float64) float64 { return 0.5 + 0.5*value(k*2*u, k*12*v, seed) },
		// rings
		func(u, v float64) float64 {
			return wave(k*math.Hypot(u, v)/1.5 + 0.3*fbm(2*u, 2*v, seed, 2))
		},
		// veins
		func(u, v float64) float64 { return math.Pow(1-math.Abs(fbm(k*u/3, k*v/3, seed, 3)), 6) },
		// specks
		func(u, v float64) float64 { return step(0.45, 0.7, value(4*k*u, 4*k*v, seed)) },
		func(u, v float64) float64 { // bricks
			row := math.Floor(k * v / 2)
			a, b := k*u/4+row/2, k*v/2
			a, b = math.Abs(a-math.Floor(a)-0.5), math.Abs(b-row-0.5)
			return step(0.48, 0.4, max(a, b))
		},
		func(u, v float64) float64 { // herringbone
			return hard(wave(k / 2 * (v + math.Abs(math.Mod(u*k/4+100, 1)-0.5)*2)))
		},
		func(u, v float64) float64 { // twisted threads
			h, warp, _ := weave(u, v, 0.55/k)
			if warp {
				return 0.35 + 0.65*h
			}
			return 0.65 * h
		},
		func(u, v float64) float64 { // stitches
			row := math.Floor(k * u)
			return step(0.5, 0.2,
				math.Hypot(k*u-row-0.5, (math.Mod(k*v*0.7+100+0.5*math.Abs(k*u-row-0.5), 1)-0.5)))
		},
	}
	p, turn := pick(r, kinds...), pick(r, 0, 0.0, math.Pi/4, r.Float64()*math.Pi)
	sin, cos := math.Sincos(turn)
	drift, bend := r.Uint32(), between(r, 0, 0.04)
	return func(u, v float64) float64 {
		u, v = u+bend*fbm(u*2, v*2, drift, 2), v+bend*fbm(u*2+5, v*2, drift, 2)
		return p(cos*u+sin*v, cos*v-sin*u)
	}
}

// newStuff draws what a specimen is made of.
func newStuff(r *rand.Rand) stuff {
	one, two := anyColour(r), anyColour(r)
	p, q, seed := anyPattern(r), anyPattern(r), r.Uint32()
	fine, rough := between(r, 12, 60), between(r, 0.02, 0.2)
	contrast, relief := between(r, 0.1, 1), between(r, 0, 0.014)
	paint := func(c1, c2 rgb, contrast, rough, relief, shine, sharp float64) func(u,
		v float64) material {
		return func(u, v float64) material {
			a := p(u, v)
			n := fbm(u*fine, v*fine, seed, 2)
			return material{mix(c1, c2, contrast*a).times(1 + rough*n), relief*a + 0.004*rough*n,
				shine, sharp}
		}
	}
	grey := hue(between(r, 0.05, 0.65), between(r, 0, 0.12), between(r, 0.35, 0.8))
	gold := hue(between(r, 0.06, 0.13), between(r, 0.25, 0.5), between(r, 0.5, 0.8))
	near := mix(one, two, 0.25)
	switch name := pick(r, "steel", "brass", "aluminium", "copper", "plastic", "plastic", "rubber",
		"enamel", "ceramic", "stone", "marble", "concrete",
		"felt", "canvas", "wool", "denim", "paper", "cardboard", "cork", "foam", "dough",
		"chocolate", "soap", "resin", "glass", "porcelain", "clay", "bamboo"); name {
	case "steel", "aluminium":
		return stuff{name, paint(grey, grey.times(0.75), contrast*0.5, rough, relief*0.3, 0.32, 16)}
	case "brass", "copper":
		return stuff{name, paint(gold, gold.times(0.7), contrast*0.5, rough, relief*0.3, 0.35, 18)}
	case "plastic", "resin", "enamel", "porcelain", "glass", "ceramic":
		return stuff{name, paint(one, near, contrast*pick(r, 0.0, 0.3, 1), rough*0.3,
			relief*pick(r, 0, 0.5), between(r, 0.3, 0.6), between(r, 20, 60))}
	case "rubber", "clay", "soap", "chocolate":
		c := one
		if name == "rubber" {
			c = grey.times(0.3)
		} else if name == "chocolate" {
			c = hue(0.06, 0.6, between(r, 0.2, 0.4))
		}
		return stuff{name, paint(c, c.times(0.8), contrast*pick(r, 0, 0.5), rough,
			relief*pick(r, 0.0, 1), 0.15, 14)}
	case "stone", "marble", "concrete":
		base := mix(grey, one, 0.3)
		return stuff{name, func(u, v float64) material {
			a, b := p(u, v), q(u, v)
			n := fbm(u*fine, v*fine, seed, 3)
			return material{mix(mix(base, two, 0.4*contrast*a), grey.times(0.6),
				0.3*contrast*b).times(1 + rough*n), relief*0.3*a + 0.003*n, 0.2, 25}
		}}
	case "dough", "cork", "cardboard", "paper", "bamboo":
		base := hue(between(r, 0.07, 0.13), between(r, 0.15, 0.55), between(r, 0.5, 0.88))
		return stuff{name, paint(base, base.times(0.6), contrast*0.6, rough*1.3, relief, 0.05, 8)}
	default: // felt, canvas, wool, denim, foam
		return stuff{name, paint(one, near, contrast, rough*1.6, relief*1.2, 0.04, 8)}
	}
}
