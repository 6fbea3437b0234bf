package synth

import (
	"fmt"
	"image"
	"math"
	"path"
	"slices"
	"strings"
)

// mtdLayout is MTD's: grey pictures of many sizes, a mask with soft edges beside each, an empty one
// beside a normal picture. The first uneven tile's mask is empty, too, as some are in MTD.
type mtdLayout struct{ plain }

// plan has no split: the loader parts the normal pictures.
func (mtdLayout) plan(b Benchmark, s Size) []job {
	jobs := b.jobs(s)
	for i := range jobs {
		jobs[i].split, jobs[i].index = "all", i
	}
	first := slices.IndexFunc(jobs, func(j job) bool { return j.kind() == "uneven" })
	jobs[first].unmarked = true
	return jobs
}

func (mtdLayout) files(j job) (image, mask string) {
	kind := "Free"
	if len(j.types) > 0 {
		kind = strings.ToUpper(j.kind()[:1]) + j.kind()[1:]
	}
	name := path.Join("MT_"+kind, "Imgs", fmt.Sprintf("exp1_num_%d", j.index))
	return name + ".jpg", name + ".png"
}

func (l mtdLayout) make(root string, j job, b Benchmark, seed uint64) error {
	r := Stream(j.name(b, seed) + " crop")
	return writePair(root, l, j, b, seed, func(p *Picture, union *image.Gray) (image.Image,
		image.Image) {
		if j.unmarked {
			clear(union.Pix)
		}
		box := cropAround(union, r.Float64(), r.Float64(), r.Float64(), r.Float64())
		picture, mask := image.NewGray(box), soften(union)
		for y := box.Min.Y; y < box.Max.Y; y++ {
			for x := box.Min.X; x < box.Max.X; x++ {
				picture.Set(x, y, p.Image.At(x, y))
			}
		}
		return picture, mask.SubImage(box)
	})
}

// cropAround is a box that holds all that is marked, with sides of at least five eighths of the
// picture's; the four numbers (0..1) choose its sides and its place.
func cropAround(mask *image.Gray, w, h, x, y float64) image.Rectangle {
	n := mask.Rect.Dx()
	marked := image.Rectangle{}
	for i, v := range mask.Pix {
		if v != 0 {
			marked = marked.Union(image.Rect(i%n, i/n, i%n+1, i/n+1))
		}
	}
	side := func(share, at float64, from, to int) (lo, hi int) {
		length := max(int(float64(n)*(0.625+0.375*share)), to-from)
		first, last := max(0, to-length), min(n-length, from)
		if from == to {
			first, last = 0, n-length
		}
		lo = first + int(at*float64(last-first+1))
		return lo, lo + length
	}
	x0, x1 := side(w, x, marked.Min.X, marked.Max.X)
	y0, y1 := side(h, y, marked.Min.Y, marked.Max.Y)
	return image.Rect(x0, y0, x1, y1)
}

// soften gives a mask edges of a few grades.
func soften(mask *image.Gray) *image.Gray {
	n := mask.Rect.Dx()
	out := image.NewGray(mask.Rect)
	for i := range mask.Pix {
		sum, count := 0.0, 0.0
		for dy := -1; dy <= 1; dy++ {
			for dx := -1; dx <= 1; dx++ {
				x, y := i%n+dx, i/n+dy
				if x < 0 || y < 0 || x >= n || y >= n {
					continue
				}
				w := float64((2 - dx*dx) * (2 - dy*dy))
				sum, count = sum+w*float64(mask.Pix[y*n+x]), count+w
			}
		}
		out.Pix[i] = uint8(math.Round(sum / count))
	}
	return out
}

// magneticTile is a grey, pressed surface with a shading of its own; its edge may be seen.
func magneticTile(sc *Scene) {
	sc.Backdrop(func(x, y float64) Material { return Matt(RGB{0.12, 0.12, 0.12}, -0.1) })
	c, seed := sc.Tone(RGB{0.5, 0.5, 0.5}, 0.3), sc.seed()
	f, slope := sc.Place(0.05, 0.04, 0.03), sc.Vary(0, 0.2)
	sc.Paint(f, 1.5, Box(1.02, 0.96, 0.02), func(u, v, d float64) Material {
		grey := c.R * (1 + slope*u + 0.1*FBM(u*4, v*4, seed, 2) + 0.12*FBM(u*50, v*50, seed+1, 3))
		return Matt(RGB{grey, grey, grey}, 0.004*FBM(u*30, v*30, seed+2, 2))
	})
}
