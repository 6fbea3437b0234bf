package lessons

import (
	"math"

	. "adlab/datasets/synth"
)

// kinds are the ways to paint specimens of the training family.
var kinds = []kind{
	{names: []string{"tablecloth", "textile", "sheet"}, make: sheets},
	{names: []string{"disc", "round plate", "lid"}, make: single(roundOutline)},
	{names: []string{"beads", "sweets", "tablets"}, make: scattered},
	{names: []string{"panel", "control panel", "front plate"}, make: panels},
	{names: []string{"gear", "cog wheel", "machine part"}, make: single(toothedOutline)},
	{names: []string{"wall covering", "floor covering", "sample"}, make: sheets},
	{names: []string{"box", "tin", "package"}, make: single(boxOutline)},
	{names: []string{"grille", "fence", "rack"}, make: grilles},
	{names: []string{"toy castle", "toy robot", "building blocks"}, make: blocks},
	{names: []string{"cookie dough", "pastry", "bun"}, make: baked},
	{names: []string{"keyboard", "keypad", "egg carton"}, make: arrays},
	{names: []string{"flower tile", "badge", "ornament"}, make: single(starOutline)},
	{names: []string{"oil lamps", "tea lights", "lanterns"}, only: []string{"weird wick"},
		make: lamps},
	{names: []string{"hose", "rope", "strap"}, make: bands},
	{names: []string{"handle", "lever", "bracelet"}, make: single(barOutline)},
	{names: []string{"module", "relay", "power supply"}, make: modules},
	{names: []string{"spoon", "pan", "paddle"}, make: single(ladleOutline)},
	{names: []string{"washer", "gasket", "ring"}, make: single(ringOutline)},
	{names: []string{"vitamins", "lozenges", "pearls"}, make: blister},
	{names: []string{"ruler", "comb", "brush"}, make: combs},
}

// ground draws what lies behind a specimen.
func (d *design) ground() func(sc *Scene) {
	c, rough := anyColour(d.Rand), d.between(0, 0.08)
	if d.IntN(4) > 0 {
		return func(sc *Scene) { sc.Table(c, rough) }
	}
	p, k := anyPattern(d.Rand), d.between(0.05, 0.35)
	return func(sc *Scene) {
		c := sc.Tone(c, 0.08)
		f := sc.Place(0.3, 1, 0.1)
		sc.Backdrop(func(x, y float64) Material {
			u, v := f.Local(x, y)
			return Matt(c.Times(1-k*p(u, v)), 0)
		})
	}
}

// relief is a profile of heights by the distance from the outline.
func (d *design) relief() func(dist float64) float64 {
	base, k, w := d.between(0.06, 0.25), d.between(0.02, 0.12), d.between(0.03, 0.2)
	kinds := []func(float64) float64{
		func(float64) float64 { return base },
		func(x float64) float64 { return base + k*Step(0, -w, x) },               // bevelled
		func(x float64) float64 { return base + 0.35*math.Sqrt(max(0, -x*0.5)) }, // domed
		func(x float64) float64 { return base + k*Step(-w, 0, x) },               // dished
		func(x float64) float64 { return base + k*math.Exp(-math.Pow((x+2*w)/w, 2)) },
	}
	return pick(d.Rand, kinds...)
}

// surface is stuff on a relief.
func (s stuff) surface(relief func(float64) float64) func(u, v, dist float64) Material {
	return func(u, v, dist float64) Material { return s.at(u, v).Raised(relief(dist)) }
}

// sheets fill the picture.
func sheets(d *design) func(*Scene) {
	s, turn, tone := d.stuff, pick(d.Rand, 0.2, math.Pi), d.between(0, 0.08)
	return func(sc *Scene) {
		k := sc.Vary(1, tone)
		sc.All(turn, func(u, v float64) Material { return s.at(u, v).Toned(k) })
	}
}

// outline is a shape within the unit circle and how far it reaches.
type outline func(d *design) (s Shape, reach float64)

func roundOutline(d *design) (Shape, float64) {
	r := d.between(0.6, 0.85)
	return pick(d.Rand, Disc(r), Ellipse(r, r*d.between(0.6, 0.95)), Blob(r*0.9, 0.08, d.Uint32()),
		Polygon(5+d.IntN(5), r, 0.05)), r + 0.1
}

func boxOutline(d *design) (Shape, float64) {
	w, h := d.between(0.5, 0.8), d.between(0.35, 0.8)
	s := Box(w, h, d.between(0.01, 0.25))
	if d.IntN(3) == 0 {
		s = Without(s, At(w, h*pick(d.Rand, -1.0, 0, 1), 0, Box(w*0.35, h*0.35, 0.04)))
	}
	return s, math.Hypot(w, h)
}

func toothedOutline(d *design) (Shape, float64) {
	n, r, k := float64(7+d.IntN(16)), d.between(0.6, 0.72), d.between(0.03, 0.1)
	sharp := d.between(1, 4)
	s := func(u, v float64) float64 {
		c := math.Cos(n * math.Atan2(v, u))
		return math.Hypot(u, v) - r - k*math.Tanh(sharp*c)
	}
	return Without(s, Disc(d.between(0.08, 0.3))), 0.85
}

func starOutline(d *design) (Shape, float64) {
	n, r, k := float64(3+d.IntN(6)), d.between(0.5, 0.62), d.between(0.08, 0.22)
	return func(u, v float64) float64 {
		return math.Hypot(u, v) - r - k*math.Cos(n*math.Atan2(v, u))
	}, 0.9
}

func barOutline(d *design) (Shape, float64) {
	w := d.between(0.1, 0.22)
	switch d.IntN(4) {
	case 0:
		return Union(At(-0.35, 0, 0, Box(w, 0.75, 0.05)), At(0.1, 0.75-w, 0, Box(0.6, w, 0.05))), 1
	case 1:
		return Union(Box(w, 0.75, 0.05), At(0, -0.75+w, 0, Box(0.65, w, 0.05))), 1
	case 2:
		return Union(Rod(-0.55, 0, 0.55, 0, w), At(-0.55, 0, 0, Disc(1.6*w)),
			At(0.55, 0, 0, Disc(1.6*w))), 0.95
	default:
		return Without(Union(Ring(0.5-w/2, 0.5+w), At(0, 0.6, 0, Box(w, 0.25, 0.02))),
			Box(0.12, 0.9, 0)), 0.95
	}
}

func ladleOutline(d *design) (Shape, float64) {
	r, w := d.between(0.28, 0.42), d.between(0.06, 0.12)
	return Union(At(-0.4, 0, 0, pick(d.Rand, Disc(r), Ellipse(r, r*0.75), Box(r, r*0.8, 0.1))),
		Rod(-0.3, 0, 0.8, 0, w)), 0.95
}

func ringOutline(d *design) (Shape, float64) {
	r, w := d.between(0.6, 0.8), d.between(0.12, 0.4)
	return Without(pick(d.Rand, Disc(r), Polygon(4+d.IntN(5), r+0.05, 0.04), Box(r, r, 0.1)),
		Disc(r-w)), r * 1.3
}

// paper is what labels are printed on.
var paper = RGB{R: 0.88, G: 0.88, B: 0.86}

// fitting is a small piece that sits on something.
type fitting struct {
	x, y, turn, r float64
	kind          int
	c             RGB
	metal         bool
}

func (d *design) fitting(x, y, r float64) fitting {
	return fitting{x, y, pick(d.Rand, 0, math.Pi/2, d.Float64()*3), r, d.IntN(7), anyColour(d.Rand),
		d.IntN(2) == 0}
}

// draw paints a fitting as a part of the object.
func (p fitting) draw(sc *Scene, f Frame, level float64) {
	sc.Part("fitting", f.In(p.x+sc.Vary(0, 0.01), p.y+sc.Vary(0, 0.01), p.turn+sc.Vary(0, 0.05), 1),
		p.r, p.c, func(g Frame, c RGB) {
			m := func(c RGB, h float64) Material {
				if p.metal {
					return Metallic(c, h)
				}
				return Matt(c, h).Shining(0.25, 20)
			}
			r := p.r
			switch p.kind {
			case 0: // button
				sc.Paint(g, r, Disc(r), func(_, _, d float64) Material {
					return m(c, level+0.8*math.Sqrt(max(0, -d*r)))
				})
			case 1: // block
				sc.Paint(g, 1.5*r, Box(r, 0.6*r, 0.1*r), func(_, _, d float64) Material {
					return m(c, level+0.06+0.02*Step(0, -0.02, d))
				})
			case 2: // bolt with a slot
				sc.Paint(g, r, Disc(r), func(u, v, d float64) Material {
					if math.Abs(v) < 0.16*r {
						return m(c.Times(0.45), level+0.02)
					}
					return m(c, level+0.06+0.4*math.Sqrt(max(0, -d*r)))
				})
			case 3: // eyelet
				sc.Paint(g, r, Ring(0.5*r, r), func(_, _, d float64) Material {
					return m(c, level+math.Sqrt(max(0, -d*r)))
				})
			case 4: // printed mark
				s := Union(Box(r, 0.22*r, 0), At(-0.3*r, 0, 0, Box(0.2*r, 0.8*r, 0)),
					At(0.5*r, 0.4*r, 0, Disc(0.3*r)))
				sc.Paint(g, 1.4*r, s, func(_, _, _ float64) Material { return Matt(c, level) })
			case 5: // label
				sc.Paint(g, 1.6*r, Box(1.1*r, 0.75*r, 0.06*r), func(u, v, _ float64) Material {
					if math.Abs(math.Mod(v/r*2.2+10, 1)-0.5) < 0.2 && math.Abs(u) < 0.8*r {
						return Matt(c.Times(0.4), level+0.004)
					}
					return Matt(Mix(c, paper, 0.6), level+0.004)
				})
			default: // socket
				sc.Paint(g, 1.2*r, Box(r, r, 0.2*r), func(_, _, d float64) Material {
					return m(c.Times(1-0.7*Step(-0.2*r, -0.35*r, d)),
						level+0.05-0.1*Step(-0.2*r, -0.35*r, d))
				})
			}
		})
}

// single is one object of an outline with a few fittings.
func single(o outline) func(d *design) func(*Scene) {
	return func(d *design) func(*Scene) {
		s, reach := o(d)
		ground, relief, stuff := d.ground(), d.relief(), d.stuff
		turn := pick(d.Rand, 0.3, math.Pi)
		var fittings []fitting
		for range d.IntN(7) {
			for range 20 { // where there is room
				r, x, y := d.between(0.05, 0.16), d.between(-0.7, 0.7), d.between(-0.7, 0.7)
				free := s(x, y) < -1.1*r
				for _, other := range fittings {
					free = free && math.Hypot(x-other.x, y-other.y) > 1.6*(r+other.r)
				}
				if free {
					fittings = append(fittings, d.fitting(x, y, r))
					break
				}
			}
		}
		return func(sc *Scene) {
			ground(sc)
			f := sc.Place(0.07, turn, 0.06)
			sc.Paint(f, reach, s, stuff.surface(relief))
			for _, p := range fittings {
				p.draw(sc, f, relief(s(p.x, p.y)))
			}
		}
	}
}
