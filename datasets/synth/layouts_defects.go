package synth

import (
	"cmp"
	"fmt"
	"image"
	"math"
	"path"
	"path/filepath"
	"slices"

	"adlab/datasets"
)

// defectsLayout is MVTec LOCO's and AutoVI's: MVTec-AD's, but a folder of masks for each flawed
// picture, each of one defect and with its type's value, and defects_config.json.
type defectsLayout struct {
	plain
	kind       func(j job) string // the folder that pictures of the flaw lie in
	number     string             // of a mask
	validation bool
}

// logicalOr parts types as MVTec LOCO does.
func logicalOr(j job) string {
	if len(j.types) == 0 {
		return "good"
	}
	if _, ok := logical[j.types[0].Draw]; ok {
		return datasets.Logical
	}
	return datasets.Structural
}

func (l defectsLayout) plan(b Benchmark, s Size) []job {
	jobs := b.jobs(s)
	if l.validation {
		jobs = append(jobs, b.others("validation", max(2, s.Train/8), s, false)...)
	}
	return jobs
}

// files gives the folder of the masks in place of a mask.
func (l defectsLayout) files(j job) (image, mask string) {
	name := fmt.Sprintf("%03d", j.index)
	image = path.Join(j.category.Name, j.split, l.kind(j), name+".png")
	if len(j.types) > 0 {
		mask = path.Join(j.category.Name, "ground_truth", l.kind(j), name)
	}
	return image, mask
}

// value is what the masks of a type hold.
func (c Category) value(t Type) uint8 { return uint8(255 - slices.Index(c.Types, t)) }

// lists writes the defects of each category. Of a logical flaw as much as one piece covers is
// enough: where one of several is too many, nobody can say which.
func (l defectsLayout) lists(root string, b Benchmark, jobs []job) error {
	share := 0.5 * piece * float64(jobs[0].side) / 2 // half the reach, in pixels
	for _, c := range b.Categories {
		var list []datasets.DefectKind
		for _, t := range c.Types {
			k := datasets.DefectKind{Name: t.Name, Value: int(c.value(t)), Saturation: 1,
				Relative: true}
			if _, ok := logical[t.Draw]; ok {
				k.Saturation, k.Relative = math.Round(math.Pi*share*share), false
			}
			list = append(list, k)
		}
		if err := writeJSON(filepath.Join(root, c.Name, "defects_config.json"), list); err != nil {
			return err
		}
	}
	return nil
}

func (l defectsLayout) make(root string, j job, b Benchmark, seed uint64) error {
	var kinds []string
	for _, t := range j.types {
		kinds = append(kinds, t.Draw)
	}
	name := j.name(b, seed)
	p, flaw, err := drawPicture(name, j.category, j.side, kinds, b.wild, false)
	if err != nil {
		return err
	}
	imageFile, masks := l.files(j)
	if err := writeImage(filepath.Join(root, filepath.FromSlash(imageFile)), p.Image); err != nil {
		return err
	}
	n := 0
	for _, t := range j.types {
		regions := []*image.Gray{p.Masks[t.Draw]}
		if t.Draw == "extra part" {
			regions[0] = anyOfKind(name, j, b, flaw, p.Masks[t.Draw])
		} else if _, ok := logical[t.Draw]; ok {
			regions = apart(p.Masks[t.Draw])
		}
		for _, m := range regions {
			for i, v := range m.Pix {
				m.Pix[i] = v / 255 * j.category.value(t)
			}
			file := filepath.Join(root, filepath.FromSlash(masks), fmt.Sprintf(l.number+".png", n))
			if err := writeImage(file, m); err != nil {
				return err
			}
			n++
		}
	}
	return nil
}

// anyOfKind marks, where a piece is one too many, it and all others of its kind, for it could be
// any of them.
func anyOfKind(name string, j job, b Benchmark, flaw edits, mask *image.Gray) *image.Gray {
	paint := func(e edits) *Scene { return paintScene(name, j.category, j.side, b.wild, e) }
	clean := paint(edits{})
	flawless, kind := clean.shade(clean.light), ""
	for i, e := range flaw.parts {
		if e.again {
			kind = clean.parts[i].name
		}
	}
	out := image.NewGray(mask.Rect)
	copy(out.Pix, mask.Pix)
	for i, p := range clean.parts {
		if p.name != kind {
			continue
		}
		without := paint(edits{parts: map[int]partEdit{i: {gone: true}}})
		gone, _ := differing(flawless, without.finish(), j.side, false)
		for k, v := range gone.Pix {
			out.Pix[k] = max(out.Pix[k], v)
		}
	}
	return out
}

// apart parts a mask into its regions, the largest first; what is below a sixth of the largest goes
// with the nearest.
func apart(mask *image.Gray) []*image.Gray {
	n := mask.Rect.Dx()
	var regions [][]int
	seen := make([]bool, len(mask.Pix))
	for i, v := range mask.Pix {
		if v == 0 || seen[i] {
			continue
		}
		seen[i] = true
		region := []int{i}
		for k := 0; k < len(region); k++ {
			for _, at := range near(region[k], n) {
				if mask.Pix[at] != 0 && !seen[at] {
					seen[at] = true
					region = append(region, at)
				}
			}
		}
		regions = append(regions, region)
	}
	slices.SortStableFunc(regions, func(a, b []int) int { return len(b) - len(a) })
	var out []*image.Gray
	var middles [][2]float64
	for _, region := range regions {
		m, to := middle(region, n), len(out)
		if len(out) > 0 && 6*len(region) < len(regions[0]) {
			to = slices.Index(middles, slices.MinFunc(middles, func(a, b [2]float64) int {
				return cmp.Compare(math.Hypot(a[0]-m[0], a[1]-m[1]), math.Hypot(b[0]-m[0],
					b[1]-m[1]))
			}))
		} else {
			out, middles = append(out, image.NewGray(mask.Rect)), append(middles, m)
		}
		for _, i := range region {
			out[to].Pix[i] = 255
		}
	}
	return out
}

// near are the neighbours of pixel i, in a picture of n a side, by a side of theirs.
func near(i, n int) (at []int) {
	if i%n > 0 {
		at = append(at, i-1)
	}
	if i%n < n-1 {
		at = append(at, i+1)
	}
	if i >= n {
		at = append(at, i-n)
	}
	if i < n*(n-1) {
		at = append(at, i+n)
	}
	return at
}

func middle(region []int, n int) (m [2]float64) {
	for _, i := range region {
		m[0] += float64(i%n) / float64(len(region))
		m[1] += float64(i/n) / float64(len(region))
	}
	return m
}
