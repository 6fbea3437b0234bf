package tensorfile

import (
	"bytes"
	"encoding/binary"
)

// again is what to do about a file that is not what it should be.
const again = "download the file again"

// kinds are files that people take for weights, by what they begin with.
var kinds = []struct{ start, problem, hint string }{
	{"version https://git-lfs", "it is a Git-LFS pointer, not the file it points to",
		"fetch the real file with `git lfs pull`"},
	{"\x1f\x8b", "it is a gzip archive", "unpack it first"},
	{"7z\xbc\xaf", "it is a 7z archive", "unpack it first"},
	{"\xfd7zXZ", "it is an xz archive", "unpack it first"},
	{"BZh", "it is a bzip2 archive", "unpack it first"},
	{"\x93NUMPY", "it is a NumPy array", "save the tensors by name as safetensors"},
	{"\x89HDF\r\n", "it is an HDF5 file (Keras)", "save the PyTorch weights as safetensors"},
	{"GGUF", "it is a GGUF file", "download the model's safetensors"},
	{"\x89PNG", "it is a PNG picture", "name the file of weights"},
	{"\xff\xd8\xff", "it is a JPEG picture", "name the file of weights"},
	{"%PDF", "it is a PDF", "name the file of weights"},
}

// convertIt is what to do about a checkpoint of PyTorch's.
const convertIt = "convert it with `adlab weights convert FILE.pth`"

// convertONNX is what to do about an ONNX file.
const convertONNX = "convert it with `adlab weights convert FILE.onnx`"

// recognise names the files that people mistake for weights, nil for anything else.
func recognise(b []byte) *FormatError {
	if len(b) == 0 {
		return &FormatError{Problem: "the file is empty"}
	}
	if len(b) > 8 && b[8] == '{' && bytes.Equal(b[4:8], make([]byte, 4)) {
		return nil // a header of less than 4 GB, whatever its length looks like
	}
	start := bytes.TrimLeft(b[:min(len(b), 512)], " \t\r\n\ufeff")
	for _, k := range kinds {
		if bytes.HasPrefix(start, []byte(k.start)) {
			return &FormatError{Problem: k.problem, Hint: k.hint}
		}
	}
	lower := bytes.ToLower(start)
	switch {
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return zipped(b)
	case len(b) > 2 && b[0] == 0x80 && b[1] >= 2 && b[1] <= 5:
		return &FormatError{Problem: "it is a PyTorch pickle (.pth)", Hint: convertIt}
	case len(b) > 2 && b[0] == 0x08 && b[1] < 0x20 && (b[2] == 0x12 || b[2] == 0x3a):
		// the format's version, then who made it, or the graph
		return &FormatError{Problem: "it is an ONNX file", Hint: convertONNX}
	case bytes.HasPrefix(lower, []byte("<?xml")) && !bytes.Contains(lower, []byte("<html")):
		return &FormatError{Problem: "it is an XML page, probably a download's error page",
			Hint: again}
	case bytes.HasPrefix(lower, []byte("<")):
		return &FormatError{Problem: "it is an HTML page, probably a download's error page",
			Hint: again}
	case bytes.HasPrefix(start, []byte("{")):
		return jsonFile(b)
	case printable(start) && len(b) > 8 && binary.LittleEndian.Uint64(b) > maxHeader:
		return &FormatError{Problem: "it is a text", Hint: again}
	}
	return nil
}

// zipped tells PyTorch's archives, which are zip files, from others.
func zipped(b []byte) *FormatError {
	for _, member := range []string{"constants.pkl", "data.pkl"} {
		// in a small file's names, or in the directory at the end of a large one
		if !bytes.Contains(b[:min(len(b), 1<<16)], []byte(member)) &&
			!bytes.Contains(b[max(0, len(b)-1<<20):], []byte(member)) {
			continue
		}
		if member == "constants.pkl" {
			return &FormatError{Problem: "it is a TorchScript archive", Hint: convertIt}
		}
		return &FormatError{Problem: "it is a PyTorch pickle (.pth)", Hint: convertIt}
	}
	return &FormatError{Problem: "it is a zip archive that holds no PyTorch pickle",
		Hint: "unpack it first; a checkpoint of PyTorch's goes through `adlab weights convert`"}
}

// jsonFile tells the index of shards from other JSON.
func jsonFile(b []byte) *FormatError {
	if bytes.Contains(b[:min(len(b), 1<<20)], []byte(`"weight_map"`)) {
		return &FormatError{Problem: "it is the index of a model in shards, not the model",
			Hint: "call it *.safetensors.index.json, with its shards beside it"}
	}
	return &FormatError{Problem: "it is a JSON text",
		Hint: "name the file of weights, or the folder that this text lies in"}
}

// printable tells text from numbers.
func printable(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7f {
			return false
		}
	}
	return len(b) > 0
}
