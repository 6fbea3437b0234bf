package tensorfile

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// entryOf is an entry of a dictionary that the tests pickle, in order.
type entryOf struct {
	key   any
	value any
}

// dictOf, moduleOf and scriptOf are a dictionary, a module of PyTorch's and one of TorchScript's.
type (
	dictOf   []entryOf
	moduleOf []entryOf
	scriptOf []entryOf
)

// tensorOf is a float32 tensor, or one of half precision.
type tensorOf struct {
	values []float32
	shape  []int
	half   bool
}

// pickler writes values as PyTorch does.
type pickler struct {
	bytes.Buffer
	storages [][]byte
}

func (p *pickler) text(s string) {
	p.WriteByte('X')
	binary.Write(p, binary.LittleEndian, uint32(len(s)))
	p.WriteString(s)
}

func (p *pickler) int(n int) {
	p.WriteByte('J')
	binary.Write(p, binary.LittleEndian, int32(n))
}

func (p *pickler) entries(in []entryOf) {
	p.WriteString("}(")
	for _, e := range in {
		p.value(e.key)
		p.value(e.value)
	}
	p.WriteByte('u')
}

func (p *pickler) value(x any) {
	switch x := x.(type) {
	case nil:
		p.WriteByte('N')
	case string:
		p.text(x)
	case int:
		p.int(x)
	case float64:
		p.WriteByte('G')
		binary.Write(p, binary.BigEndian, x)
	case dictOf:
		p.entries(x)
	case moduleOf: // a class of somebody's
		p.WriteString("cnobody.knows\nNet\n)\x81}(")
		p.text("training")
		p.WriteByte(0x88)
		p.text("_parameters")
		p.entries(x)
		p.WriteString("ub")
	case scriptOf:
		p.WriteString("c__torch__\nModule\n)\x81")
		p.entries(append([]entryOf{{"training", nil}}, x...))
		p.WriteByte('b')
	case tensorOf:
		p.tensor(x)
	default:
		panic(fmt.Sprintf("%T", x))
	}
}

func (p *pickler) tensor(t tensorOf) {
	kind := "FloatStorage"
	if t.half {
		kind = "HalfStorage"
		p.storages = append(p.storages, F16(t.values).Data)
	} else {
		p.storages = append(p.storages, F32(t.values).Data)
	}
	p.WriteString("ctorch._utils\n_rebuild_tensor_v2\n((")
	p.text("storage")
	p.WriteString("ctorch\n" + kind + "\n")
	p.text(fmt.Sprint(len(p.storages) - 1))
	p.text("cpu")
	p.int(len(t.values))
	p.WriteString("tQ")
	p.int(0)
	stride := make([]int, len(t.shape))
	for i, at := len(t.shape)-1, 1; i >= 0; i-- {
		stride[i] = at
		at *= t.shape[i]
	}
	for _, list := range [][]int{t.shape, stride} {
		p.WriteByte('(')
		for _, n := range list {
			p.int(n)
		}
		p.WriteByte('t')
	}
	p.WriteString("\x89ccollections\nOrderedDict\n)RtR")
}

// zipFile is a checkpoint of the zip format.
func zipFile(t *testing.T, value any, method uint16, extra ...string) []byte {
	p := &pickler{}
	p.WriteString("\x80\x02")
	p.value(value)
	p.WriteByte('.')
	return zipOf(t, p.Bytes(), p.storages, method, extra...)
}

func zipOf(t *testing.T, program []byte, storages [][]byte, method uint16,
	extra ...string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	put := func(name string, content []byte) {
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		require.NoError(t, err)
		_, err = f.Write(content)
		require.NoError(t, err)
	}
	put("archive/data.pkl", program)
	for i, s := range storages {
		put(fmt.Sprintf("archive/data/%d", i), s)
	}
	for _, name := range extra {
		put(name, []byte("little"))
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

// legacyFile is a checkpoint of the format before zip.
func legacyFile(value any) []byte {
	p := &pickler{}
	p.WriteString("\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.")
	p.WriteString("\x80\x02M\xe9\x03.")
	p.WriteString("\x80\x02}(")
	p.text("little_endian")
	p.WriteString("\x88u.\x80\x02")
	p.value(value)
	p.WriteString(".\x80\x02](")
	for i := range p.storages {
		p.text(fmt.Sprint(i))
	}
	p.WriteString("e.")
	for _, s := range p.storages {
		binary.Write(p, binary.LittleEndian, uint64(len(s)/4))
		p.Write(s)
	}
	return p.Bytes()
}

// weights are two tensors, the second begins with value.
func weights(prefix string, value float32) dictOf {
	return dictOf{{prefix + "a.weight", tensorOf{[]float32{1, 2, 3, 4, 5, 6}, []int{2, 3}, false}},
		{prefix + "b", tensorOf{[]float32{value, -0.5}, []int{2}, false}}}
}

func TestCheckpointsAsPeopleHaveThem(t *testing.T) {
	halves := dictOf{{"a.weight", tensorOf{[]float32{1, 2, 3, 4, 5, 6}, []int{2, 3}, true}},
		{"b", tensorOf{[]float32{7, -0.5}, []int{2}, true}}}
	script := scriptOf{{"b", weights("", 7)[1].value},
		{"a", scriptOf{{"weight", weights("", 7)[0].value}}}}
	for name, c := range map[string]struct {
		value      any
		from, left string
	}{
		"plain":      {weights("", 7), "", ""},
		"state_dict": {dictOf{{"epoch", 3}, {"state_dict", weights("", 7)}}, "state_dict", ""},
		"Lightning": {dictOf{{"state_dict", weights("", 7)}, {"lr", 0.1}, {"loops", dictOf{}}},
			"state_dict", ""},
		"averaged alone": {dictOf{{"model_ema", weights("", 7)}}, "model_ema", ""},
		"averaged first": {dictOf{{"model", weights("", 9)}, {"ema", weights("", 7)}}, "ema",
			"model"},
		"of timm": {dictOf{{"state_dict", weights("", 9)}, {"state_dict_ema", weights("", 7)}},
			"state_dict_ema", "state_dict"},
		"averaged in a dict": {dictOf{{"ema", dictOf{{"module", weights("", 7)},
			{"decay", 0.9}}}}, "ema.module", ""},
		"teacher and student": {dictOf{{"student", weights("", 9)}, {"teacher", weights("", 7)}},
			"teacher", "student"},
		"beside an optimizer": {dictOf{{"model", weights("", 7)},
			{"optimizer", dictOf{{"state", dictOf{{0, weights("", 9)}}}}}}, "model", ""},
		"an empty wrapper": {dictOf{{"state_dict", dictOf{}}, {"net", weights("", 7)}}, "net", ""},
		"half precision":   {halves, "", ""},
		"a whole module": {dictOf{{"model", moduleOf{{"b", weights("", 7)[1].value},
			{"a.weight", weights("", 7)[0].value}}}}, "model", ""},
		"TorchScript": {script, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string][]byte{"stored": zipFile(t, c.value, zip.Store),
				"deflated":   zipFile(t, c.value, zip.Deflate),
				"with extra": zipFile(t, c.value, zip.Store, "archive/byteorder", "../../out")}
			if name != "half precision" {
				files["legacy"] = legacyFile(c.value)
			}
			if name == "TorchScript" {
				files["archive"] = zipFile(t, c.value, zip.Store, "archive/constants.pkl",
					"archive/code/__torch__.py")
			}
			for form, b := range files {
				path := filepath.Join(t.TempDir(), "x.pth")
				require.NoError(t, os.WriteFile(path, b, 0o666))
				got, err := ReadCheckpoint(path)
				require.NoError(t, err, form)
				require.Equal(t, map[string]Tensor{"a.weight": F32([]float32{1, 2, 3, 4, 5, 6}, 2,
					3), "b": F32([]float32{7, -0.5}, 2)}, got.Tensors, form)
				require.Equal(t, c.from, got.From)
				require.Equal(t, c.left, strings.Join(got.Left, " "))
			}
		})
	}
}

func TestBadCheckpointsAreSaidInOneLine(t *testing.T) {
	whole := zipFile(t, weights("", 7), zip.Store)
	huge := func(op string) []byte { return zipOf(t, []byte("\x80\x02"+op), nil, zip.Store) }
	wrong := func(shape ...int) []byte {
		return zipFile(t, dictOf{{"a", tensorOf{[]float32{1, 2}, shape, false}}}, zip.Store)
	}
	bomb := zipOf(t, bytes.Repeat([]byte{'N'}, 400<<20), nil, zip.Deflate)
	many := &pickler{}
	many.WriteString("\x80\x02}(")
	for i := range 400 { // one storage, often: many times the file
		many.text(fmt.Sprint(i))
		if i == 0 {
			many.tensor(tensorOf{make([]float32, 1<<14), []int{1 << 14}, false})
			many.WriteString("q\x01")
		} else {
			many.WriteString("h\x01")
		}
	}
	many.WriteString("u.")
	nested := []byte("\x80\x02}q\x01(X\x01\x00\x00\x00ah\x01X\x01\x00\x00\x00bh\x01u.")
	for name, c := range map[string]struct {
		b    []byte
		want string
	}{
		"truncated zip":   {whole[:len(whole)-40], "without its directory (truncated?)"},
		"empty":           {nil, "with something in it"},
		"another zip":     {zipFileOf(t, "notes.txt"), "zip archive without data.pkl"},
		"an old script":   {zipFileOf(t, "x/model.json"), "torch.jit.load"},
		"text of 2^63":    {huge("\x8d\xff\xff\xff\xff\xff\xff\xff\x7f"), "truncated"},
		"text of 4 GB":    {huge("X\xff\xff\xff\xff"), "truncated"},
		"long of 2 GB":    {huge("\x8b\xff\xff\xff\x7f"), "truncated"},
		"no end":          {huge("N"), "truncated"},
		"empty stack":     {huge("0."), "not a pickle"},
		"no mark":         {huge("Nt."), "not a pickle"},
		"unknown memo":    {huge("h\x05."), "has not made"},
		"unknown":         {huge("\xff."), "instruction"},
		"many times":      {zipOf(t, many.Bytes(), many.storages, zip.Store), "many times"},
		"shape too large": {wrong(3), "elements in its storage"},
		"shape overflows": {wrong(1<<30, 1<<30, 1<<30), "elements in its storage"},
		"bomb":            {bomb, "larger than it should be"},
		"in itself":       {zipOf(t, nested, nil, zip.Store), ""},
		"safetensors":     {file(`{}`, 0), "safetensors file already"},
		"LFS":             {[]byte("version https://git-lfs.github.com/spec/v1\n"), "git lfs pull"},
		"HTML":            {[]byte("<html>404"), "HTML page"},
		"legacy cut":      {legacyFile(weights("", 7))[:200], "truncated"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.pth")
			require.NoError(t, os.WriteFile(path, c.b, 0o666))
			_, err := ReadCheckpoint(path)
			require.ErrorContains(t, err, path)
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "\n")
		})
	}
}

// zipFileOf is a zip archive of one member.
func zipFileOf(t *testing.T, name string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	_, err := w.Create(name)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

// TestPicklesRunNothing asks for a command to be run, in the ways that a pickle can.
func TestPicklesRunNothing(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	for _, program := range []string{
		"cos\nsystem\n(X%s%stR.", "(cos\nsystem\nX%s%so.", "(X%s%sios\nsystem\n.",
		"cbuiltins\neval\n(X%s%stR.",
	} {
		command := "touch " + out
		length := binary.LittleEndian.AppendUint32(nil, uint32(len(command)))
		path := filepath.Join(t.TempDir(), "x.pth")
		require.NoError(t, os.WriteFile(path, zipOf(t, fmt.Appendf([]byte("\x80\x02"), program,
			length, command), nil, zip.Store), 0o666))
		_, err := ReadCheckpoint(path)
		require.ErrorContains(t, err, "no tensors in it")
		require.NoFileExists(t, out)
	}
}

func TestNumbersOfPickles(t *testing.T) {
	for program, want := range map[string]any{
		"J\xff\xff\xff\xff.": int64(-1), "K\xff.": int64(255), "M\x00\x01.": int64(256),
		"\x8a\x00.": int64(0), "\x8a\x01\xff.": int64(-1), "\x8a\x02\xff\x00.": int64(255),
		"I-7\n.": int64(-7), "I01\n.": true, "L9L\n.": int64(9), "F0.5\n.": 0.5,
		"S'a'\n.": "a", "G\x3f\xe0\x00\x00\x00\x00\x00\x00.": 0.5, "\x88.": true, "\x89.": false,
		"\x8c\x02ab.": "ab", "N.": nil,
	} {
		got, err := (&unpickler{b: []byte(program)}).load()
		require.NoError(t, err, "%q", program)
		require.Equal(t, want, got, "%q", program)
	}
}

// TestStridedTensors reads a transposed view and one out of the middle of its storage.
func TestStridedTensors(t *testing.T) {
	s := &torchStorage{dtype: DTypeF32, count: 6, data: F32([]float32{0, 1, 2, 3, 4, 5}).Data}
	got, err := (&torchTensor{s, 0, []int{3, 2}, []int{1, 3}}).tensor()
	require.NoError(t, err)
	require.Equal(t, F32([]float32{0, 3, 1, 4, 2, 5}, 3, 2), got)
	got, err = (&torchTensor{s, 2, []int{2, 1}, []int{1, 99}}).tensor()
	require.NoError(t, err)
	require.Equal(t, F32([]float32{2, 3}, 2, 1), got)
	for _, bad := range []*torchTensor{{s, 5, []int{2}, []int{1}},
		{s, 0, []int{2}, []int{math.MaxInt}}, {s, math.MaxInt, []int{1}, []int{1}}} {
		_, err = bad.tensor()
		require.ErrorContains(t, err, "outside its storage")
	}
}

func FuzzCheckpoint(f *testing.F) {
	f.Add(legacyFile(weights("", 7)))
	f.Add([]byte("\x80\x02}(X\x01\x00\x00\x00aNu."))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, data := range [][]byte{b, zipOf(t, b, nil, zip.Store)} {
			if c, err := parseCheckpoint(data); err == nil {
				for _, x := range c.Tensors {
					require.Len(t, x.Data, x.DType.Width()*sizeOf(x.Shape))
				}
			}
		}
	})
}

func sizeOf(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}
