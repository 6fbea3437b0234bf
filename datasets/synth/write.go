// Package synth generates benchmarks for anomaly detection: procedural pictures of products with
// flaws of known type and exact masks, written in the layouts of the published data sets, so that
// every experiment runs through the same loaders on these and on the real ones.
//
// A painter lays shapes of materials (colour, height, gloss) on a surface; light, lens and sensor
// make a picture of it. A flaw changes the shapes, their places or the surface before light falls
// on it, and its mask is where the lit picture differs from the one without the flaw. Every number
// is drawn from a stream named after benchmark, category, split, index and seed.
package synth

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"adlab/datasets"
	"adlab/pkg/setting"

	"golang.org/x/image/bmp"
)

// generation is stamped into every benchmark; it changes whenever the same seed gives other bytes.
const generation = 1

// job is one picture to make.
type job struct {
	category Category
	split    string // train, test, or another that the layout has
	index    int    // within category and split
	types    []Type // none when normal
	view     int    // camera, in layouts of several views, from 1
	specimen int
	side     int  // of the picture, in pixels
	unmarked bool // its flaw is in no mask
}

func (j job) name(b Benchmark, seed uint64) string {
	return fmt.Sprintf("%s %s %s %d %d", b.Name, j.category.Name, j.split, j.index, seed)
}

// kind is the name of the flaw: of one type, "combined", or "good".
func (j job) kind() string {
	switch len(j.types) {
	case 0:
		return "good"
	case 1:
		return j.types[0].Name
	}
	return "combined"
}

// layout says where the files of a benchmark lie, and writes its lists.
type layout interface {
	// views is how many pictures a specimen has.
	views() int
	// files are the places of a picture and of its mask, relative to the root, with slashes.
	files(j job) (image, mask string)
	// maskValue is what a mask holds where the n-th type of an image (from 0) is seen.
	maskValue(n int) uint8
	// lists writes what the layout has beside pictures.
	lists(root string, b Benchmark, jobs []job) error
}

// planner is a layout with other pictures than those to learn from and to be tested on.
type planner interface {
	plan(b Benchmark, s Size) []job
}

// maker is a layout that writes the files of a picture in a way of its own.
type maker interface {
	make(root string, j job, b Benchmark, seed uint64) error
}

// plan lists the pictures as the layout has them.
func (b Benchmark) plan(s Size) (jobs []job) {
	if own, ok := b.write.(planner); ok {
		return own.plan(b, s)
	}
	return b.jobs(s)
}

// jobs lists the pictures of a benchmark. Flawed pictures take the types in turn; where the
// benchmark has combined flaws, every seventh has two or three types.
func (b Benchmark) jobs(s Size) (jobs []job) {
	views := b.write.views()
	for _, c := range b.Categories {
		add := func(split string, n, from int, types func(i int) []Type) {
			for i := range n {
				j := job{category: c, split: split, index: from + i, types: types(i), side: s.Side}
				if views > 1 {
					j.view, j.specimen = j.index%views+1, j.index/views
				}
				jobs = append(jobs, j)
			}
		}
		// all views of a specimen
		whole := func(n int) int { return (n + views - 1) / views * views }
		none := func(int) []Type { return nil }
		add("train", whole(s.Train), 0, none)
		add("test", whole(s.Good), 0, none)
		add("test", whole(max(s.Flaw, len(c.Types)*views)), whole(s.Good), func(i int) []Type {
			i /= views
			if b.Combined && i%7 == 6 && len(c.Types) > 3 {
				types := []Type{c.Types[i%len(c.Types)], c.Types[(i+2)%len(c.Types)]}
				if i%14 == 13 {
					types = append(types, c.Types[(i+3)%len(c.Types)])
				}
				return types
			}
			return []Type{c.Types[i%len(c.Types)]}
		})
	}
	return jobs
}

// Write generates the benchmark of a size into the folder root, which must not exist, with the
// given number of workers (0: one a core). On an error or when ctx is cancelled, nothing is left.
// Tell is called after each picture; it may be nil.
func Write(ctx context.Context, b Benchmark, size string, seed uint64, root string, workers int,
	tell func(done, total int)) error {
	s, ok := Sizes[size]
	if !ok {
		return setting.Errorf("Size", "expected smoke, tiny or large, got %q", size)
	}
	if _, err := os.Lstat(root); err == nil {
		return fmt.Errorf("%s: expected a folder that is not there yet; delete it or name "+
			"another", root)
	}
	if err := os.MkdirAll(filepath.Dir(root), 0o777); err != nil {
		return err
	}
	partial, err := os.MkdirTemp(filepath.Dir(root), filepath.Base(root)+".partial-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(partial)
	if err := os.Chmod(partial, 0o777&^umask()); err != nil {
		return err
	}
	jobs := b.plan(s)
	if err := each(ctx, len(jobs), workers, func(i int) error {
		if own, ok := b.write.(maker); ok {
			return own.make(partial, jobs[i], b, seed)
		}
		return jobs[i].make(partial, b, s.Side, seed)
	}, tell); err != nil {
		return err
	}
	if err := b.write.lists(partial, b, jobs); err != nil {
		return err
	}
	made := map[string]any{"made_by": "adlab data synth", "benchmark": b.Name,
		"stands_in_for": b.StandsFor, "size": size, "seed": seed, "generation": generation,
		"note": "generated pictures; a number measured on them is not one of the data set that " +
			"they stand in for"}
	if err := writeJSON(filepath.Join(partial, "synth.json"), made); err != nil {
		return err
	}
	return os.Rename(partial, root)
}

// umask is the process's, as new folders show it.
func umask() os.FileMode {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		return 0o022
	}
	defer os.RemoveAll(dir)
	if os.Mkdir(filepath.Join(dir, "x"), 0o777) != nil {
		return 0o022
	}
	info, err := os.Stat(filepath.Join(dir, "x"))
	if err != nil {
		return 0o022
	}
	return 0o777 &^ info.Mode().Perm()
}

// each does 0..n-1 on several workers and stops at the first error.
func each(ctx context.Context, n, workers int, do func(i int) error,
	tell func(done, total int)) error {
	if workers < 1 {
		workers = runtime.NumCPU()
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next, done atomic.Int64
	var wg sync.WaitGroup
	var mu sync.Mutex
	for range workers {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := do(i); err != nil {
					cancel(err)
					return
				}
				d := int(done.Add(1))
				if tell != nil {
					mu.Lock()
					tell(d, n)
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

// picture draws the job's picture.
func (j job) picture(b Benchmark, side int, seed uint64) (*Picture, error) {
	var kinds []string
	for _, t := range j.types {
		kinds = append(kinds, t.Draw)
	}
	return DrawPicture(j.name(b, seed), j.category, side, kinds, b.wild, false)
}

// make draws one picture and writes it with its masks.
func (j job) make(root string, b Benchmark, side int, seed uint64) error {
	p, err := j.picture(b, side, seed)
	if err != nil {
		return err
	}
	imageFile, maskFile := b.write.files(j)
	if err := writeImage(filepath.Join(root, filepath.FromSlash(imageFile)), p.Image); err != nil {
		return err
	}
	if maskFile == "" {
		return nil
	}
	union := image.NewGray(p.Image.Bounds())
	for n, t := range j.types {
		for i, v := range p.Masks[t.Draw].Pix {
			if v != 0 {
				union.Pix[i] = b.write.maskValue(n)
			}
		}
		if len(j.types) > 1 {
			typed := filepath.Join(root, datasets.TypedFolder,
				filepath.FromSlash(strings.TrimSuffix(maskFile, ".png")), t.Name+".png")
			if err := writeImage(typed, p.Masks[t.Draw]); err != nil {
				return err
			}
		}
	}
	return writeImage(filepath.Join(root, filepath.FromSlash(maskFile)), union)
}

func writeImage(path string, m image.Image) error {
	var out bytes.Buffer
	var err error
	switch strings.ToLower(filepath.Ext(path)) {
	case ".png":
		err = png.Encode(&out, opaque(m))
	case ".bmp":
		err = bmp.Encode(&out, opaque(m))
	default:
		err = jpeg.Encode(&out, m, &jpeg.Options{Quality: 93})
	}
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return os.WriteFile(path, out.Bytes(), 0o666)
}

// opaque is m without an alpha channel, which a PNG would store.
func opaque(m image.Image) image.Image {
	c, ok := m.(*image.NRGBA)
	if !ok {
		return m
	}
	out := image.NewRGBA(c.Rect)
	for i := 0; i < len(c.Pix); i += 4 {
		p := color.RGBA{c.Pix[i], c.Pix[i+1], c.Pix[i+2], 255}
		out.Pix[i], out.Pix[i+1], out.Pix[i+2], out.Pix[i+3] = p.R, p.G, p.B, p.A
	}
	return out
}

func writeJSON(path string, v any) error {
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o666)
}
