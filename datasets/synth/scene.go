package synth

import (
	"math"
	"math/rand/v2"
)

// Scene is a picture in the making. A category's painter draws it twice or more with the same
// random numbers: without edits, and with those of each defect.
type Scene struct {
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
	colour  RGB
}

// edits are what defects do to a picture while it is painted.
type edits struct {
	warps []func(x, y float64) (float64, float64) // where the object's point at (x, y) comes from
	// added to the distance from the object: negative grows it
	grows []func(x, y float64) float64
	// taken from the object, in the picture's coordinates
	cuts  []Shape
	parts map[int]partEdit
	after []func(sc *Scene) // work on the finished surface
	wicks map[int]float64   // candles only: how far the wick of a part strays
}

// partEdit is what happens to a part.
type partEdit struct {
	gone              bool
	dx, dy            float64 // in the picture's units
	turn              float64
	scale             float64 // 0 for 1
	colour            *RGB
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

func newScene(side int, look *rand.Rand, wild float64, e edits) *Scene {
	sc := &Scene{surface: newSurface(side), look: look, edits: e, wild: wild}
	turn, tilt := Between(look, 0, 2*math.Pi), Between(look, 0.75, 1.15)
	sin, cos := math.Sincos(turn)
	warm := Between(look, -0.03, 0.03) * (1 + wild)
	sc.light = light{
		x: math.Cos(tilt) * cos, y: math.Cos(tilt) * sin, z: math.Sin(tilt),
		ambient: Between(look, 0.35, 0.55), exposure: Between(look, 0.86, 1.1) + wild*Between(look,
			-0.12, 0.1), tint: RGB{1 + warm, 1, 1 - warm},
		slope: [2]float64{Between(look, -0.1, 0.1) * (1 + wild),
			Between(look, -0.1, 0.1) * (1 + wild)}, vignette: Between(look, 0.01, 0.08),
	}
	sc.blur, sc.grain = Between(look, 0.35, 0.75)+wild*Between(look, 0, 0.4),
		Between(look, 0.006, 0.014)*(1+wild)
	return sc
}

// seed draws a seed for noise.
func (sc *Scene) seed() uint32 { return sc.look.Uint32() }

// Vary draws a number around mean.
func (sc *Scene) Vary(mean, spread float64) float64 {
	return mean + Between(sc.look, -spread, spread)
}

// Tone draws a colour around another.
func (sc *Scene) Tone(c RGB, spread float64) RGB {
	k := sc.Vary(1, spread)
	return RGB{c.R * k * sc.Vary(1, spread/3), c.G * k * sc.Vary(1, spread/3),
		c.B * k * sc.Vary(1, spread/3)}
}

// Place draws the pose of the object: how far it is moved, turned and scaled.
func (sc *Scene) Place(shift, turn, scale float64) Frame {
	return Canvas.In(sc.Vary(0, shift), sc.Vary(0, shift), sc.Vary(0, turn), sc.Vary(1, scale))
}

// Stray is how far the wick of a part has strayed.
func (sc *Scene) Stray(part int) float64 { return sc.edits.wicks[part] }

// Backdrop covers the picture with something behind the object.
func (sc *Scene) Backdrop(m func(x, y float64) Material) {
	for i := range sc.points {
		x, y := sc.centre(i)
		sc.points[i] = m(x, y)
	}
}

// centre is where pixel i lies in the picture.
func (sc *Scene) centre(i int) (x, y float64) {
	n := float64(sc.side)
	return (2*float64(i%sc.side)+1)/n - 1, (2*float64(i/sc.side)+1)/n - 1
}

// Paint lays a shape of a material over the picture, as part of the object. Nothing lies further
// than reach from the frame's origin. The material is told the distance from the outline, in local
// units, negative inside.
func (sc *Scene) Paint(f Frame, reach float64, s Shape, m func(u, v, d float64) Material) {
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
			u, v := f.Local(x, y)
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

// Part draws a piece of the object in a frame of its own, as the edits say.
func (sc *Scene) Part(name string, f Frame, reach float64, colour RGB,
	draw func(f Frame, colour RGB)) {
	e := sc.edits.parts[len(sc.parts)]
	sc.parts = append(sc.parts, part{name, f.x, f.y, reach * f.scale, colour})
	if e.colour != nil {
		colour = *e.colour
	}
	if e.again {
		g := f.In(0, 0, e.turnAgain, 1)
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
	f = f.In(0, 0, e.turn, scale)
	f.x, f.y = f.x+e.dx, f.y+e.dy
	draw(f, colour)
}

// Spare is a place where a piece of the object could lie, and none belongs.
func (sc *Scene) Spare(f Frame, reach float64) {
	sc.parts = append(sc.parts, part{x: f.x, y: f.y, r: reach * f.scale})
}

// finish does what the edits do to the finished surface, and lights it.
func (sc *Scene) finish() []float64 {
	for _, do := range sc.edits.after {
		do(sc)
	}
	return sc.shade(sc.light)
}

// over changes every solid point within a shape, given in the picture's coordinates, as far as the
// shape covers it. The edit is told the distance from the shape's outline.
func (sc *Scene) over(x, y, reach float64, s Shape, soft float64,
	edit func(m Material, x, y, d float64) Material) {
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
