package pictures

import (
	"context"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"

	"adlab/datasets/synth/lessons"

	"golang.org/x/sync/errgroup"
)

// pictureSide is the side of a drawn picture in pixels.
const pictureSide = 256

// writeLessons draws the first n pictures of the generator's training family, seed 1, into dir.
// Same n, same bytes.
func writeLessons(ctx context.Context, n int, dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	var next atomic.Int64
	for range runtime.NumCPU() {
		g.Go(func() error {
			for {
				i := int(next.Add(1)) - 1
				if i >= n || ctx.Err() != nil {
					return context.Cause(ctx)
				}
				if err := writeLesson(i,
					filepath.Join(dir, fmt.Sprintf("%05d.png", i))); err != nil {
					return err
				}
			}
		})
	}
	return g.Wait()
}

func writeLesson(i int, path string) error {
	lesson, err := lessons.Draw(1, i, pictureSide)
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := png.Encode(f, lesson.Image); err != nil {
		return err
	}
	return f.Close()
}
