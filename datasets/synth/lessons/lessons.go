// Package lessons draws the training family: pictures of things that no benchmark has, with words
// for what they show. The small encoders learn from them; no measured number depends on them.
package lessons

import (
	"fmt"
	"image"
	"math/rand/v2"
	"slices"

	. "adlab/datasets/synth"
)

// Generation changes whenever the training family's same seed gives other bytes.
const Generation = 1

// Lesson is one picture of the training family with what can be said of it. No benchmark has its
// categories.
type Lesson struct {
	Picture
	Names    []string // what the object may be called, the most exact first
	Material string   // what it is made of, such as "steel"
	Type     string   // the flaw, as Types names it; "" when normal
	Place    string   // where the flaw's middle lies: "top left", ..., "centre"; "" when normal
	Size     string   // of the flaw: "small", "medium" or "large"; "" when normal
}

// specimenPictures is how many pictures in a row show the same specimen under the same light: the
// first as it should be, the others each with another flaw.
const specimenPictures = 4

// Types are the flaws of the training family, sorted: every drawing there is.
func Types() []string { return Flaws() }

// Names are the names of the family's kinds, sorted.
func Names() (names []string) {
	for _, k := range kinds {
		names = append(names, k.names...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// kind is a way to paint specimens: make draws one's design, which stays the same over its
// pictures, and gives its painter.
type kind struct {
	names []string
	only  []string // flaws that no other kind can have
	make  func(d *design) func(*Scene)
}

// design is what makes a specimen: its random numbers and its main stuff.
type design struct {
	*rand.Rand
	stuff stuff
}

func (d *design) between(lo, hi float64) float64 { return Between(d.Rand, lo, hi) }

// pick draws one of several.
func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// Draw draws the i-th picture of the training family of a seed, side pixels a side: the same
// arguments give the same bytes. Of four pictures in a row, one specimen's, the first is normal.
func Draw(seed uint64, i, side int) (*Lesson, error) {
	specimen, state := i/specimenPictures, i%specimenPictures
	name := fmt.Sprintf("lesson %d %d", specimen, seed)
	r := Stream(name + " design")
	k := kinds[specimen%len(kinds)] // every kind in turn
	d := &design{Rand: r, stuff: newStuff(r)}
	paint := k.make(d)
	l := &Lesson{Names: k.names, Material: d.stuff.name}
	var kinds []string
	for try := 0; ; try++ {
		if state > 0 {
			l.Type = flawOf(k, specimen, state, try)
			kinds = []string{l.Type}
		}
		p, err := DrawPicture(name, Category{Name: k.names[0], Paint: paint}, side, kinds, 0, true)
		if err == nil {
			l.Picture = *p
			break
		}
		if try == 20 { // some flaws do not show on some specimens: others take their turn
			return nil, err
		}
	}
	if state > 0 {
		l.Place, l.Size = whereabouts(l.Masks[l.Type])
	}
	return l, nil
}

// flawOf is the flaw of a specimen's picture: all types in turn over the specimens, three different
// ones on each.
func flawOf(k kind, specimen, state, try int) string {
	if len(k.only) > 0 && state == 1 && try == 0 {
		return k.only[0]
	}
	reserved := map[string]bool{}
	for _, other := range kinds {
		for _, o := range other.only {
			reserved[o] = true
		}
	}
	open := slices.DeleteFunc(Types(), func(t string) bool { return reserved[t] })
	turn := specimen*(specimenPictures-1) + state - 1
	round := Stream(fmt.Sprintf("flaws %d", turn/len(open))) // a shuffled order a round
	round.Shuffle(len(open), func(i, j int) { open[i], open[j] = open[j], open[i] })
	if try > 0 {
		turn += try * 7
	}
	return open[turn%len(open)]
}

// whereabouts says where a mask's middle lies and how much it covers.
func whereabouts(mask *image.Gray) (place, size string) {
	n, count, sx, sy := mask.Rect.Dx(), 0.0, 0.0, 0.0
	for i, v := range mask.Pix {
		if v != 0 {
			count, sx, sy = count+1, sx+float64(i%n), sy+float64(i/n)
		}
	}
	place = PlaceName(sx/count/float64(n), sy/count/float64(n))
	switch share := count / float64(len(mask.Pix)); {
	case share < 0.01:
		size = "small"
	case share < 0.035:
		size = "medium"
	default:
		size = "large"
	}
	return place, size
}

// PlaceName says where a point of a picture lies, both coordinates 0..1 from the top left: "top
// left", ..., "centre".
func PlaceName(x, y float64) string {
	third := func(v float64) int { return min(2, int(3*v)) }
	row, column := []string{"top", "", "bottom"}[third(y)], []string{"left", "", "right"}[third(x)]
	switch {
	case row == "" && column == "":
		return "centre"
	case row == "" || column == "":
		return row + column
	}
	return row + " " + column
}
