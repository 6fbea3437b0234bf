package synth

import (
	"math"
	"math/rand/v2"
)

// scene is a picture in the making. A category's painter draws it twice or more with the same
// random numbers: without edits, and with those of each defect.
type scene struct {
	*surface
	look  *rand.Rand // what varies among normal pictures
	edits edits
	parts []part
	light light
	blur  float64 // of the lens, in pixels
	grain float64 // of the sensor, standard deviation
	wild  float64 // 1 for pictures taken by hand: more light, more grain
}

// part is a piece that a defect may take away, move, double or dye.
type part struct {
	name    string
	x, y, r float64 // in the picture
	colour  rgb
}

// edits are what defects do to a picture while it is painted.
type edits struct {
	warps []func(x, y float64) (float64, float64) // where the object's point at (x, y) comes from
	// added to the distance from the object: negative grows it
	grows []func(x, y float64) float64
	// taken from the object, in the picture's coordinates
	cuts  []shape
	parts map[int]partEdit
	after []func(sc *scene) // work on the finished surface
	wicks map[int]float64   // candles only: how far the wick of a part strays
}

// partEdit is what happens to a part.
type partEdit struct {
	gone              bool
	dx, dy            float64 // in the picture's units
	turn              float64
	scale             float64 // 0 for 1
	colour            *rgb
	again             bool // drawn a second time at (x2, y2)
	x2, y2, turnAgain float64
}

// add joins the edits of another defect.
func (e *edits) add(o edits) {
	e.warps, e.grows = append(e.warps, o.warps...), append(e.grows, o.grows...)
	e.cuts, e.after = append(e.cuts, o.cuts...), append(e.after, o.after...)
	if o.wicks != nil {
		e.wicks = o.wicks
	}
	for i, p := range o.parts {
		if e.parts == nil {
			e.parts = map[int]partEdit{}
		}
		e.parts[i] = p
	}
}

func newScene(side int, look *rand.Rand, wild float64, e edits) *scene {
	sc := &scene{surface: newSurface(side), look: look, edits: e, wild: wild}
	turn, tilt := between(look, 0, 2*math.Pi), between(look, 0.75, 1.15)
	sin, cos := math.Sincos(turn)
	warm := between(look, -0.03, 0.03) * (1 + wild)
	sc.light = light{
		x: math.Cos(tilt) * cos, y: math.Cos(tilt) * sin, z: math.Sin(tilt),
		ambient: between(look, 0.35, 0.55), exposure: between(look, 0.86, 1.1) + wild*between(look,
			-0.12, 0.1), tint: rgb{1 + warm, 1, 1 - warm},
		slope: [2]float64{between(look, -0.1, 0.1) * (1 + wild),
			between(look, -0.1, 0.1) * (1 + wild)}, vignette: between(look, 0.01, 0.08),
	}
	sc.blur, sc.grain = between(look, 0.35, 0.75)+wild*between(look, 0, 0.4),
		between(look, 0.006, 0.014)*(1+wild)
	return sc
}

// seed draws a seed for noise.
func (sc *scene) seed() uint32 { return sc.look.Uint32() }

// vary draws a number around mean.
func (sc *scene) vary(mean, spread float64) float64 {
	return mean + between(sc.look, -spread, spread)
}

// tone draws a colour around another.
func (sc *scene) tone(c rgb, spread float64) rgb {
	k := sc.vary(1, spread)
	return rgb{c.r * k * sc.vary(1, spread/3), c.g * k * sc.vary(1, spread/3),
		c.b * k * sc.vary(1, spread/3)}
}

// place draws the pose of the object: how far it is moved, turned and scaled.
func (sc *scene) place(shift, turn, scale float64) frame {
	return picture.in(sc.vary(0, shift), sc.vary(0, shift), sc.vary(0, turn), sc.vary(1, scale))
}

// backdrop covers the picture with something behind the object.
func (sc *scene) backdrop(m func(x, y float64) material) {
	for i := range sc.points {
		x, y := sc.centre(i)
		sc.points[i] = m(x, y)
	}
}

// centre is where pixel i lies in the picture.
func (sc *scene) centre(i int) (x, y float64) {
	n := float64(sc.side)
	return (2*float64(i%sc.side)+1)/n - 1, (2*float64(i/sc.side)+1)/n - 1
}

// paint lays a shape of a material over the picture, as part of the object. Nothing lies further
// than reach from the frame's origin. The material is told the distance from the outline, in local
// units, negative inside.
func (sc *scene) paint(f frame, reach float64, s shape, m func(u, v, d float64) material) {
	n, pixel := float64(sc.side), 2/float64(sc.side)
	slack := reach*f.scale + 0.25
	lo := func(c float64) int { return int(max(0, math.Floor((c-slack+1)/2*n))) }
	hi := func(c float64) int { return int(min(n, math.Ceil((c+slack+1)/2*n))) }
	for row := lo(f.y); row < hi(f.y); row++ {
		for column := lo(f.x); column < hi(f.x); column++ {
			i := row*sc.side + column
			x, y := sc.centre(i)
			cut := 0.0
			for _, c := range sc.edits.cuts {
				cut = max(cut, min(max(0.5-c(x, y)/pixel, 0), 1))
			}
			if cut == 1 {
				continue
			}
			for _, w := range sc.edits.warps {
				x, y = w(x, y)
			}
			u, v := f.local(x, y)
			d := s(u, v)
			for _, g := range sc.edits.grows {
				d += g(x, y) / f.scale
			}
			cover := min(max(0.5-d*f.scale/pixel, 0), 1) * (1 - cut)
			if cover > 0 {
				sc.blend(i, m(u, v, d), cover)
				sc.solid[i] += cover * (1 - sc.solid[i])
			}
		}
	}
}

// part draws a piece of the object in a frame of its own, as the edits say.
func (sc *scene) part(name string, f frame, reach float64, colour rgb,
	draw func(f frame, colour rgb)) {
	e := sc.edits.parts[len(sc.parts)]
	sc.parts = append(sc.parts, part{name, f.x, f.y, reach * f.scale, colour})
	if e.colour != nil {
		colour = *e.colour
	}
	if e.again {
		g := f.in(0, 0, e.turnAgain, 1)
		g.x, g.y = e.x2, e.y2
		draw(g, colour)
	}
	if e.gone {
		return
	}
	scale := 1.0
	if e.scale > 0 {
		scale = e.scale
	}
	f = f.in(0, 0, e.turn, scale)
	f.x, f.y = f.x+e.dx, f.y+e.dy
	draw(f, colour)
}

// finish does what the edits do to the finished surface, and lights it.
func (sc *scene) finish() []float64 {
	for _, do := range sc.edits.after {
		do(sc)
	}
	return sc.shade(sc.light)
}

// over changes every solid point within a shape, given in the picture's coordinates, as far as the
// shape covers it. The edit is told the distance from the shape's outline.
func (sc *scene) over(x, y, reach float64, s shape, soft float64,
	edit func(m material, x, y, d float64) material) {
	pixel := 2 / float64(sc.side)
	soft = max(soft, pixel)
	for i := range sc.points {
		px, py := sc.centre(i)
		if math.Abs(px-x) > reach+soft || math.Abs(py-y) > reach+soft || sc.solid[i] == 0 {
			continue
		}
		d := s(px-x, py-y)
		if cover := min(max(0.5-d/soft, 0), 1) * sc.solid[i]; cover > 0 {
			sc.blend(i, edit(sc.points[i], px, py, d), cover)
		}
	}
}
