package report

import (
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"adlab/pkg/imageio"
	"adlab/pkg/metric"
	"adlab/pkg/tensorfile"

	"github.com/stretchr/testify/require"
)

// maskFile writes a mask of 4 x 2 pixels, anomalous at its left.
func maskFile(t *testing.T, path string) {
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	m := image.NewGray(image.Rect(0, 0, 4, 2))
	m.SetGray(0, 0, color.Gray{Y: 255})
	m.SetGray(0, 1, color.Gray{Y: 255})
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, png.Encode(f, m))
	require.NoError(t, f.Close())
}

// npyFile writes float32 numbers as NumPy does.
func npyFile(t *testing.T, path, shape string, values ...float32) {
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	header := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }\n", shape)
	b := append([]byte("\x93NUMPY\x01\x00"), byte(len(header)), 0)
	b = append(b, header...)
	for _, x := range values {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	require.NoError(t, os.WriteFile(path, b, 0o666))
}

func TestMapsAndMasksAreJoinedByName(t *testing.T) {
	dir := t.TempDir()
	masks := filepath.Join(dir, "ground_truth")
	maskFile(t, filepath.Join(masks, "broken", "000_mask.png"))
	maskFile(t, filepath.Join(masks, "scratch", "000_mask.png"))
	folder := filepath.Join(dir, "maps")
	for i, name := range []string{"broken/000", "scratch/000", "good/000"} {
		x := float32(i)
		npyFile(t, filepath.Join(folder, "test", name+".npy"), "1, 2", x, x+1)
	}
	file := filepath.Join(dir, "maps.safetensors")
	require.NoError(t, tensorfile.Write(file, map[string]tensorfile.Tensor{
		"test/broken/000.png":  tensorfile.F32([]float32{0, 1}, 1, 2),
		"test/good/000.png":    tensorfile.F32([]float32{2, 3}, 1, 2),
		"test/scratch/000.png": tensorfile.F32([]float32{1, 2}, 1, 1, 2)}, nil))
	for _, maps := range []string{folder, file} {
		m, err := ReadMeasured(maps, masks)
		require.NoError(t, err)
		require.Equal(t, []string{"test/broken/000", "test/good/000", "test/scratch/000"},
			m.Names())
		require.Equal(t, 2, m.Masked)
		require.Equal(t, metric.Plane{W: 2, H: 1, Pix: []float32{1, 2}}, m.Cases[2].Map)
		require.Equal(t, []int{1, 0, 1},
			[]int{m.Cases[0].Label, m.Cases[1].Label, m.Cases[2].Label})
		require.Nil(t, m.Cases[1].Mask)
		require.Equal(t, []uint8{255, 0, 0, 0, 255, 0, 0, 0}, m.Cases[2].Mask.Pix)
	}
}

func TestArraysOfMapsAndMasks(t *testing.T) {
	dir := t.TempDir()
	maps, masks := filepath.Join(dir, "maps.npy"), filepath.Join(dir, "masks.npy")
	npyFile(t, maps, "2, 1, 3", 1, 2, 3, 4, 5, 6)
	npyFile(t, masks, "2, 1, 1, 3", 0, 0, 0, 0, 0.5, 1)
	m, err := ReadMeasured(maps, masks)
	require.NoError(t, err)
	require.Equal(t, []uint8{0, 128, 255}, m.Cases[1].Mask.Pix)
	require.Equal(t, []float32{4, 5, 6}, m.Cases[1].Map.Pix)
	require.Equal(t, 0, m.Cases[0].Label)
	require.Equal(t, 1, m.Cases[1].Label)

	whole := filepath.Join(dir, "whole.safetensors")
	tensors := map[string]tensorfile.Tensor{
		"maps":   tensorfile.F32([]float32{1, 2, 3, 4}, 2, 1, 2),
		"masks":  tensorfile.U8([]uint8{0, 0, 0, 3}, 2, 1, 2),
		"scores": tensorfile.F32([]float32{0.25, 0.5}, 2),
		"labels": tensorfile.I64([]int64{0, 1}, 2)}
	require.NoError(t, tensorfile.Write(whole, tensors, nil))
	m, err = ReadMeasured(whole, "")
	require.NoError(t, err)
	require.Equal(t, []uint8{0, 255}, m.Cases[1].Mask.Pix, "a number of a type")
	require.Equal(t, 0.5, *m.Cases[1].Score)

	tensors["labels"] = tensorfile.I64([]int64{0, 0}, 2)
	require.NoError(t, tensorfile.Write(whole, tensors, nil))
	_, err = ReadMeasured(whole, "")
	require.ErrorContains(t, err, "labels: row 1: expected 1 where the mask has an anomalous pixel")
	delete(tensors, "labels")
	tensors["scores"] = tensorfile.F32([]float32{1}, 1)
	require.NoError(t, tensorfile.Write(whole, tensors, nil))
	_, err = ReadMeasured(whole, "")
	require.ErrorContains(t, err, "scores: expected one for each of the 2 maps, got 1")
}

// TestMasksOfArraysHaveOneRule: what all of a file or folder hold decides what a value means.
func TestMasksOfArraysHaveOneRule(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	npyFile(t, at("maps.npy"), "2, 1, 2", 1, 2, 3, 4)
	npyFile(t, at("masks.npy"), "2, 1, 2", 0, 1, 0, 255)
	m, err := ReadMeasured(at("maps.npy"), at("masks.npy"))
	require.NoError(t, err)
	require.Equal(t, []uint8{0, 1}, m.Cases[0].Mask.Pix, "the lowest of 255 grades")
	require.Equal(t, []uint8{0, 255}, m.Cases[1].Mask.Pix)
	require.Equal(t, []int{0, 1}, []int{m.Cases[0].Label, m.Cases[1].Label})

	for i, name := range []string{"a", "b", "good"} {
		npyFile(t, at("maps/"+name+".npy"), "1, 2", float32(i), 2)
	}
	npyFile(t, at("masks/a_mask.npy"), "2, 4", 0, 1, 0, 0, 0, 0, 0, 0)
	npyFile(t, at("masks/b.npy"), "2, 4", 0, 255, 0, 0, 0, 0, 0, 0)
	m, err = ReadMeasured(at("maps"), at("masks"))
	require.NoError(t, err)
	require.Equal(t, 2, m.Masked)
	require.Equal(t, uint8(1), m.Cases[0].Mask.Pix[1])
	require.Equal(t, uint8(255), m.Cases[1].Mask.Pix[1])
	require.Equal(t, []int{4, 2}, []int{m.Cases[2].W, m.Cases[2].H}, "as the masks")
	npyFile(t, at("masks/b.npy"), "1, 2", 0, 255)
	m, err = ReadMeasured(at("maps"), at("masks"))
	require.NoError(t, err)
	require.Zero(t, m.Cases[2].W, "masks have several sizes")
}

// TestScoresKeepTheirBits: two that are one number as float32 are not tied.
func TestScoresKeepTheirBits(t *testing.T) {
	file := filepath.Join(t.TempDir(), "all.safetensors")
	scores := binary.LittleEndian.AppendUint64(nil, math.Float64bits(1))
	scores = binary.LittleEndian.AppendUint64(scores, math.Float64bits(1+1e-12))
	maps := []byte{0, 0, 0xff, 0xff, 1, 0, 2, 0}
	// tensorfile.Write writes neither type
	header := `{"maps":{"dtype":"U16","shape":[2,1,2],"data_offsets":[0,8]},` +
		`"scores":{"dtype":"F64","shape":[2],"data_offsets":[8,24]},` +
		`"masks":{"dtype":"U8","shape":[2,1,2],"data_offsets":[24,28]}}`
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	b = append(append(append(append(b, header...), maps...), scores...), 0, 0, 0, 1)
	require.NoError(t, os.WriteFile(file, b, 0o666))
	m, err := ReadMeasured(file, "")
	require.NoError(t, err)
	require.Equal(t, []float64{1, 1 + 1e-12}, []float64{*m.Cases[0].Score, *m.Cases[1].Score})
	require.Equal(t, []float32{0, 65535}, m.Cases[0].Map.Pix)
}

func TestMistakesInMapsAndMasks(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	maskFile(t, at("masks/a_mask.png"))
	maskFile(t, at("stray/b.png"))
	maskFile(t, at("twice/a.png"))
	maskFile(t, at("twice/a_mask.png"))
	maskFile(t, at("either/000.png"))
	npyFile(t, at("maps/a.npy"), "1, 2", 1, 2)
	npyFile(t, at("same/x/000.npy"), "1, 2", 1, 2)
	npyFile(t, at("same/y/000.npy"), "1, 2", 1, 2)
	npyFile(t, at("flat/a.npy"), "2,", 1, 2)
	npyFile(t, at("rows.npy"), "2, 1, 2", 1, 2, 3, 4)
	npyFile(t, at("one.npy"), "1, 1, 2", 0, 1)
	npyFile(t, at("negative.npy"), "2, 1, 2", 0, 1, 0, -1)
	npyFile(t, at("plane.npy"), "1, 2", 0, 1)
	require.NoError(t, os.Mkdir(at("empty"), 0o777))
	require.NoError(t, os.WriteFile(at("maps.txt"), []byte("1 2"), 0o666))
	for _, c := range []struct{ maps, masks, says string }{
		{"none", "masks", "Maps: expected a file or folder, found nothing at"},
		{"empty", "masks", "Maps: expected a folder of .npy"},
		{"maps.txt", "masks", "maps.txt: expected a folder of .npy"},
		{"maps", "", "Masks: name the folder of the masks"},
		{"maps", "none", "Masks: expected a file or folder, found nothing at"},
		{"maps", "rows.npy", "the maps have names"},
		{"maps", "empty", "Masks: expected masks, as .png, .npy or another format of pictures, " +
			"found none in"},
		{"maps", "stray", "expected a map whose name ends in b, found none; the maps are a"},
		{"maps", "twice", "are both for the map a"},
		{"same", "either", "it may be for the maps x/000 and y/000"},
		{"flat", "masks", "expected a map [rows, columns]"},
		{"plane.npy", "masks", "expected the shape [pictures, rows, columns], got [1 2]"},
		{"rows.npy", "masks", "have no names to find masks in a folder by"},
		{"rows.npy", "", "Masks: expected an array called masks"},
		{"rows.npy", "one.npy", "Masks: expected a mask for each of the 2 maps, got 1"},
		{"rows.npy", "negative.npy", "row 1: expected values from 0 up, got -1 at 1"},
	} {
		masks := c.masks
		if masks != "" {
			masks = at(masks)
		}
		_, err := ReadMeasured(at(c.maps), masks)
		require.ErrorContains(t, err, c.says, "%s %s", c.maps, c.masks)
		require.NotContains(t, err.Error(), "\n")
	}
}

func TestTwoSetsOfMapsHaveToBeOfTheSamePictures(t *testing.T) {
	of := func(label int, names ...string) *Measured {
		m := &Measured{}
		for _, n := range names {
			m.Cases = append(m.Cases, metric.Case{Name: n, Label: label})
		}
		return m
	}
	require.NoError(t, of(0, "a", "b").Alike(of(0, "a", "b")))
	require.EqualError(t, of(0, "a", "b").Alike(of(0, "a", "c")),
		"expected maps of the same pictures, got 2 and 2, which differ from picture 2 on")
	require.EqualError(t, of(0, "a").Alike(of(1, "a")),
		"a is normal in one set and anomalous in the other")
	scored, masked, score := of(0, "a"), of(0, "a"), 0.5
	scored.Cases[0].Score = &score
	require.NoError(t, scored.Alike(scored))
	require.ErrorContains(t, scored.Alike(of(0, "a")),
		"a has a score in one set and none in the other")
	masked.Cases[0].Mask = imageio.New(2, 1, 1)
	require.NoError(t, masked.Alike(masked))
	require.EqualError(t, masked.Alike(of(0, "a")), "a has another mask in the other set")
	another := of(0, "a")
	another.Cases[0].Mask = &imageio.Image{W: 2, H: 1, C: 1, Pix: []uint8{0, 9}}
	require.EqualError(t, masked.Alike(another), "a has another mask in the other set")
}
