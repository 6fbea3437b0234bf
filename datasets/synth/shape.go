package synth

import "math"

// Shape is a signed distance: negative inside, in the units of its coordinates.
type Shape func(u, v float64) float64

// everywhere has no outside.
func everywhere(_, _ float64) float64 { return -1 }

// Disc has radius r.
func Disc(r float64) Shape {
	return func(u, v float64) float64 { return math.Hypot(u, v) - r }
}

// Ring is what lies between two circles.
func Ring(inner, outer float64) Shape {
	return func(u, v float64) float64 {
		d := math.Hypot(u, v)
		return max(inner-d, d-outer)
	}
}

// Box has half the width w, half the height h, and corners rounded with radius r.
func Box(w, h, r float64) Shape {
	return func(u, v float64) float64 {
		x, y := math.Abs(u)-w+r, math.Abs(v)-h+r
		return math.Hypot(max(x, 0), max(y, 0)) + min(max(x, y), 0) - r
	}
}

// Rod is a line from (x0, y0) to (x1, y1) with round ends, r thick on either side.
func Rod(x0, y0, x1, y1, r float64) Shape {
	dx, dy := x1-x0, y1-y0
	length := dx*dx + dy*dy
	return func(u, v float64) float64 {
		t := 0.0
		if length > 0 {
			t = min(max(((u-x0)*dx+(v-y0)*dy)/length, 0), 1)
		}
		return math.Hypot(u-x0-t*dx, v-y0-t*dy) - r
	}
}

// Polyline is a line through points, r thick on either side.
func Polyline(points [][2]float64, r float64) Shape {
	var rods []Shape
	for i := 1; i < len(points); i++ {
		rods = append(rods, Rod(points[i-1][0], points[i-1][1], points[i][0], points[i][1], r))
	}
	return Union(rods...)
}

// Polygon with sides corners on the unit circle times r, rounded by round.
func Polygon(sides int, r, round float64) Shape {
	half := math.Pi / float64(sides)
	inner := (r - round) * math.Cos(half)
	return func(u, v float64) float64 {
		a := math.Mod(math.Atan2(v, u)+4*math.Pi, 2*half) - half
		return math.Hypot(u, v)*math.Cos(a) - inner - round
	}
}

// Union is what lies in any of the shapes.
func Union(shapes ...Shape) Shape {
	return func(u, v float64) float64 {
		d := math.Inf(1)
		for _, s := range shapes {
			d = min(d, s(u, v))
		}
		return d
	}
}

// Without is a, cut by b.
func Without(a, b Shape) Shape {
	return func(u, v float64) float64 { return max(a(u, v), -b(u, v)) }
}

// At moves a shape and turns it by angle (radians, clockwise on screen).
func At(x, y, angle float64, s Shape) Shape {
	sin, cos := math.Sincos(angle)
	return func(u, v float64) float64 {
		u, v = u-x, v-y
		return s(cos*u+sin*v, cos*v-sin*u)
	}
}

// Ellipse with half axes a and b; the distance is exact on its outline only.
func Ellipse(a, b float64) Shape {
	return func(u, v float64) float64 {
		k := math.Hypot(u/a, v/b)
		if k == 0 {
			return -min(a, b)
		}
		return k * (k - 1) / max(math.Hypot(u/(a*a), v/(b*b)), 1e-9)
	}
}

// Blob is a disc with a wavy outline.
func Blob(r, waviness float64, seed uint32) Shape {
	return func(u, v float64) float64 {
		d := math.Hypot(u, v)
		if d > 2*r {
			return d - r
		}
		return d - r*(1+waviness*FBM(u/r*1.3, v/r*1.3, seed, 3))
	}
}

// Frame is where local coordinates lie in the picture, whose own go from -1 to 1, y downwards.
type Frame struct{ x, y, sin, cos, scale float64 }

// Canvas is the frame of the picture itself.
var Canvas = Frame{0, 0, 0, 1, 1}

// In is a frame within this one: its origin at (u, v), turned and scaled.
func (f Frame) In(u, v, angle, scale float64) Frame {
	x, y := f.out(u, v)
	sin, cos := math.Sincos(angle)
	return Frame{x, y, f.sin*cos + f.cos*sin, f.cos*cos - f.sin*sin, f.scale * scale}
}

// out brings local coordinates to the picture's.
func (f Frame) out(u, v float64) (x, y float64) {
	return f.x + f.scale*(f.cos*u-f.sin*v), f.y + f.scale*(f.sin*u+f.cos*v)
}

// Local brings the picture's coordinates to local ones.
func (f Frame) Local(x, y float64) (u, v float64) {
	x, y = (x-f.x)/f.scale, (y-f.y)/f.scale
	return f.cos*x + f.sin*y, f.cos*y - f.sin*x
}
