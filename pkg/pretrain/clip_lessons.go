package pretrain

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"adlab/datasets/synth"
	"adlab/pkg/tensorfile"
)

const (
	// lessonSide is the side of the stored pictures in pixels; the towers see windows of them.
	lessonSide = 128
	// lessonGroup is how many pictures in a row show one specimen.
	lessonGroup = 4
	// lessonShard is how many pictures one file of the store holds.
	lessonShard = 500
)

// lessons are drawn pictures of the training family in memory.
type lessons struct {
	told   []*synth.Lesson // without pixels
	images []uint8         // [n, side, side, 3]
	masks  []uint8         // [n, side, side], 1 where the flaw is
}

// lessonNote is what a shard's header says of a picture.
type lessonNote struct {
	Names    []string `json:"n"`
	Material string   `json:"m"`
	Type     string   `json:"t,omitempty"`
	Size     string   `json:"s,omitempty"`
}

// drawLessons draws n pictures, or reads those that are in the folder dir already; an interrupted drawing goes on where it stopped.
func drawLessons(ctx context.Context, dir string, seed uint64, n int, tell func(done, total int)) (*lessons, error) {
	l := &lessons{}
	for at := 0; at < n; at += lessonShard {
		count := min(lessonShard, n-at)
		path := filepath.Join(dir, fmt.Sprintf("lessons-%d-%d-%d-%d.safetensors", synth.TrainingGeneration, seed, at, count))
		if _, err := os.Stat(path); err != nil {
			if err := drawShard(ctx, path, seed, at, count); err != nil {
				return nil, err
			}
		}
		if err := l.read(path, count); err != nil {
			return nil, err
		}
		tell(at+count, n)
	}
	return l, nil
}

func drawShard(ctx context.Context, path string, seed uint64, at, count int) error {
	const pixels = lessonSide * lessonSide
	images, masks, notes := make([]uint8, count*pixels*3), make([]uint8, count*pixels), make([]lessonNote, count)
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
				p, err := synth.DrawLesson(seed, at+i, lessonSide)
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
		"images": tensorfile.U8(images, count, lessonSide, lessonSide, 3), "masks": tensorfile.U8(masks, count, lessonSide, lessonSide),
	}, map[string]string{"made_by": "adlab pretrain clip", "seed": fmt.Sprint(seed), "pictures": string(b)})
}

func (l *lessons) read(path string, count int) error {
	f, err := tensorfile.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	images, err := f.Uint8s("images", count, lessonSide, lessonSide, 3)
	if err != nil {
		return err
	}
	masks, err := f.Uint8s("masks", count, lessonSide, lessonSide)
	if err != nil {
		return err
	}
	var notes []lessonNote
	if err := json.Unmarshal([]byte(f.Metadata()["pictures"]), &notes); err != nil || len(notes) != count {
		return fmt.Errorf("%s: expected notes on %d pictures, got %d; delete it", path, count, len(notes))
	}
	for _, n := range notes {
		l.told = append(l.told, &synth.Lesson{Names: n.Names, Material: n.Material, Type: n.Type, Size: n.Size})
	}
	l.images, l.masks = append(l.images, images...), append(l.masks, masks...)
	return nil
}
