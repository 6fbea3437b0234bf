// Package align is what both trainings of vision-language pairs share: the drawn pictures that they
// learn from, and the terms of their losses.
package align

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"adlab/datasets/synth/lessons"
	"adlab/pkg/imageio"
	"adlab/pkg/tensorfile"
)

const (
	// Side is the side of the pictures in memory, in pixels.
	Side = 224
	// sketchSide is that of pictures that are drawn smaller, at a third of the cost, and enlarged.
	sketchSide = 128
	// Group is how many pictures show one specimen.
	Group = 4
)

// Pictures are pictures of the training family in memory.
type Pictures struct {
	Told   []*lessons.Lesson // without pixels
	Images []uint8           // [n, side, side, 3]
	Masks  []uint8           // [n, side, side], 1 where the flaw is
	sharp  int               // the first so many are no sketches
}

// Pick draws a picture: each third is no sketch.
func (l *Pictures) Pick(r *rand.Rand) int {
	if l.sharp > 0 && r.IntN(3) == 0 {
		return r.IntN(l.sharp)
	}
	return r.IntN(len(l.Told))
}

// lessonNote is what a shard's header says of a picture.
type lessonNote struct {
	Names    []string `json:"n"`
	Material string   `json:"m"`
	Type     string   `json:"t,omitempty"`
	Size     string   `json:"s,omitempty"`
}

// Draw draws n pictures and so many sketches, or reads those that are in the folder dir
// already; an interrupted drawing goes on where it stopped.
func Draw(ctx context.Context, dir string, seed uint64, n, sketches int,
	tell func(done, total int)) (*Pictures, error) {
	const pixels = Side * Side
	l := &Pictures{sharp: n, Images: make([]uint8, 0, (n+sketches)*pixels*3),
		Masks: make([]uint8, 0, (n+sketches)*pixels)}
	for _, part := range []struct{ side, n, shard int }{{Side, n, 250},
		{sketchSide, sketches, 500}} {
		for at := 0; at < part.n; at += part.shard {
			count := min(part.shard, part.n-at)
			path := filepath.Join(dir, fmt.Sprintf("lessons-%d-%d-%d-%d-%d.safetensors",
				lessons.Generation, part.side, seed, at, count))
			if _, err := os.Stat(path); err != nil {
				if err := drawShard(ctx, path, seed, part.side, at, count); err != nil {
					return nil, err
				}
			}
			if err := l.read(path, part.side, count); err != nil {
				return nil, err
			}
			tell(len(l.Told), n+sketches)
		}
	}
	return l, nil
}

func drawShard(ctx context.Context, path string, seed uint64, side, at, count int) error {
	pixels := side * side
	images, masks, notes := make([]uint8, count*pixels*3), make([]uint8, count*pixels),
		make([]lessonNote, count)
	errs := make([]error, count)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.NumCPU() {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= count {
					return
				}
				p, err := lessons.Draw(seed, at+i, side)
				if errs[i] = err; err != nil {
					continue
				}
				notes[i] = lessonNote{p.Names, p.Material, p.Type, p.Size}
				for k := range pixels {
					copy(images[(i*pixels+k)*3:(i*pixels+k)*3+3], p.Image.Pix[4*k:])
				}
				if p.Type != "" {
					for k, v := range p.Masks[p.Type].Pix {
						masks[i*pixels+k] = min(v, 1)
					}
				}
			}
		})
	}
	wg.Wait()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if i := slices.IndexFunc(errs, func(err error) bool { return err != nil }); i >= 0 {
		return errs[i]
	}
	b, err := json.Marshal(notes)
	if err != nil {
		return err
	}
	return tensorfile.Write(path, map[string]tensorfile.Tensor{
		"images": tensorfile.U8(images, count, side, side, 3), "masks": tensorfile.U8(masks, count,
			side, side),
	}, map[string]string{"made_by": "adlab pretrain clip", "seed": fmt.Sprint(seed),
		"pictures": string(b)})
}

func (l *Pictures) read(path string, side, count int) error {
	f, err := tensorfile.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	images, err := f.Uint8s("images", count, side, side, 3)
	if err != nil {
		return err
	}
	masks, err := f.Uint8s("masks", count, side, side)
	if err != nil {
		return err
	}
	var notes []lessonNote
	if err := json.Unmarshal([]byte(f.Metadata()["pictures"]), &notes); err != nil ||
		len(notes) != count {
		return fmt.Errorf("%s: expected notes on %d pictures, got %d; delete it", path, count,
			len(notes))
	}
	for _, n := range notes {
		l.Told = append(l.Told, &lessons.Lesson{Names: n.Names, Material: n.Material, Type: n.Type,
			Size: n.Size})
	}
	for i := range count {
		image, mask := images[i*side*side*3:(i+1)*side*side*3], masks[i*side*side:(i+1)*side*side]
		if side != Side {
			image, mask = enlarged(image, mask, side)
		}
		l.Images, l.Masks = append(l.Images, image...), append(l.Masks, mask...)
	}
	return nil
}

// enlarged brings a picture and its mask to Side.
func enlarged(pixels, mask []uint8, side int) (image, flaw []uint8) {
	m := imageio.New(side, side, 3)
	copy(m.Pix, pixels)
	for y := range Side {
		for x := range Side {
			flaw = append(flaw, mask[y*side/Side*side+x*side/Side])
		}
	}
	return imageio.Resize(m, Side, Side).Pix, flaw
}
