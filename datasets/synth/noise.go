package synth

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
)

// Stream is the random numbers of one concern of one picture: it depends on its name alone, so that
// neither the order in which pictures are drawn nor the number of workers matters.
func Stream(name string) *rand.Rand {
	h := fnv.New128a()
	h.Write([]byte(name))
	var b [16]byte
	h.Sum(b[:0])
	half := func(b []byte) (x uint64) {
		for _, c := range b {
			x = x<<8 | uint64(c)
		}
		return x
	}
	return rand.New(rand.NewPCG(half(b[:8]), half(b[8:])))
}

// Between draws evenly from lo to hi.
func Between(r *rand.Rand, lo, hi float64) float64 { return lo + (hi-lo)*r.Float64() }

// lattice gives the point (x, y) of an integer grid a number in 0..1.
func lattice(x, y int, seed uint32) float64 {
	h := seed ^ uint32(x)*0x9e3779b1 ^ uint32(y)*0x85ebca77
	h ^= h >> 15
	h *= 0x2c1b3c6d
	h ^= h >> 12
	h *= 0x297a2d39
	h ^= h >> 15
	return float64(h) / (1 << 32)
}

// Noise is smooth noise in -1..1 with features of size 1.
func Noise(x, y float64, seed uint32) float64 {
	fx, fy := math.Floor(x), math.Floor(y)
	ix, iy, u, v := int(fx), int(fy), x-fx, y-fy
	u, v = u*u*(3-2*u), v*v*(3-2*v)
	top := lattice(ix, iy, seed)*(1-u) + lattice(ix+1, iy, seed)*u
	bottom := lattice(ix, iy+1, seed)*(1-u) + lattice(ix+1, iy+1, seed)*u
	return 2*(top*(1-v)+bottom*v) - 1
}

// FBM sums octaves of noise, each half as large and twice as fine: about -1..1.
func FBM(x, y float64, seed uint32, octaves int) float64 {
	sum, weight, total := 0.0, 1.0, 0.0
	for o := range octaves {
		sum += weight * Noise(x, y, seed+uint32(o)*7919)
		total += weight
		x, y, weight = 2*x+17.3, 2*y-9.1, weight/2
	}
	return sum / total * 1.5
}

// Cells is the distance to the nearest of points scattered one a unit square, the distance to the
// next nearest, and the nearest's number in 0..1.
func Cells(x, y float64, seed uint32) (nearest, next, id float64) {
	ix, iy := int(math.Floor(x)), int(math.Floor(y))
	nearest, next = 9, 9
	for dy := -1; dy <= 1; dy++ {
		for dx := -1; dx <= 1; dx++ {
			px, py := float64(ix+dx)+lattice(ix+dx, iy+dy, seed),
				float64(iy+dy)+lattice(ix+dx, iy+dy, seed+1)
			if d := math.Hypot(px-x, py-y); d < nearest {
				nearest, next, id = d, nearest, lattice(ix+dx, iy+dy, seed+2)
			} else if d < next {
				next = d
			}
		}
	}
	return nearest, next, id
}

// Step rises smoothly from 0 at a to 1 at b.
func Step(a, b, x float64) float64 {
	t := min(max((x-a)/(b-a), 0), 1)
	return t * t * (3 - 2*t)
}
