// Package pictures holds the training pictures of the small vision transformer: sources with free
// licences, brought by pinned digests, and pictures drawn for it.
package pictures

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"adlab/datasets"
	"adlab/pkg/imageio"
)

// Window is the side of what the encoders see in training, in pixels.
const Window = 224

// Picture is a training picture in memory, in several sizes. The first is the whole of it squeezed
// into one window, as EfficientNet-Lite0 sees an image; the others keep its shape.
type Picture struct {
	Source string
	Digest string // SHA-256 of the file
	Sizes  []*imageio.Image
}

// file is a training picture on disk.
type file struct{ path, digest string }

// files lists the source's training pictures, ordered by digest, each content once.
func (s Source) files(home string) ([]file, error) {
	var paths []string
	if s.fetched == nil && s.Lessons == 0 {
		set, err := datasets.Open(s.Name, filepath.Join(home, s.Name), datasets.Options{})
		if err != nil {
			return nil, err
		}
		for _, x := range set.Train() {
			paths = append(paths, x.Path)
		}
	} else {
		err := filepath.WalkDir(filepath.Join(home, "pretrain", s.Name),
			func(path string, e fs.DirEntry, err error) error {
				if err == nil && e.Type().IsRegular() &&
					slices.Contains([]string{".png", ".jpg", ".webp"}, filepath.Ext(path)) {
					paths = append(paths, path)
				}
				return err
			})
		if err != nil {
			return nil, err
		}
	}
	var all []file
	for _, path := range paths {
		digest, err := datasets.Sample{Path: path}.Digest()
		if err != nil {
			return nil, err
		}
		all = append(all, file{path, digest})
	}
	slices.SortStableFunc(all, func(a, b file) int { return strings.Compare(a.digest, b.digest) })
	return slices.CompactFunc(all, func(a, b file) bool { return a.digest == b.digest }), nil
}

// smallest is the shortest side of a picture that says something, in pixels.
const smallest = 96

// Load decodes the pictures of the sources that lie in home. Pictures with a side below 96 pixels
// are left out, as are those that cannot be decoded: games ship such. Same files, same result.
func Load(ctx context.Context, sources []Source, home string,
	tell func(done, total int)) ([]Picture, error) {
	var pictures []Picture
	type job struct {
		source Source
		file   file
	}
	var jobs []job
	for _, s := range sources {
		files, err := s.files(home)
		if err != nil {
			return nil, err
		}
		if len(files) == 0 {
			return nil, fmt.Errorf("pictures of %s: expected some in %s, got none; leave them "+
				"out", s.Name, home)
		}
		for _, f := range files {
			jobs = append(jobs, job{s, f})
		}
	}
	results := make([]chan *Picture, len(jobs))
	for i := range results {
		results[i] = make(chan *Picture, 1)
	}
	busy := make(chan struct{}, runtime.NumCPU())
	go func() {
		for i, j := range jobs {
			select {
			case busy <- struct{}{}:
			case <-ctx.Done():
				return
			}
			go func() {
				defer func() { <-busy }()
				results[i] <- load(j.source, j.file)
			}()
		}
	}()
	for i := range results {
		select {
		case p := <-results[i]:
			if p != nil {
				pictures = append(pictures, *p)
			}
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		if tell != nil {
			tell(i+1, len(jobs))
		}
	}
	return pictures, nil
}

// load is nil for a picture that is left out.
func load(s Source, f file) *Picture {
	m, err := imageio.Decode(f.path)
	if err != nil || min(m.W, m.H) < smallest {
		return nil
	}
	p := &Picture{Source: s.Name, Digest: f.digest,
		Sizes: []*imageio.Image{imageio.Resize(m, Window, Window)}}
	short := min(m.W, m.H)
	for _, side := range s.Sides {
		if side > short && len(p.Sizes) > 1 {
			break
		}
		p.Sizes = append(p.Sizes, shaped(m, max(side, Window)))
	}
	return p
}

// shaped is the picture with a shorter side of that many pixels; of a very long one the middle.
func shaped(m *imageio.Image, side int) *imageio.Image {
	short := min(m.W, m.H)
	out := imageio.Resize(m, max(side, m.W*side/short), max(side, m.H*side/short))
	if w, h := min(out.W, 2*side), min(out.H, 2*side); w < out.W || h < out.H {
		out = cut(out, (out.W-w)/2, (out.H-h)/2, w, h)
	}
	return out
}

// cut copies the rectangle of w × h pixels whose corner is (x, y).
func cut(m *imageio.Image, x, y, w, h int) *imageio.Image {
	out := imageio.New(w, h, m.C)
	for row := range h {
		copy(out.Pix[row*w*m.C:(row+1)*w*m.C], m.Pix[((y+row)*m.W+x)*m.C:])
	}
	return out
}

// HeldOut tells the twentieth of the pictures that is measured on and never trained on.
func (p Picture) HeldOut() bool { return p.Digest < "0d" }
