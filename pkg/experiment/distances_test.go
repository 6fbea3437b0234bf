package experiment

import (
	"encoding/binary"
	"fmt"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"adlab/datasets"
	"adlab/datasets/synth"
	"adlab/pkg/encoder"
	"adlab/pkg/progress"

	"github.com/stretchr/testify/require"
)

// TestWriteDistances makes what pkg/verdict simulates on: how far normal pictures of a set are from
// one another, as EfficientNet-Lite0's mean tokens see them. ADLAB_ELPV names ELPV's folder;
// without it, its file is left as it is.
//
//	ADLAB_WRITE_DISTANCES=pkg/verdict/testdata ADLAB_ELPV=.data/elpv go test ./pkg/experiment \
//	  -run TestWriteDistances
func TestWriteDistances(t *testing.T) {
	out := os.Getenv("ADLAB_WRITE_DISTANCES")
	if out == "" {
		t.Skip("it writes files: ADLAB_WRITE_DISTANCES names their folder")
	}
	if !filepath.IsAbs(out) { // as seen from the module's root
		out = filepath.Join("..", "..", out)
	}
	v, err := Open("", t.TempDir(), progress.New(nil))
	require.NoError(t, err)
	e := Default("folder").By("knn")
	require.NoError(t, e.Validate())
	enc, err := v.NewEncoder(e)
	require.NoError(t, err)
	writeDistances(t, v.Features(enc), bottles(t, 300), filepath.Join(out, "bottle.bin"))
	root := os.Getenv("ADLAB_ELPV")
	if root != "" && !filepath.IsAbs(root) {
		root = filepath.Join("..", "..", root)
	}
	set, err := datasets.Open("elpv", root, datasets.Options{})
	if err != nil {
		t.Log(err)
		return
	}
	c, ok := set.Category("mono")
	require.True(t, ok)
	var normal []datasets.Sample
	for _, s := range slices.Concat(c.Train, c.Test) {
		if s.Label == 0 {
			normal = append(normal, s)
		}
	}
	writeDistances(t, v.Features(enc), normal[:300], filepath.Join(out, "elpv.bin"))
}

// bottles generates normal pictures of a category.
func bottles(t *testing.T, n int) (samples []datasets.Sample) {
	b := synth.Benchmarks()[0]
	dir := t.TempDir()
	for i := range n {
		p, err := b.Example(b.Categories[0], nil, i, 7, 128)
		require.NoError(t, err)
		path := filepath.Join(dir, fmt.Sprintf("%03d.png", i))
		f, err := os.Create(path)
		require.NoError(t, err)
		require.NoError(t, png.Encode(f, p.Image))
		require.NoError(t, f.Close())
		samples = append(samples, datasets.Sample{ID: path, Path: path})
	}
	return samples
}

// writeDistances writes 1 - cosine of the pictures' mean tokens, those above the diagonal row by
// row, as 16 bits of the largest.
func writeDistances(t *testing.T, x *encoder.Cache, samples []datasets.Sample, path string) {
	f, err := x.Extract(t.Context(), samples)
	require.NoError(t, err)
	defer f.Close()
	vectors := make([][]float64, f.Len)
	for i := range vectors {
		vectors[i] = make([]float64, f.Groups*f.Width)
		for k, value := range f.At(i) {
			vectors[i][k/(f.Tokens*f.Width)*f.Width+k%f.Width] += float64(value)
		}
		norm := 0.0
		for _, value := range vectors[i] {
			norm += value * value
		}
		for k := range vectors[i] {
			vectors[i][k] /= math.Sqrt(norm)
		}
	}
	var all []float64
	for i := range vectors {
		for j := i + 1; j < len(vectors); j++ {
			dot := 0.0
			for k, value := range vectors[i] {
				dot += value * vectors[j][k]
			}
			all = append(all, max(0, 1-dot))
		}
	}
	most := slices.Max(all)
	bytes := binary.LittleEndian.AppendUint32(nil, uint32(len(vectors)))
	for _, d := range all {
		bytes = binary.LittleEndian.AppendUint16(bytes, uint16(math.Round(65535*d/most)))
	}
	require.NoError(t, os.WriteFile(path, bytes, 0o666))
}
