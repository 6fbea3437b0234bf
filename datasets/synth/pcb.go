package synth

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// pcbTypes are DeepPCB's in the order of their numbers, from 1.
var pcbTypes = []string{"open", "short", "mousebite", "spur", "copper", "pin-hole"}

// pcbLayout is DeepPCB's: for each pair a template and a board with several flaws, black and white,
// and a list of boxes.
type pcbLayout struct{ plain }

// plan has pairs alone: to learn from, and to be tested on.
func (pcbLayout) plan(b Benchmark, s Size) (jobs []job) {
	c := b.Categories[0]
	for i := range s.Train + s.Flaw {
		j := job{category: c, split: "trainval", index: i, types: c.Types, side: s.Side}
		if i >= s.Train {
			j.split = "test"
		}
		jobs = append(jobs, j)
	}
	return jobs
}

// files gives the names in the lists.
func (pcbLayout) files(j job) (image, boxes string) {
	name := fmt.Sprintf("00041%03d", j.index)
	return path.Join("group00041", "00041", name+".jpg"), path.Join("group00041", "00041_not",
		name+".txt")
}

func (l pcbLayout) lists(root string, b Benchmark, jobs []job) error {
	text := map[string]string{}
	for _, j := range jobs {
		image, boxes := l.files(j)
		text[j.split] += image + " " + boxes + "\n"
	}
	for name, lines := range text {
		if err := writeText(filepath.Join(root, "PCBData", name+".txt"), lines); err != nil {
			return err
		}
	}
	return nil
}

func (l pcbLayout) make(root string, j job, b Benchmark, seed uint64) error {
	template, board, boxes := drawBoard(Stream(j.name(b, seed)), j.side)
	picture, list := l.files(j)
	base := filepath.Join(root, "PCBData", filepath.FromSlash(strings.TrimSuffix(picture, ".jpg")))
	for name, m := range map[string]*image.Gray{"_temp.jpg": template, "_test.jpg": board} {
		if err := writeImage(base+name, m); err != nil {
			return err
		}
	}
	var text string
	for _, x := range boxes {
		text += fmt.Sprintf("%d %d %d %d %d\n", x.Min.X, x.Min.Y, x.Max.X, x.Max.Y, x.kind)
	}
	return writeText(filepath.Join(root, "PCBData", filepath.FromSlash(list)), text)
}

// flawBox is where a flaw of a kind lies, its number as the layout has it.
type flawBox struct {
	image.Rectangle
	kind int
}

// pcb is the copper of a board in the making: tracks of one width, in rows of one pitch.
type pcb struct {
	*rand.Rand
	tracks [][][2]float64 // of each row, from left to right
	copper Shape          // inside where there is copper
}

const trackWidth, trackPitch = 0.045, 0.26

// layTracks draws the tracks: each row runs across, steps up or down once or twice, and has a pad.
func layTracks(r *rand.Rand) *pcb {
	p := &pcb{Rand: r}
	var shapes []Shape
	for row := range 7 {
		y := (float64(row) - 3) * trackPitch
		points := [][2]float64{{-1.1, y}}
		at := Between(r, -0.7, -0.2)
		bend := Between(r, 0.03, 0.06) * float64(2*r.IntN(2)-1)
		points = append(points, [2]float64{at, y}, [2]float64{at + math.Abs(bend), y + bend},
			[2]float64{at + Between(r, 0.4, 0.6), y + bend})
		last := points[len(points)-1]
		points = append(points, [2]float64{last[0] + math.Abs(bend), y}, [2]float64{1.1, y})
		p.tracks = append(p.tracks, points)
		shapes = append(shapes, Polyline(points, trackWidth))
		if r.IntN(2) == 0 {
			shapes = append(shapes, At(Between(r, 0.4, 0.85), y, 0, Disc(0.085)))
		}
	}
	p.copper = Union(shapes...)
	return p
}

// spot is a point of a row's track.
func (p *pcb) spot(row int) (x, y float64) {
	for {
		i := p.IntN(len(p.tracks[row]) - 1)
		a, b, t := p.tracks[row][i], p.tracks[row][i+1], p.Float64()
		x, y = a[0]+t*(b[0]-a[0]), a[1]+t*(b[1]-a[1])
		if math.Abs(x) < 0.85 && math.Abs(y) < 0.9 {
			return x, y
		}
	}
}

// flaw is a shape that is added to the copper or taken from it, of the kind with that number.
func (p *pcb) flaw(kind int) (s Shape, takes bool) {
	x, y := p.spot(p.IntN(len(p.tracks) - 1))
	edge := trackWidth * float64(2*p.IntN(2)-1)
	switch pcbTypes[kind-1] {
	case "open":
		return At(x, y, 0, Box(Between(p.Rand, 0.025, 0.05), 1.6*trackWidth, 0.005)), true
	case "short":
		return Rod(x, y, x+Between(p.Rand, -0.03, 0.03), y+trackPitch, 0.022), false
	case "mousebite":
		return At(x, y+edge, 0, Blob(Between(p.Rand, 0.032, 0.045), 0.3, p.Uint32())), true
	case "spur":
		return At(x, y+1.2*edge, 0, Blob(Between(p.Rand, 0.035, 0.05), 0.3, p.Uint32())), false
	case "copper":
		return At(x, y+trackPitch/2, 0, Blob(Between(p.Rand, 0.035, 0.05), 0.3, p.Uint32())), false
	}
	return At(x, y, 0, Disc(Between(p.Rand, 0.018, 0.026))), true
}

// drawBoard gives a template, a board with three to seven flaws, their types in turn, and their
// boxes, which do not touch.
func drawBoard(r *rand.Rand, side int) (template, board *image.Gray, boxes []flawBox) {
	p := layTracks(r)
	template = p.expose(p.copper, side)
	copper, board := p.copper, template
	first := r.IntN(len(pcbTypes))
	for n := range 3 + r.IntN(5) {
		kind := (first+n)%len(pcbTypes) + 1
		for range 30 {
			s, takes := p.flaw(kind)
			next := Union(copper, s)
			if takes {
				next = Without(copper, s)
			}
			drawn := p.expose(next, side)
			box := changed(board, drawn)
			if box.Dx() < 2 || box.Dy() < 2 || slices.ContainsFunc(boxes, func(b flawBox) bool {
				return b.Overlaps(box.Inset(-1))
			}) {
				continue
			}
			copper, board = next, drawn
			boxes = append(boxes, flawBox{box.Inset(-2).Intersect(template.Rect), kind})
			break
		}
	}
	return template, board, boxes
}

// expose draws copper white, everything else black.
func (p *pcb) expose(copper Shape, side int) *image.Gray {
	m := image.NewGray(image.Rect(0, 0, side, side))
	for i := range m.Pix {
		x := (2*float64(i%side)+1)/float64(side) - 1
		y := (2*float64(i/side)+1)/float64(side) - 1
		if copper(x, y) < 0 {
			m.Pix[i] = 255
		}
	}
	return m
}

// changed is the box around what differs.
func changed(a, b *image.Gray) (box image.Rectangle) {
	n := a.Rect.Dx()
	for i := range a.Pix {
		if a.Pix[i] != b.Pix[i] {
			box = box.Union(image.Rect(i%n, i/n, i%n+1, i/n+1))
		}
	}
	return box
}
