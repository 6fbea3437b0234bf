package bench

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"

	"adlab/pkg/backend"
	"adlab/pkg/clip"
	"adlab/pkg/convnet"
	"adlab/pkg/encoder"
	"adlab/pkg/layer"
	"adlab/pkg/tensorfile"
	"adlab/pkg/vit"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// write writes a network's weights as their published files have them: those of the program, or
// drawn.
func (n Network) write(path string, seed uint64) error {
	switch n.Network {
	case EfficientNet:
		e, err := convnet.New(convnet.Config{Image: n.Side, Taps: n.Taps})
		if err != nil {
			return err
		}
		return tensorfile.Write(path, layer.Tensors(e.Tensors()), nil)
	case DINOv2:
		cfg := vit.Config{Width: n.Width, Heads: n.Heads, Depth: n.Depth, Patch: n.Patch,
			Registers: n.Registers, StoredGrid: n.Grid, Grid: n.Grid, Taps: n.Taps}
		return tensorfile.Write(path, layer.Tensors(vit.Random(cfg, seed)), nil)
	case CLIP:
		pair, err := n.pair(seed)
		if err != nil {
			return err
		}
		arrays, err := layer.Get(pair.Store(), "")
		if err != nil {
			return err
		}
		return tensorfile.Write(path, layer.Tensors(arrays), clip.Options{Image: n.Side,
			Taps: n.Taps, VisionHeads: n.Heads, TextHeads: pair.Config.Text.Heads,
			QuickGELU: pair.Config.QuickGELU}.Metadata())
	}
	return fmt.Errorf("unknown network %q", n.Network)
}

// pair is the small pair, or one that is drawn, with a text tower as small as can be.
func (n Network) pair(seed uint64) (*clip.Model, error) {
	if n.Shipped {
		return clip.Pretrained()
	}
	return clip.Random(clip.Config{
		Vision: clip.Tower{Width: n.Width, Heads: n.Heads, Layers: n.Depth},
		Text:   clip.Tower{Width: 64, Heads: 1, Layers: 1}, Embed: n.Embed, Patch: n.Patch,
		StoredGrid: n.Grid, Grid: n.Grid, Words: clip.Vocabulary, Taps: n.Taps}, seed)
}

// open opens the weights by the loader that a user's file goes through.
func (n Network) open(dir string) (encoder.Encoder, error) {
	path := filepath.Join(dir, encoderFile)
	switch n.Network {
	case EfficientNet:
		return convnet.Open(path, convnet.Config{Image: n.Side, Taps: n.Taps})
	case DINOv2:
		return vit.Open(path, vit.Options{Resize: n.Side, Crop: n.Side, Heads: n.Heads,
			Taps: n.Taps})
	case CLIP:
		pair, err := n.openPair(dir)
		return clip.TapEncoder{Model: pair}, err
	}
	return nil, fmt.Errorf("unknown network %q", n.Network)
}

// openPair opens both towers.
func (n Network) openPair(dir string) (*clip.Model, error) {
	return clip.Open(filepath.Join(dir, encoderFile), clip.Options{})
}

// drawImages draws normalised images [B, side, side, 3].
func (t Task) drawImages(data map[string]tensorfile.Tensor) {
	rng := rand.New(rand.NewPCG(t.Seed, 0x696d67))
	side := t.Encoder.Side
	pixels := make([]float32, t.Batch*side*side*3)
	layer.Fill(pixels, rng.NormFloat64)
	data["images"] = tensorfile.F32(pixels, t.Batch, side, side, 3)
}

// seen are the images that drawImages drew, and the encoder that sees them.
func (t Task) seen(dir string, f *tensorfile.File) (pixels []float32, enc encoder.Encoder,
	err error) {
	side := t.Encoder.Side
	if pixels, err = f.Float32s("images", t.Batch, side, side, 3); err != nil {
		return nil, nil, err
	}
	enc, err = t.Encoder.open(dir)
	return pixels, enc, err
}

// loadForward runs an encoder on a batch of images. The answer is four numbers of each level: its
// mean, that of its absolute values, its first and its last value.
func loadForward(dir string, t Task, b *backend.Choice) (*work, error) {
	f, err := tensorfile.Open(filepath.Join(dir, dataFile))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	pixels, enc, err := t.seen(dir, f)
	if err != nil {
		return nil, err
	}
	side := t.Encoder.Side
	exec, err := model.NewExec(b.Backend, enc.Store(),
		func(scope *model.Scope, images []*graph.Node) []*graph.Node {
			return enc.Forward(scope, images[0])
		})
	if err != nil {
		return nil, err
	}
	return &work{close: exec.Finalize, run: func(answer bool) (told []float64, err error) {
		images := tensors.FromFlatDataAndDimensions(pixels, t.Batch, side, side, 3)
		defer images.FinalizeAll()
		levels, err := exec.Call(images)
		if err != nil {
			return nil, err
		}
		for _, level := range levels {
			values := tensors.MustCopyFlatData[float32](level)
			level.FinalizeAll()
			if answer {
				told = append(told, summary(values)...)
			}
		}
		return told, nil
	}}, nil
}

// summary is the mean, that of the absolute values, the first and the last value.
func summary(values []float32) []float64 {
	mean, size := 0.0, 0.0
	for _, v := range values {
		mean += float64(v) / float64(len(values))
		size += math.Abs(float64(v)) / float64(len(values))
	}
	return []float64{mean, size, float64(values[0]), float64(values[len(values)-1])}
}
