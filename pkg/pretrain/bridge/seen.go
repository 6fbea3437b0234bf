package bridge

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	towers "adlab/pkg/bridge"
	"adlab/pkg/pretrain"
	"adlab/pkg/pretrain/align"
	"adlab/pkg/tensorfile"
	"adlab/pkg/vit"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// shard is how many pictures a file of features has; together go through the tower at once.
const shard, together = 100, 10

// seen is what the frozen vision tower sees in the drawn pictures: levels of tokens in half
// precision.
type seen struct {
	files []*tensorfile.File
	views [][]byte
	shape []int // of one picture: levels, 1 + tokens, channels
	grid  int   // patch tokens per side
}

// size is the number of values of one picture.
func (s *seen) size() int { return s.shape[0] * s.shape[1] * s.shape[2] }

// at gives all levels of a picture: the class token and some patches.
func (s *seen) at(picture int, patches []int) ([]float32, error) {
	view := s.views[picture/shard][picture%shard*2*s.size():]
	var some []byte
	for level := range s.shape[0] {
		for _, patch := range append([]int{-1}, patches...) {
			from := 2 * (level*s.shape[1] + 1 + patch) * s.shape[2]
			some = append(some, view[from:from+2*s.shape[2]]...)
		}
	}
	return tensorfile.Tensor{DType: tensorfile.DTypeF16, Data: some,
		Shape: []int{s.shape[0], 1 + len(patches), s.shape[2]}}.Float32s()
}

// close lets go of the files.
func (s *seen) close() {
	for _, f := range s.files {
		f.Close()
	}
}

// look takes the pictures through the vision tower, a file at a time, but for those that are there.
func look(ctx context.Context, b compute.Backend, vision *vit.Encoder, cfg towers.Config,
	l *align.Pictures, dir, by string, tell func(done, total int)) (_ *seen, err error) {
	s := &seen{shape: []int{len(vision.Config.Taps), 1 + vision.Grid()*vision.Grid(),
		vision.Width()}, grid: vision.Grid()}
	exec, err := model.NewExec(b, vision.Store(), func(scope *model.Scope, pixels *Node) *Node {
		images := pretrain.Normalised(ConvertDType(pixels, dtypes.Float32), vit.Mean, vit.Std)
		return Stack(towers.Taps(scope, cfg, images), 1) // [B, levels, 1+N, Dv]
	})
	if err != nil {
		return nil, err
	}
	defer exec.Finalize()
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	const pixels = align.Side * align.Side * 3
	total := len(l.Told)
	for at := 0; at < total; at += shard {
		n := min(shard, total-at)
		path := filepath.Join(dir, fmt.Sprintf("seen-%s-%d-%d.safetensors", by[:12], at, n))
		if _, err := os.Stat(path); err != nil {
			values := make([]float32, 0, n*s.size())
			for i := at; i < at+n; i += together {
				if err := context.Cause(ctx); err != nil {
					return nil, err
				}
				end := min(i+together, at+n)
				out, err := exec.Call1(tensors.FromFlatDataAndDimensions(
					l.Images[i*pixels:end*pixels], end-i, align.Side, align.Side, 3))
				if err != nil {
					return nil, err
				}
				values = append(values, tensors.MustCopyFlatData[float32](out)...)
				out.FinalizeAll()
				tell(end, total)
			}
			t := tensorfile.F16(values, append([]int{n}, s.shape...)...)
			if err := tensorfile.Write(path, map[string]tensorfile.Tensor{"levels": t},
				nil); err != nil {
				return nil, err
			}
		}
		f, err := tensorfile.Open(path)
		if err != nil {
			return nil, err
		}
		s.files = append(s.files, f)
		t, err := f.Tensor("levels", append([]int{n}, s.shape...)...)
		if err != nil {
			return nil, fmt.Errorf("%w; delete it and run again", err)
		}
		s.views = append(s.views, t.Data)
	}
	return s, nil
}

// covers is how much of each patch the flaw covers, 0..1, row-major, and the middle of the flaw as
// parts of the side; found is false where there is none.
func covers(mask []uint8, grid int) (cover []float32, x, y float64, found bool) {
	patch, count := align.Side/grid, 0.0
	cover = make([]float32, grid*grid)
	for i, v := range mask {
		if v == 0 {
			continue
		}
		px, py := i%align.Side, i/align.Side
		cover[min(py/patch, grid-1)*grid+min(px/patch, grid-1)] += 1 / float32(patch*patch)
		x, y, count = x+float64(px), y+float64(py), count+1
	}
	if count == 0 {
		return cover, 0, 0, false
	}
	return cover, x / count / align.Side, y / count / align.Side, true
}
