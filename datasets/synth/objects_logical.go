package synth

import "math"

// Categories whose pieces have places, kinds and numbers of their own, and spare places where none
// belongs. Every piece reaches piece from its middle.
const piece = 0.17

// ware draws a piece of the kind, which reaches piece.
func (sc *Scene) ware(kind string, g Frame, c RGB, seed uint32) {
	tone := func(u, v float64) float64 { return 1 + 0.06*FBM(u*18, v*18, seed, 2) }
	lay := func(s Shape, level float64, metal bool) {
		sc.Paint(g, piece, s, func(u, v, d float64) Material {
			h := level + 0.3*math.Sqrt(max(0, -d*(0.12+d)))
			if metal {
				return Metallic(c.Times(tone(u, v)), h)
			}
			return Matt(c.Times(tone(u, v)), h)
		})
	}
	switch kind {
	case "washer":
		lay(Ring(0.07, 0.15), 0.05, true)
	case "nut":
		lay(Without(Polygon(6, 0.155, 0.01), Disc(0.07)), 0.1, true)
	case "bolt":
		lay(Rod(-0.12, 0, 0.1, 0, 0.03), 0.05, true)
		lay(At(-0.11, 0, 0, Box(0.045, 0.075, 0.01)), 0.08, true)
	case "bar":
		lay(Box(0.155, 0.07, 0.02), 0.06, false)
	case "biscuit":
		lay(Box(0.115, 0.115, 0.03), 0.05, false)
	default: // fruit
		lay(Disc(0.15), 0.1, false)
	}
}

// place is where a piece of a kind belongs; a spare place has no kind.
type place struct {
	x, y   float64
	kind   string
	colour RGB
}

// laid lays pieces in their places, a little moved and turned.
func (sc *Scene) laid(f Frame, places []place, turn float64) {
	seed := sc.seed()
	for i, p := range places {
		g := f.In(p.x+sc.Vary(0, 0.02), p.y+sc.Vary(0, 0.02), sc.Vary(0, turn), sc.Vary(1, 0.03))
		c := sc.Tone(p.colour, 0.08)
		if p.kind == "" {
			sc.Spare(g, piece)
			continue
		}
		sc.Part(p.kind, g, piece, c, func(g Frame, c RGB) { sc.ware(p.kind, g, c, seed+uint32(i)) })
	}
}

var (
	steel, brass = RGB{0.56, 0.56, 0.55}, RGB{0.66, 0.55, 0.3}
	dark         = RGB{0.36, 0.37, 0.4}
)

// sortingTray is a box of three by three: a row of washers, one of nuts, two bolts, one place
// empty.
func sortingTray(sc *Scene) {
	sc.Table(RGB{0.55, 0.52, 0.48}, 0.02)
	f, c := sc.Place(0.03, 0.03, 0.02), sc.Tone(RGB{0.2, 0.32, 0.5}, 0.08)
	sc.Paint(f, 1.25, Box(0.8, 0.8, 0.05), func(u, v, d float64) Material {
		wall := math.Min(math.Abs(math.Abs(u)-0.25), math.Abs(math.Abs(v)-0.25))
		return Matt(c, 0.02+0.1*max(Step(0.03, 0.015, wall), Step(-0.05, -0.03, d)))
	})
	var places []place
	for row, kind := range []string{"washer", "nut", "bolt"} {
		for column := range 3 {
			p := place{0.5 * float64(column-1), 0.5 * float64(row-1), kind,
				[]RGB{steel, brass, dark}[row]}
			if row == 2 && column == 2 {
				p.kind = ""
			}
			places = append(places, p)
		}
	}
	sc.laid(f, places, 0.5)
}

// lunchBox has two oranges and a plum on its left, two bars and a biscuit on its right, and an
// empty place on either side.
func lunchBox(sc *Scene) {
	sc.Table(RGB{0.34, 0.4, 0.36}, 0.03)
	f, c := sc.Place(0.03, 0.04, 0.02), sc.Tone(RGB{0.82, 0.81, 0.77}, 0.05)
	sc.Paint(f, 1.25, Box(0.85, 0.62, 0.12), func(u, v, d float64) Material {
		return Matt(c, 0.02+0.1*max(Step(0.04, 0.02, math.Abs(u)), Step(-0.06, -0.03, d)))
	})
	fruit, plum := RGB{0.86, 0.46, 0.1}, RGB{0.36, 0.12, 0.3}
	sc.laid(f, []place{{-0.62, -0.3, "orange", fruit}, {-0.24, -0.3, "orange", fruit},
		{-0.62, 0.28, "plum", plum}, {-0.24, 0.28, "", RGB{}},
		{0.25, -0.3, "bar", RGB{0.3, 0.18, 0.1}}, {0.63, -0.3, "bar", RGB{0.3, 0.18, 0.1}},
		{0.25, 0.28, "biscuit", RGB{0.75, 0.56, 0.32}}, {0.63, 0.28, "", RGB{}}}, 0.25)
}

// terminal joins two blocks by three leads in a fixed order of colours; the fourth clamp is empty.
func terminal(sc *Scene) {
	sc.Table(RGB{0.72, 0.71, 0.68}, 0.02)
	f, c := sc.Place(0.03, 0.03, 0.02), sc.Tone(RGB{0.85, 0.83, 0.76}, 0.05)
	for _, side := range []float64{-1, 1} {
		sc.Paint(f.In(0.62*side, 0, 0, 1), 1, Box(0.2, 0.72, 0.03), func(u, v, d float64) Material {
			slot := math.Abs(math.Mod(v+0.72, 0.36) - 0.18)
			return Matt(Mix(c, steel, 0.7*Step(0.07, 0.05, slot)*Step(0.12, 0.1, math.Abs(u))),
				0.12+0.05*Step(0, -0.03, d)-0.03*Step(0.09, 0.07, slot))
		})
	}
	seed := sc.seed()
	for i, lead := range []struct {
		kind string
		c    RGB
	}{{"red lead", RGB{0.7, 0.12, 0.1}}, {"yellow lead", RGB{0.85, 0.7, 0.12}},
		{"blue lead", RGB{0.12, 0.25, 0.6}}, {}} {
		g := f.In(0, 0.36*float64(i)-0.54, 0, 1)
		bow, tone := sc.Vary(0, 0.03), sc.Tone(lead.c, 0.08)
		if lead.kind == "" {
			sc.Spare(g, piece)
			continue
		}
		sc.Part(lead.kind, g, piece, tone, func(g Frame, c RGB) {
			sc.Paint(g, 0.7, func(u, v float64) float64 {
				return max(math.Abs(v-bow*math.Cos(2.4*u))-0.045, math.Abs(u)-0.62)
			}, func(u, v, d float64) Material {
				return Matt(c.Times(1+0.05*FBM(u*14, v*14, seed+uint32(i), 2)),
					0.16+math.Sqrt(max(0, -d*(0.09+d))))
			})
		})
	}
}
