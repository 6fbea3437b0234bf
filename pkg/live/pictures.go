package live

import (
	"container/list"
	"image"
	"image/color"
	"image/draw"

	"adlab/pkg/imageio"
	"adlab/pkg/plot"
)

// cache keeps the last few values by key.
type cache[V any] struct {
	most  int
	order *list.List // of *entry, the last used in front
	byKey map[string]*list.Element
}

type entry[V any] struct {
	key   string
	value V
}

func newCache[V any](most int) *cache[V] {
	return &cache[V]{most: most, order: list.New(), byKey: map[string]*list.Element{}}
}

// get gives the value of a key, made where it is not kept.
func (c *cache[V]) get(key string, make func() (V, error)) (V, error) {
	if e := c.byKey[key]; e != nil {
		c.order.MoveToFront(e)
		return e.Value.(*entry[V]).value, nil
	}
	v, err := make()
	if err != nil {
		return v, err
	}
	c.byKey[key] = c.order.PushFront(&entry[V]{key, v})
	if c.order.Len() > c.most {
		last := c.order.Back()
		c.order.Remove(last)
		delete(c.byKey, last.Value.(*entry[V]).key)
	}
	return v, nil
}

// overlay draws a map with rows of side values over a picture in grey; blend is the map's part in
// percent.
func overlay(picture *imageio.Image, values []float32, side int, s plot.Scale,
	blend int) image.Image {
	w, h := picture.W, picture.H
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	columns, rows := between(side, w), between(len(values)/side, h)
	for y := range h {
		r := rows[y]
		top, bottom := values[r.at*side:], values[r.next*side:]
		for x := range w {
			c := columns[x]
			v := (top[c.at]*(1-c.part)+top[c.next]*c.part)*(1-r.part) +
				(bottom[c.at]*(1-c.part)+bottom[c.next]*c.part)*r.part
			i := y*w + x
			grey := 0
			for _, p := range picture.Pix[i*picture.C : (i+1)*picture.C] {
				grey += int(p)
			}
			grey /= picture.C
			colour := s.Colour(float64(v))
			mix := func(v uint8) uint8 {
				return uint8((grey*(100-blend) + int(v)*blend + 50) / 100)
			}
			p := out.Pix[4*i : 4*i+4 : 4*i+4]
			p[0], p[1], p[2], p[3] = mix(colour.R), mix(colour.G), mix(colour.B), 255
		}
	}
	return out
}

// step is where a pixel lies between two values.
type step struct {
	at, next int
	part     float32
}

func between(n, pixels int) []step {
	out := make([]step, pixels)
	for i := range out {
		at := min(max((float64(i)+0.5)*float64(n)/float64(pixels)-0.5, 0), float64(n-1))
		whole := int(at)
		out[i] = step{whole, min(whole+1, n-1), float32(at - float64(whole))}
	}
	return out
}

// The colours of pixels by what is true and what is called: found, missed, called wrongly.
var (
	foundColour  = color.NRGBA{0x00, 0x9e, 0x73, 255}
	missedColour = color.NRGBA{0x00, 0x72, 0xb2, 255}
	wrongColour  = color.NRGBA{0xe6, 0x9f, 0x00, 255}
)

// masked tints a picture in grey by what a threshold calls anomalous: found, missed and wrongly
// called pixels in three colours, or all that are called in the last where the truth is not known.
// mask is the truth or nil, called the answer, both with rows of side values.
func masked(picture *imageio.Image, mask []uint8, called []bool, side int) image.Image {
	w, h := picture.W, picture.H
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			i, at := y*w+x, y*side/h*side+x*side/w
			sum := 0
			for _, p := range picture.Pix[i*picture.C : (i+1)*picture.C] {
				sum += int(p)
			}
			grey := uint8(sum / picture.C)
			c := color.NRGBA{grey, grey, grey, 255}
			is := mask != nil && mask[at] != 0
			tint := func(t color.NRGBA) color.NRGBA {
				mix := func(a, b uint8) uint8 { return uint8((2*int(a) + 3*int(b)) / 5) }
				return color.NRGBA{mix(c.R, t.R), mix(c.G, t.G), mix(c.B, t.B), 255}
			}
			switch {
			case called[at] && is:
				c = tint(foundColour)
			case is:
				c = tint(missedColour)
			case called[at]:
				c = tint(wrongColour)
			}
			out.SetNRGBA(x, y, c)
		}
	}
	return out
}

// stack puts pictures under one another on white.
func stack(pictures ...image.Image) image.Image {
	var size image.Point
	for _, p := range pictures {
		size.X, size.Y = max(size.X, p.Bounds().Dx()), size.Y+p.Bounds().Dy()
	}
	out := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	y := 0
	for _, p := range pictures {
		draw.Draw(out, image.Rect(0, y, p.Bounds().Dx(), y+p.Bounds().Dy()), p, p.Bounds().Min,
			draw.Src)
		y += p.Bounds().Dy()
	}
	return out
}
