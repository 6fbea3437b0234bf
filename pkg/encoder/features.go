package encoder

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"runtime"

	"adlab/datasets"
	"adlab/pkg/backend"
	"adlab/pkg/store"
	"adlab/pkg/tensorfile"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// chunk is the number of images in one file of the cache, at most.
const chunk = 256

// Together is how many images go through a graph together. One on a processor: as fast as more, the
// next image need not be waited for, and what an image gives depends on itself alone, where in a
// batch its last bits would follow its place. A GPU needs many to be busy.
func Together(b compute.Backend) int {
	if backend.Name(b) == backend.CUDA {
		return 16
	}
	return 1
}

// Features are the group means of a frozen encoder's levels for a list of images: what INP-Former
// and its neighbours train and predict on. They are data: computed once and read from the cache
// ever after.
type Features struct {
	Len                   int // images
	Groups, Tokens, Width int // groups of levels, patch tokens, channels
	perChunk              int // images in a file
	chunks                []*tensorfile.File
	views                 [][]byte
	at                    []int // places in the views, where the images are some of many
}

// Cache computes Features and keeps them in a content-addressed cache.
type Cache struct {
	Backend compute.Backend
	Encoder Encoder
	Groups  [][]int               // groups of levels; nil means the encoder's own
	Dir     string                // folder; "" keeps nothing once it has served
	Tell    func(done, total int) // progress, may be nil
	Held    *Held                 // what need not be looked for; may be nil
	exec    *model.Exec
}

// GroupsInUse is Groups, or the encoder's own.
func (x *Cache) GroupsInUse() [][]int {
	if x.Groups != nil {
		return x.Groups
	}
	return x.Encoder.Groups()
}

// Variants makes copies of a normalised image, side·side·3 values each: Count of them, the image
// itself among them.
type Variants struct {
	Name  string // of the way they are made: part of the cache's address
	Count int
	Make  func(image []float32, side int) [][]float32
}

// itself is the image alone.
var itself = Variants{"", 1, func(image []float32, _ int) [][]float32 { return [][]float32{image} }}

// Extract gives the features of the samples, in their order. What is in the cache is not computed
// again; an interrupted extraction goes on where it stopped.
func (x *Cache) Extract(ctx context.Context, samples []datasets.Sample) (*Features, error) {
	return x.ExtractVariants(ctx, samples, itself)
}

// ExtractVariants gives the features of every sample's variants, one sample's after another's.
func (x *Cache) ExtractVariants(ctx context.Context, samples []datasets.Sample,
	v Variants) (*Features, error) {
	if v.Name == itself.Name {
		if f := x.Held.some(x, samples); f != nil {
			return f, nil
		}
	}
	per := max(1, chunk/v.Count) // samples in a file
	f := x.features(len(samples)*v.Count, per*v.Count)
	for at := 0; at < len(samples); at += per {
		part := samples[at:min(at+per, len(samples))]
		if err := x.extractChunk(ctx, f, part, v, at*v.Count, f.Len); err != nil {
			f.Close()
			return nil, err
		}
	}
	return f, nil
}

// Parts gives the features of the samples a piece of the cache at a time, so that memory does not
// grow with their number. Each part is closed once it has served.
func (x *Cache) Parts(ctx context.Context, samples []datasets.Sample) iter.Seq2[*Features, error] {
	return func(yield func(*Features, error) bool) {
		for at := 0; at < len(samples); at += chunk {
			part := samples[at:min(at+chunk, len(samples))]
			if f := x.Held.some(x, part); f != nil {
				if !yield(f, nil) {
					return
				}
				continue
			}
			f := x.features(len(part), chunk)
			if err := x.extractChunk(ctx, f, part, itself, at, len(samples)); err != nil {
				f.Close()
				yield(nil, err)
				return
			}
			more := yield(f, nil)
			if f.Close(); !more {
				return
			}
		}
	}
}

// features are those of so many images, still without any.
func (x *Cache) features(images, perChunk int) *Features {
	return &Features{Len: images, Groups: len(x.GroupsInUse()),
		Tokens: tokens(x.Encoder), Width: x.Encoder.Width(), perChunk: perChunk}
}

// extractChunk adds the features of a part, computed or read; done of total images were before it.
func (x *Cache) extractChunk(ctx context.Context, f *Features, part []datasets.Sample,
	v Variants, done, total int) error {
	if x.Dir == "" {
		data, err := x.encode(ctx, f, part, v, done, total)
		if err == nil {
			f.chunks = append(f.chunks, nil)
			f.views = append(f.views, tensorfile.F32(data).Data)
		}
		return err
	}
	key, err := x.key(part, v)
	if err != nil {
		return err
	}
	path := filepath.Join(x.Dir, "features", key+".safetensors")
	images := len(part) * v.Count
	if !store.Touch(path) { // what is there waits for nobody
		if err := store.Once(ctx, path, func() error {
			data, err := x.encode(ctx, f, part, v, done, total)
			if err != nil {
				return err
			}
			t := map[string]tensorfile.Tensor{"features": tensorfile.F32(data, images, f.Groups,
				f.Tokens, f.Width)}
			return tensorfile.Write(path, t, map[string]string{"encoder": x.Encoder.Name(),
				"digest": x.Encoder.Digest()})
		}); err != nil {
			return err
		}
	}
	file, err := tensorfile.Open(path)
	if err != nil {
		return fmt.Errorf("%w; delete it and run again", err)
	}
	t, err := file.Tensor("features", images, f.Groups, f.Tokens, f.Width)
	if err != nil {
		file.Close()
		return err
	}
	f.chunks, f.views = append(f.chunks, file), append(f.views, t.Data)
	return nil
}

// key addresses a chunk by everything that its numbers depend on.
func (x *Cache) key(part []datasets.Sample, v Variants) (string, error) {
	h := sha256.New()
	fmt.Fprintf(h, "features 3%s\n%s\n%v\n%s\n", v.Name, x.Encoder.Digest(), x.GroupsInUse(),
		backend.Bits(x.Backend))
	if err := datasets.WriteDigests(h, part); err != nil {
		return "", err
	}
	return fmt.Sprintf("%x", h.Sum(nil))[:40], nil
}

// encode runs the encoder over the samples' variants while the next ones are being decoded.
func (x *Cache) encode(ctx context.Context, f *Features, part []datasets.Sample, v Variants,
	done, total int) ([]float32, error) {
	size, per := x.Encoder.Transform().Crop, f.Groups*f.Tokens*f.Width
	batch := Together(x.Backend)
	pixels := make([]float32, batch*size*size*3)
	data := make([]float32, 0, len(part)*v.Count*per)
	filled := 0
	flush := func() error {
		// the last batch is padded with what was there: one compiled shape
		out, err := x.Run(pixels, batch)
		if err != nil {
			return err
		}
		data = append(data, out[:filled*per]...)
		filled = 0
		if x.Tell != nil {
			x.Tell(done+len(data)/per, total)
		}
		return nil
	}
	image := make([]float32, size*size*3)
	for loaded, err := range datasets.Images(ctx, part, runtime.NumCPU()) {
		if err != nil {
			return nil, err
		}
		x.Encoder.Transform().Apply(image, loaded.Image)
		for _, variant := range v.Make(image, size) {
			copy(pixels[filled*size*size*3:], variant)
			if filled++; filled == batch {
				if err := flush(); err != nil {
					return nil, err
				}
			}
		}
	}
	if filled > 0 {
		if err := flush(); err != nil {
			return nil, err
		}
	}
	return data, nil
}

// Run encodes n normalised images, n·Crop·Crop·3 values, and gives their group means,
// n·Groups·Tokens·Width values.
func (x *Cache) Run(pixels []float32, n int) ([]float32, error) {
	if x.exec == nil {
		exec, err := model.NewExec(x.Backend, x.Encoder.Store(),
			func(scope *model.Scope, images *Node) *Node {
				return Stack(Group(x.Encoder.Forward(scope, images), x.GroupsInUse()), 1)
			})
		if err != nil {
			return nil, err
		}
		x.exec = exec
	}
	size := x.Encoder.Transform().Crop
	if len(pixels) != n*size*size*3 {
		return nil, errors.New("encoder: wrong number of pixels")
	}
	out, err := x.exec.Call1(tensors.FromFlatDataAndDimensions(pixels, n, size, size, 3))
	if err != nil {
		return nil, err
	}
	defer out.FinalizeAll()
	return tensors.MustCopyFlatData[float32](out), nil
}

// Batch copies the features of the images at those places: [len(places), Groups, Tokens, Width].
func (f *Features) Batch(places []int) *tensors.Tensor {
	per := f.Groups * f.Tokens * f.Width
	flat := make([]float32, len(places)*per)
	for i, place := range places {
		f.copy(flat[i*per:(i+1)*per], place)
	}
	return tensors.FromFlatDataAndDimensions(flat, len(places), f.Groups, f.Tokens, f.Width)
}

// At copies one image's features: Groups·Tokens·Width values.
func (f *Features) At(place int) []float32 {
	out := make([]float32, f.Groups*f.Tokens*f.Width)
	f.copy(out, place)
	return out
}

func (f *Features) copy(dst []float32, place int) {
	if f.at != nil {
		place = f.at[place]
	}
	bytes := 4 * len(dst)
	from := place % f.perChunk * bytes
	if _, err := binary.Decode(f.views[place/f.perChunk][from:from+bytes], binary.LittleEndian,
		dst); err != nil {
		panic(err) // dst is as long as the view
	}
}

// Close lets go of the cache's files.
func (f *Features) Close() {
	for _, file := range f.chunks {
		if file != nil {
			file.Close()
		}
	}
	f.chunks, f.views = nil, nil
}
