package tensorfile

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"
)

// message is a protocol buffer's: numbers of fields with their values.
func message(parts ...any) (b []byte) {
	for i := 0; i < len(parts); i += 2 {
		n := protowire.Number(parts[i].(int))
		switch v := parts[i+1].(type) {
		case int:
			b = protowire.AppendVarint(protowire.AppendTag(b, n, protowire.VarintType), uint64(v))
		case string:
			b = protowire.AppendString(protowire.AppendTag(b, n, protowire.BytesType), v)
		case []byte:
			b = protowire.AppendBytes(protowire.AppendTag(b, n, protowire.BytesType), v)
		}
	}
	return b
}

func floats(values ...float32) (raw []byte) {
	for _, x := range values {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
	}
	return raw
}

func TestONNXTensorsHaveTheirPartsNames(t *testing.T) {
	raw := floats(1, 2, 3, 4, 5, 6)
	turned := F32([]float32{1, 4, 2, 5, 3, 6}, 3, 2)
	multiply := func(weight, node, out string) []byte {
		return message(1, "x", 1, weight, 2, out, 3, node, 4, "MatMul")
	}
	matrix := func(name string) []byte { return message(1, 2, 1, 3, 2, 1, 8, name, 9, raw) }
	got, err := parseONNX(message(1, 8, 7, message(
		1, multiply("onnx::MatMul_7", "/wrapped/m.0/layer.0/query/MatMul", "y"),
		1, message(1, "m.0.layer.0.query.bias", 1, "y", 2, "z", 4, "Add"),
		1, multiply("onnx::MatMul_8", "/m.0/key/MatMul_1", "u"),
		1, multiply("m.0.plain", "/m.0/plain/MatMul", "v"),
		1, message(1, "onnx::Concat_1", 1, "x", 3, "/net/embeddings/Concat_3", 4, "Concat"),
		1, message(1, "onnx::Reshape_2", 3, "/net/embeddings/Reshape", 4, "Reshape"),
		5, matrix("onnx::MatMul_7"), 5, matrix("onnx::MatMul_8"), 5, matrix("m.0.plain"),
		5, message(1, 6, 2, 1, 8, "m.0.layer.0.query.bias", 9, raw),
		5, message(1, []byte{1, 1, 2}, 2, 1, 8, "onnx::Concat_1", 4, floats(7, 8)),
		5, message(1, 1, 1, 2, 1, 2, 2, 1, 8, "onnx::Reshape_2", 9, floats(1, 2, 3, 4)),
		5, message(1, 3, 2, 7, 8, "numbers that are kept otherwise", 7, 1),
	)))
	require.NoError(t, err)
	require.Equal(t, map[string]Tensor{
		"m.0.layer.0.query.weight": turned, "m.0.key.weight": turned,
		"m.0.plain":              F32([]float32{1, 2, 3, 4, 5, 6}, 2, 3),
		"m.0.layer.0.query.bias": F32([]float32{1, 2, 3, 4, 5, 6}, 6),
		"net.embeddings.position_embeddings": F32([]float32{7, 8, 1, 2, 3, 4}, 1, 3,
			2),
	}, got)
}

// TestONNXMatricesWithoutAName: those that nothing names, and those that would share a name, with
// each other or with a named tensor, stay as they are.
func TestONNXMatricesWithoutAName(t *testing.T) {
	raw := floats(1, 2)
	multiply := func(weight, node string) []byte {
		return message(1, "x", 1, weight, 2, "y", 3, node, 4, "MatMul")
	}
	matrix := func(name string) []byte { return message(1, 2, 1, 1, 2, 1, 8, name, 9, raw) }
	got, err := parseONNX(message(7, message(
		1, multiply("onnx::MatMul_1", "MatMul"),
		1, multiply("onnx::MatMul_2", "/a/MatMul"), 1, multiply("onnx::MatMul_3", "/a/MatMul_1"),
		1, multiply("onnx::MatMul_4", "/b/MatMul"),
		1, multiply("onnx::MatMul_5", "/c/MatMul"), 1, multiply("onnx::MatMul_5", "/c/MatMul_1"),
		5, matrix("onnx::MatMul_1"), 5, matrix("onnx::MatMul_2"), 5, matrix("onnx::MatMul_3"),
		5, matrix("onnx::MatMul_4"), 5, matrix("b.weight"), 5, matrix("onnx::MatMul_5"))))
	require.NoError(t, err)
	plain, turned := F32([]float32{1, 2}, 2, 1), F32([]float32{1, 2}, 1, 2)
	require.Equal(t, map[string]Tensor{"onnx::MatMul_1": plain, "onnx::MatMul_2": plain,
		"onnx::MatMul_3": plain, "onnx::MatMul_4": plain, "b.weight": plain,
		"c.weight": turned}, got)
}

// TestONNXGivenAsWeights says how it becomes them.
func TestONNXGivenAsWeights(t *testing.T) {
	for _, b := range [][]byte{message(1, 8, 2, "pytorch"), message(1, 10, 7, "graph")} {
		path := filepath.Join(t.TempDir(), "model.onnx")
		require.NoError(t, os.WriteFile(path, b, 0o666))
		_, err := Open(path)
		require.ErrorContains(t, err, "it is an ONNX file; convert it with `adlab weights convert "+
			"FILE.onnx`")
	}
}

func TestONNXMistakesAreOneLine(t *testing.T) {
	write := func(b []byte) string {
		path := filepath.Join(t.TempDir(), "x.onnx")
		require.NoError(t, os.WriteFile(path, b, 0o666))
		return path
	}
	for said, file := range map[string][]byte{
		"not an ONNX file": {0xff},
		"no tensors in it": message(1, 8),
		"lies in another file": message(7, message(5, message(1, 2, 2, 1, 8, "w", 13, "where",
			14, 1))),
		`tensor "w": expected [3] of F32, got 4 bytes`: message(7, message(5, message(1, 3, 2, 1,
			8, "w", 9, floats(1)))),
	} {
		_, err := ReadCheckpoint(write(file))
		require.ErrorContains(t, err, said)
		require.NotContains(t, err.Error(), "\n")
	}
}

func FuzzONNX(f *testing.F) {
	f.Add(message(7, message(5, message(1, 1, 2, 1, 8, "w", 9, floats(1)))))
	f.Add(message(7, message(1, message(1, "x", 1, "onnx::1", 2, "y", 3, "/a/MatMul", 4,
		"MatMul"), 5, message(1, 1, 1, 1, 2, 1, 8, "onnx::1", 9, floats(1)))))
	f.Fuzz(func(t *testing.T, b []byte) {
		tensors, err := parseONNX(b)
		if err != nil {
			return
		}
		for name, x := range tensors {
			size := x.DType.Width()
			for _, d := range x.Shape {
				size *= d
			}
			require.Len(t, x.Data, size, name)
		}
	})
}
