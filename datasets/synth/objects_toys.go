package synth

import "math"

// toy is an animal of bricks: bodies of boxes with studs, seen a little turned. Pieces are parts.
func toy(pieces []brick) func(*Scene) {
	return func(sc *Scene) {
		sc.Table(RGB{0.72, 0.74, 0.78}, 0.015+0.05*sc.wild)
		seed := sc.seed()
		if sc.wild > 0 { // a hand-held picture: something else lies about
			c := sc.Tone(RGB{0.55, 0.45, 0.35}, 0.3)
			sc.backdropOver(At(sc.Vary(0.75, 0.15), sc.Vary(0, 0.8), sc.Vary(0, 3),
				Box(0.16, 0.3, 0.05)), Matt(c, 0.02))
		}
		f := sc.Place(0.07, 0.35, 0.06)
		for i, p := range pieces {
			g := f.In(p.x, p.y, p.turn, 1)
			sc.Part(p.name, g, math.Hypot(p.w, p.h), sc.Tone(p.colour, 0.06), func(g Frame, c RGB) {
				s := Box(p.w, p.h, 0.025)
				if p.round {
					s = Ellipse(p.w, p.h)
				}
				level := 0.1 + 0.06*p.layer
				sc.Paint(g, math.Hypot(p.w, p.h), s, func(u, v, d float64) Material {
					return Material{c.Times(1 + 0.02*FBM(u*12, v*12, seed+uint32(i), 2)),
						level + 0.04*Step(0, -0.035, d), 0.35, 35}
				})
				for k := range p.studs {
					stud := g.In((float64(k)-float64(p.studs-1)/2)*0.15, 0, 0, 1)
					sc.Paint(stud, 0.06, Disc(0.05), func(_, _, d float64) Material {
						return Material{c.Times(1.05), level + 0.04 + 0.03*Step(0, -0.012, d), 0.4,
							35}
					})
				}
			})
		}
	}
}

// brick is a piece of a toy: half its width and height, its place and its layer over the table.
type brick struct {
	name             string
	x, y, turn, w, h float64
	layer            float64
	studs            int
	round            bool
	colour           RGB
}

// backdropOver lays something on the background.
func (sc *Scene) backdropOver(s Shape, m Material) {
	pixel := 2 / float64(sc.side)
	for i := range sc.points {
		x, y := sc.centre(i)
		if cover := min(max(0.5-s(x, y)/pixel, 0), 1); cover > 0 {
			sc.blend(i, m, cover)
		}
	}
}

var (
	yellow, orange = RGB{0.9, 0.72, 0.1}, RGB{0.86, 0.4, 0.08}
	brown, white   = RGB{0.42, 0.24, 0.13}, RGB{0.88, 0.88, 0.86}
	blue, black    = RGB{0.12, 0.3, 0.62}, RGB{0.1, 0.1, 0.1}
	green, red     = RGB{0.15, 0.45, 0.2}, RGB{0.72, 0.1, 0.1}
)

var duck = toy([]brick{
	{"body", -0.08, 0.2, 0, 0.5, 0.26, 0, 5, false, yellow}, {"tail", -0.6, 0.02, 0.5, 0.16, 0.1,
		0.5, 1, false, yellow},
	{"head", 0.32, -0.3, 0, 0.25, 0.23, 1, 2, false, yellow}, {"beak", 0.66, -0.25, 0, 0.14, 0.07,
		1, 1, false, orange},
	{"eye", 0.38, -0.36, 0, 0.045, 0.045, 3, 0, true, black}, {"wing", -0.12, 0.2, 0.2, 0.25, 0.12,
		1.5, 2, false, white},
	{"foot", -0.2, 0.58, 0, 0.13, 0.08, 0, 1, false, orange}, {"foot", 0.16, 0.58, 0, 0.13, 0.08, 0,
		1, false, orange},
})

var bear = toy([]brick{
	{"body", 0, 0.28, 0, 0.34, 0.36, 0, 3, false, brown}, {"head", 0, -0.36, 0, 0.3, 0.25, 1, 2,
		false, brown},
	{"ear", -0.28, -0.66, 0, 0.11, 0.11, 0.5, 0, true, brown}, {"ear", 0.28, -0.66, 0, 0.11, 0.11,
		0.5, 0, true, brown},
	{"nose", 0, -0.26, 0, 0.09, 0.065, 3, 0, true, black}, {"eye", -0.12, -0.43, 0, 0.04, 0.04, 3,
		0, true, black},
	{"eye", 0.12, -0.43, 0, 0.04, 0.04, 3, 0, true, black}, {"arm", -0.5, 0.16, 0.5, 0.17, 0.1, 0.5,
		1, false, brown},
	{"arm", 0.5, 0.16, -0.5, 0.17, 0.1, 0.5, 1, false, brown}, {"belly", 0, 0.3, 0, 0.18, 0.2, 1.5,
		1, false, white},
	{"foot", -0.2, 0.74, 0, 0.15, 0.1, 0.5, 1, false, brown}, {"foot", 0.2, 0.74, 0, 0.15, 0.1, 0.5,
		1, false, brown},
})

var parrot = toy([]brick{
	{"tail", -0.2, 0.68, 0.25, 0.1, 0.22, 0, 0, false, blue}, {"body", 0, 0.18, 0.1, 0.26, 0.4, 0.5,
		2, false, green},
	{"head", 0.1, -0.44, 0, 0.23, 0.22, 1, 2, false, red}, {"beak", 0.4, -0.38, 0.3, 0.12, 0.08, 1,
		0, true, yellow},
	{"eye", 0.16, -0.5, 0, 0.045, 0.045, 3, 0, true, white}, {"wing", -0.22, 0.16, 0.25, 0.13, 0.32,
		1.5, 1, false, blue},
	{"wing", 0.24, 0.2, -0.1, 0.1, 0.28, 1.5, 1, false, yellow}, {"foot", 0.06, 0.68, 0, 0.11, 0.06,
		0.5, 1, false, orange},
})
