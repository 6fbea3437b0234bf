package synth

import "math"

// RGB is a colour without light, 0..1 a channel.
type RGB struct{ R, G, B float64 }

// Times is the colour k times as bright.
func (c RGB) Times(k float64) RGB { return RGB{c.R * k, c.G * k, c.B * k} }

// Mix is a for t = 0, b for t = 1, and between them on a line.
func Mix(a, b RGB, t float64) RGB {
	return RGB{a.R + t*(b.R-a.R), a.G + t*(b.G-a.G), a.B + t*(b.B-a.B)}
}

// Material is what a point of a surface is: its colour, its height in the picture's units, how
// strongly it mirrors the light (0..1) and how sharply (the exponent).
type Material struct {
	colour       RGB
	height       float64
	shine, sharp float64
}

// Matt mirrors hardly any light.
func Matt(c RGB, height float64) Material { return Material{c, height, 0.06, 8} }

func glossy(c RGB, height float64) Material { return Material{c, height, 0.5, 60} }

// Metallic mirrors light broadly.
func Metallic(c RGB, height float64) Material { return Material{c, height, 0.35, 18} }

// Raised is the material higher by that much, in the picture's units.
func (m Material) Raised(by float64) Material { m.height += by; return m }

// Dyed has its colour mixed with another, as Mix does.
func (m Material) Dyed(c RGB, t float64) Material { m.colour = Mix(m.colour, c, t); return m }

// Toned is k times as bright.
func (m Material) Toned(k float64) Material { m.colour = m.colour.Times(k); return m }

// Shining mirrors s (0..1) of the light, as sharply as the exponent says.
func (m Material) Shining(s, sharp float64) Material { m.shine, m.sharp = s, sharp; return m }

// surface is a picture before light falls on it.
type surface struct {
	side   int
	points []Material
	solid  []float64 // how much of the point is the object, 0..1; the rest is background
}

func newSurface(side int) *surface {
	return &surface{side, make([]Material, side*side), make([]float64, side*side)}
}

// blend lays m over point i, as far as it covers it.
func (s *surface) blend(i int, m Material, cover float64) {
	p := &s.points[i]
	if cover >= 1 {
		*p = m
		return
	}
	p.colour = Mix(p.colour, m.colour, cover)
	p.height += cover * (m.height - p.height)
	p.shine += cover * (m.shine - p.shine)
	p.sharp += cover * (m.sharp - p.sharp)
}

// light is what falls on a surface, and the lens.
type light struct {
	x, y, z  float64 // direction to the lamp, of length 1
	ambient  float64
	exposure float64
	tint     RGB
	slope    [2]float64 // of the brightness over the picture
	vignette float64
}

// shade lights the surface: diffuse and mirrored light by the slope of the heights, shadows by
// marching towards the lamp, and darkness in hollows. It gives three values a pixel, 0..1 before
// the lens and the sensor.
func (s *surface) shade(l light) []float64 {
	n := s.side
	h := make([]float64, n*n)
	for i, p := range s.points {
		h[i] = p.height
	}
	hollow := smooth(h, n, max(2, n/40))
	out := make([]float64, 3*n*n)
	pixel := 2 / float64(n)
	half := math.Sqrt(l.x*l.x + l.y*l.y + (l.z+1)*(l.z+1))
	at := func(x, y int) float64 { return h[min(max(y, 0), n-1)*n+min(max(x, 0), n-1)] }
	flat := math.Sqrt(l.x*l.x + l.y*l.y)
	for y := range n {
		for x := range n {
			i := y*n + x
			p := s.points[i]
			gx, gy := (at(x+1, y)-at(x-1, y))/(2*pixel), (at(x, y+1)-at(x, y-1))/(2*pixel)
			k := 1 / math.Sqrt(gx*gx+gy*gy+1)
			diffuse := max(0, (l.z-gx*l.x-gy*l.y)*k) / l.z
			mirrored := 0.0
			if p.shine > 0 {
				if c := (l.z + 1 - gx*l.x - gy*l.y) * k / half; c > 0 {
					mirrored = p.shine * math.Pow(c, p.sharp)
				}
			}
			shadow := 0.0
			if flat > 0.05 {
				for k := 1; k <= 7; k++ {
					reach := float64(k) * 1.7
					over := at(x+int(math.Round(l.x/flat*reach)),
						y+int(math.Round(l.y/flat*reach))) - h[i] - reach*pixel*l.z/flat
					shadow = max(shadow, over/(1.5*pixel))
				}
				shadow = 0.55 * min(shadow, 1)
			}
			dark := min(max((hollow[i]-h[i])*3, 0), 0.35)
			u, v := 2*float64(x)/float64(n)-1, 2*float64(y)/float64(n)-1
			lamp := l.exposure * (1 + l.slope[0]*u + l.slope[1]*v) * (1 - l.vignette*(u*u+v*v))
			d := lamp * (1 - dark) * (l.ambient + (1-l.ambient)*min(diffuse, 1.6)*(1-shadow))
			m := lamp * mirrored * (1 - shadow)
			out[3*i] = p.colour.R*d*l.tint.R + m
			out[3*i+1] = p.colour.G*d*l.tint.G + m
			out[3*i+2] = p.colour.B*d*l.tint.B + m
		}
	}
	return out
}

// smooth averages over a square of 2r+1 pixels a side, by running sums.
func smooth(values []float64, n, r int) []float64 {
	pass := func(in []float64) []float64 { // along rows, giving columns
		out := make([]float64, n*n)
		for y := range n {
			sum := 0.0
			at := func(x int) float64 { return in[y*n+min(max(x, 0), n-1)] }
			for x := -r; x <= r; x++ {
				sum += at(x)
			}
			for x := range n {
				out[x*n+y] = sum / float64(2*r+1)
				sum += at(x+r+1) - at(x-r)
			}
		}
		return out
	}
	return pass(pass(values))
}
