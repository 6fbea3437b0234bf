package tensorfile

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// file makes a safetensors file of a header and data.
func file(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, data)...)
}

func TestRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sub", "x.safetensors")
	in := map[string]Tensor{"a.b": F32([]float32{1, -2, 3.5, 0, 7, 8}, 2, 3),
		"n": I64([]int64{-1, 5}, 2), "bits": U8([]byte{0, 1, 1}, 3), "scalar": F32([]float32{4})}
	require.NoError(t, Write(path, in, map[string]string{"k": "v"}))
	f, err := Open(path)
	require.NoError(t, err)
	defer f.Close()
	require.Equal(t, []string{"a.b", "bits", "n", "scalar"}, f.Names())
	require.Equal(t, map[string]string{"k": "v"}, f.Metadata())
	got, err := f.Float32s("a.b", 2, -1)
	require.NoError(t, err)
	require.Equal(t, []float32{1, -2, 3.5, 0, 7, 8}, got)
	n, err := f.Int64s("n")
	require.NoError(t, err)
	require.Equal(t, []int64{-1, 5}, n)
	_, err = f.Float32s("a.b", 3, 2)
	require.ErrorContains(t, err, `tensor "a.b": expected shape [3 2], got [2 3]`)
	_, err = f.Float32s("none")
	require.ErrorContains(t, err, `no tensor "none"`)
	_, err = f.Float32s("n")
	require.ErrorContains(t, err, "expected a floating-point dtype")
	again := filepath.Join(t.TempDir(), "y")
	require.NoError(t, Write(again, in, map[string]string{"k": "v"}))
	one, _ := os.ReadFile(path)
	two, _ := os.ReadFile(again)
	require.Equal(t, one, two, "same tensors, same bytes")
}

func TestHeaderIsValidated(t *testing.T) {
	for name, c := range map[string]struct {
		b    []byte
		want string
	}{
		"empty":           {nil, "the file is empty"},
		"short":           {[]byte{1, 2, 3}, "too short"},
		"header too long": {binary.LittleEndian.AppendUint64(nil, 1<<40), "header length"},
		"truncated": {file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 4),
			"truncated"},
		"not an object": {file(`[1]`, 0), "does not start with"},
		"not UTF-8":     {file("{\"\xff\":1}", 0), "not UTF-8"},
		"not JSON":      {file(`{"a":`, 0), "not JSON"},
		"unknown dtype": {file(`{"a":{"dtype":"F7","shape":[1],"data_offsets":[0,4]}}`, 4),
			"unknown dtype"},
		"unknown field": {file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}`, 4),
			"unknown field"},
		"negative": {file(`{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, 4),
			"negative extent"},
		"overflow": {file(`{"a":{"dtype":"F32","shape":[4611686018427387904,8],`+
			`"data_offsets":[0,4]}}`, 4), "overflows"},
		"size": {file(`{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}`, 8),
			"needs 12 bytes"},
		"backwards": {file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}}`, 8),
			"bad data_offsets"},
		"overlap": {file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},`+
			`"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8), "overlaps"},
		"hole": {file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8),
			"hole of 4 bytes"},
		"data left": {file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 8),
			"the data section at 8"},
		"twice": {file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},`+
			`"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 1), "appears twice"},
		"trailing": {file(`{} x`, 0), "after the header"},
		"LFS": {[]byte("version https://git-lfs.github.com/spec/v1\noid " +
			"sha256:00\nsize 3\n"), "Git-LFS pointer"},
		"HTML":       {[]byte("<!DOCTYPE html><html>"), "HTML page"},
		"zip pickle": {[]byte("PK\x03\x04rest of a zip file"), "weights convert"},
		"pickle":     {[]byte("\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P"), "weights convert"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "w.safetensors")
			require.NoError(t, os.WriteFile(path, c.b, 0o666))
			_, err := Open(path)
			var format *FormatError
			require.ErrorAs(t, err, &format)
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, err, path)
			require.NotContains(t, err.Error(), "\n")
		})
	}
}

func TestHalfPrecisionIsExact(t *testing.T) {
	for bits, want := range map[uint16]float32{0x3c00: 1, 0xc000: -2, 0x7bff: 65504,
		0x0001: 1.0 / (1 << 24), 0x03ff: 1023.0 / (1 << 24), 0x0400: 1.0 / (1 << 14),
		0x8000: float32(math.Copysign(0, -1)), 0x7c00: float32(math.Inf(1))} {
		require.Equal(t, math.Float32bits(want), math.Float32bits(halfToFloat(bits)), "%#x", bits)
	}
	require.True(t, math.IsNaN(float64(halfToFloat(0x7e00))))
	got, err := Tensor{DTypeBF16, []int{1}, []byte{0x80, 0xbf}}.Float32s()
	require.NoError(t, err)
	require.Equal(t, []float32{-1}, got)
}

func TestCheckFiniteNamesTheElement(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nan")
	require.NoError(t,
		Write(path, map[string]Tensor{"w": F32([]float32{0, float32(math.NaN())}, 2)}, nil))
	f, err := Open(path)
	require.NoError(t, err)
	defer f.Close()
	require.ErrorContains(t, f.CheckFinite(), `tensor "w": element 1 is NaN`)
}

func TestNotAPickle(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.pth")
	require.NoError(t, os.WriteFile(path, []byte("certainly not"), 0o666))
	_, err := OpenPickle(path)
	require.ErrorContains(t, err, "not a PyTorch state dict")
	require.NotContains(t, err.Error(), "\n")
}

func TestLayoutsAgree(t *testing.T) {
	read := func(layout string) (map[string]Tensor, Layout) {
		f, err := Open(filepath.Join("..", "..", "testdata", "inpformer", "names_"+layout+
			".safetensors"))
		require.NoError(t, err)
		t.Cleanup(func() { f.Close() }) // some tensors are views of the file
		tensors, detected, err := f.DINO()
		require.NoError(t, err)
		return tensors, detected
	}
	official, layout := read("official")
	require.Equal(t, Official, layout)
	hf, layout := read("hf")
	require.Equal(t, HuggingFace, layout)
	require.Equal(t, official, hf)
	timm, layout := read("timm")
	require.Equal(t, Timm, layout)
	for name, want := range official {
		switch name {
		case "mask_token", "cls_token", "pos_embed": // absent; folded
		default:
			require.Equal(t, want, timm[name], name)
		}
	}
	require.Equal(t, official["pos_embed"].Shape, timm["pos_embed"].Shape)
}

func FuzzParse(f *testing.F) {
	f.Add(file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4))
	f.Add(file(`{"__metadata__":{"k":"v"}}`, 0))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := Parse("fuzz", b)
		if err != nil {
			require.ErrorContains(t, err, "fuzz")
			require.NotContains(t, err.Error(), "\n")
			return
		}
		tensors := map[string]Tensor{}
		for _, name := range x.Names() {
			tensor, err := x.Tensor(name)
			require.NoError(t, err)
			tensors[name] = tensor
		}
		path := filepath.Join(t.TempDir(), "again")
		require.NoError(t, Write(path, tensors, x.Metadata()))
		again, err := Open(path)
		require.NoError(t, err)
		defer again.Close()
		for name, want := range tensors {
			got, err := again.Tensor(name)
			require.NoError(t, err)
			require.True(t, bytes.Equal(want.Data, got.Data))
		}
	})
}

// TestAFileThatWasTranslatedIsRefused: a download in text mode puts a carriage return before every
// line feed, in the length of the header, in the header or in the data.
func TestAFileThatWasTranslatedIsRefused(t *testing.T) {
	feeds := 0
	for n := range 64 {
		path := filepath.Join(t.TempDir(), "w.safetensors")
		require.NoError(t, Write(path, map[string]Tensor{"a": F32([]float32{float32(n),
			math.Float32frombits(10)}, 2)},
			map[string]string{"note": strings.Repeat("x", n)}))
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		feeds += bytes.Count(b, []byte("\n"))
		translated := bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n"))
		require.NoError(t, os.WriteFile(path, translated, 0o666))
		f, err := Open(path)
		if bytes.Equal(b, translated) {
			require.NoError(t, err)
			require.NoError(t, f.Close())
			continue
		}
		var format *FormatError
		require.ErrorAs(t, err, &format)
		require.ErrorContains(t, err, path)
		require.NotContains(t, err.Error(), "\n")
	}
	require.Positive(t, feeds)
}
