package synth

import (
	"fmt"
	"image"
	"path"
	"path/filepath"
)

// plain is what most layouts have in common: one view, masks of 0 and 255, no lists.
type plain struct{}

func (plain) views() int                           { return 1 }
func (plain) maskValue(int) uint8                  { return 255 }
func (plain) lists(string, Benchmark, []job) error { return nil }

// others are n pictures of every category in another split; flawed ones in turn where it says so.
func (b Benchmark) others(split string, n int, s Size, flawed bool) (jobs []job) {
	for _, c := range b.Categories {
		for i := range n {
			j := job{category: c, split: split, index: i, side: s.Side}
			if flawed && i%2 == 1 {
				j.types = []Type{c.Types[i/2%len(c.Types)]}
			}
			jobs = append(jobs, j)
		}
	}
	return jobs
}

// adTwoLayout is MVTec AD 2's: normal pictures for thresholds, a public test, two private ones.
type adTwoLayout struct{ plain }

func (adTwoLayout) plan(b Benchmark, s Size) []job {
	jobs := append(b.jobs(s), b.others("validation", max(2, s.Train/8), s, false)...)
	return append(append(jobs, b.others("test_private", 4, s, true)...),
		b.others("test_private_mixed", 4, s, true)...)
}

func (adTwoLayout) files(j job) (image, mask string) {
	name := fmt.Sprintf("%03d_regular", j.index)
	switch j.split {
	case "test":
		image = path.Join(j.category.Name, "test_public", j.kind(), name+".png")
		if len(j.types) > 0 {
			mask = path.Join(j.category.Name, "test_public", "ground_truth", j.kind(),
				name+"_mask.png")
		}
	case "train", "validation":
		image = path.Join(j.category.Name, j.split, "good", name+".png")
	default:
		image = path.Join(j.category.Name, j.split, name+".png")
	}
	return image, mask
}

// btadLayout is BTAD's: MVTec-AD's with ok and ko; the first category's pictures and the last one's
// masks are BMP.
type btadLayout struct{ plain }

func (btadLayout) files(j job) (image, mask string) {
	name, kind := fmt.Sprintf("%04d", j.index), "ok"
	if len(j.types) > 0 {
		kind = "ko"
		mask = path.Join(j.category.Name, "ground_truth", kind, name+map[string]string{
			"03": ".bmp"}[j.category.Name])
		if path.Ext(mask) == "" {
			mask += ".png"
		}
	}
	image = path.Join(j.category.Name, j.split, kind, name)
	if j.category.Name == "01" {
		return image + ".bmp", mask
	}
	return image + ".png", mask
}

// ksdd2Layout is KolektorSDD2's: pictures and masks side by side, empty ones of normal pictures,
// and flawed pictures to learn from, too.
type ksdd2Layout struct{ plain }

func (ksdd2Layout) plan(b Benchmark, s Size) []job {
	jobs := b.jobs(s)
	c := b.Categories[0]
	for i := range 2 {
		jobs = append(jobs, job{category: c, split: "train", index: s.Train + i,
			types: c.Types[i : i+1], side: s.Side})
	}
	return jobs
}

func (ksdd2Layout) files(j job) (image, mask string) {
	name := map[string]int{"train": 10000, "test": 20000}[j.split] + j.index
	return fmt.Sprintf("%s/%d.png", j.split, name), fmt.Sprintf("%s/%d_GT.png", j.split, name)
}

func (l ksdd2Layout) make(root string, j job, b Benchmark, seed uint64) error {
	return writePair(root, l, j, b, seed, func(p *Picture, union *image.Gray) (image.Image,
		image.Image) {
		return p.Image, union
	})
}

// writePair writes a picture and its mask as change makes them.
func writePair(root string, l layout, j job, b Benchmark, seed uint64,
	change func(p *Picture, union *image.Gray) (picture, mask image.Image)) error {
	p, err := j.picture(b, j.side, seed)
	if err != nil {
		return err
	}
	union := image.NewGray(p.Image.Bounds())
	for _, m := range p.Masks {
		for i, v := range m.Pix {
			union.Pix[i] = max(union.Pix[i], v)
		}
	}
	picture, mask := change(p, union)
	imageFile, maskFile := l.files(j)
	if err := writeImage(filepath.Join(root, filepath.FromSlash(imageFile)), picture); err != nil {
		return err
	}
	return writeImage(filepath.Join(root, filepath.FromSlash(maskFile)), mask)
}
