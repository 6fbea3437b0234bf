package tensorfile

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// npy is an array as NumPy writes it, version 1, with that header.
func npy(header string, data []byte) []byte {
	for (10+len(header)+1)%64 != 0 {
		header += " "
	}
	header += "\n"
	b := append([]byte("\x93NUMPY\x01\x00"), 0, 0)
	binary.LittleEndian.PutUint16(b[8:], uint16(len(header)))
	return append(append(b, header...), data...)
}

func described(kind, order, shape string) string {
	return fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }", kind, order, shape)
}

func TestArraysOfNumPy(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, b, 0o666))
		return path
	}
	floats := F32([]float32{1, -2.5, 3, 4, 5, float32(math.Pi)})
	one := npy(described("<f4", "False", "(2, 3)"), floats.Data)
	got, err := ReadNumPy(file("a.npy", one))
	require.NoError(t, err)
	require.Equal(t, map[string]Tensor{"": {DTypeF32, []int{2, 3}, floats.Data}}, got)

	path := filepath.Join(dir, "b.npz")
	f, err := os.Create(path)
	require.NoError(t, err)
	z := zip.NewWriter(f)
	for name, b := range map[string][]byte{"maps.npy": one,
		"a/b.npy": npy(described("|u1", "False", "(2,)"), []byte{7, 9})} {
		w, err := z.Create(name)
		require.NoError(t, err)
		_, err = w.Write(b)
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	require.NoError(t, f.Close())
	got, err = ReadNumPy(path)
	require.NoError(t, err)
	require.Equal(t, floats.Data, got["maps"].Data)
	require.Equal(t, Tensor{DTypeU8, []int{2}, []byte{7, 9}}, got["a/b"])
	require.Len(t, got, 2)

	for kind, data := range map[string][]byte{"<u2": {1, 0, 0xff, 0xff},
		"<u4": {1, 0, 0, 0, 0xff, 0xff, 0, 0}} {
		got, err := ReadNumPy(file("whole.npy", npy(described(kind, "False", "(2,)"), data)))
		require.NoError(t, err)
		whole, err := got[""].Int64s()
		require.NoError(t, err)
		require.Equal(t, []int64{1, 65535}, whole, kind)
		exact, err := got[""].Float64s()
		require.NoError(t, err)
		require.Equal(t, []float64{1, 65535}, exact, kind)
	}

	for _, c := range []struct {
		name string
		b    []byte
		says string
	}{
		{"text", []byte("hello, world"), "not an array of NumPy's"},
		{"cut in its header", one[:40], "cut off in its header"},
		{"cut in its data", one[:len(one)-1], "expected 24 bytes of shape [2 3], got 23"},
		{"too long", append(one[:len(one):len(one)], 0),
			"expected 24 bytes of shape [2 3], got 25"},
		{"objects", npy(described("|O", "False", "(2,)"), []byte{1}), `got type "|O"`},
		{"big-endian", npy(described(">f4", "False", "(1,)"), []byte{1, 2, 3, 4}),
			`got type ">f4"; save it with .astype(np.float32)`},
		{"columns", npy(described("<f4", "True", "(2, 3)"), floats.Data), "Fortran's order"},
		{"a record", npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }",
			nil), "got a header that tells none"},
		{"a huge shape", npy(described("<f4", "False", "(99999999999, 99999999999)"), nil),
			"expected a shape"},
		{"version", append([]byte("\x93NUMPY\x09\x00"), one[8:]...), "version 9"},
	} {
		_, err := ReadNumPy(file("bad.npy", c.b))
		require.ErrorContains(t, err, c.says, c.name)
		require.ErrorContains(t, err, "bad.npy", c.name)
		require.NotContains(t, err.Error(), "\n", c.name)
	}
	_, err = ReadNumPy(file("bad.npz", one))
	require.ErrorContains(t, err, "not an .npz that can be read")
	_, err = ReadNumPy(filepath.Join(dir, "none.npy"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func FuzzNumPy(f *testing.F) {
	f.Add(npy(described("<f4", "False", "(2, 3)"), make([]byte, 24)))
	f.Fuzz(func(t *testing.T, b []byte) {
		if x, err := parseNumPy(b); err == nil {
			n := x.DType.Width()
			for _, side := range x.Shape {
				n *= side
			}
			require.Len(t, x.Data, n)
		}
	})
}
