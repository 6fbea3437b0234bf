package tensorfile

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/edsrzf/mmap-go"
)

// Checkpoint is what a file of PyTorch's holds.
type Checkpoint struct {
	Tensors map[string]Tensor
	// From is the entry that they were under, such as "state_dict", and Left what other entries
	// had tensors, too.
	From string
	Left []string
}

// OpenPickle reads the tensors in a file of PyTorch's: see ReadCheckpoint.
func OpenPickle(path string) (map[string]Tensor, error) {
	c, err := ReadCheckpoint(path)
	if err != nil {
		return nil, err
	}
	return c.Tensors, nil
}

// ReadCheckpoint reads the tensors in a .pth file, of the older or the zip format, or of a
// TorchScript archive, without running anything in it. A dict nested under state_dict, model,
// teacher and such is unwrapped, the averaged weights first where there are some; the tensors of a
// whole module get the names that its state dict would give them; what is no tensor is left out. A
// model in shards, by its index, and that in a folder are read, too, and so is an ONNX file.
func ReadCheckpoint(path string) (*Checkpoint, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() || strings.HasSuffix(path, indexEnding) {
		return joined(path)
	}
	if strings.EqualFold(filepath.Ext(path), ".onnx") {
		tensors, err := ReadONNX(path)
		return &Checkpoint{Tensors: tensors}, err
	}
	if !info.Mode().IsRegular() || info.Size() == 0 {
		return nil, fmt.Errorf("%s: not a PyTorch state dict: expected a file with something in it",
			path)
	}
	m, err := mmap.Map(f, mmap.RDONLY, 0)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer m.Unmap()
	c, err := parseCheckpoint(m)
	if err != nil {
		return nil, fmt.Errorf("%s: not a PyTorch state dict: %w", path, err)
	}
	if len(c.Tensors) == 0 {
		return nil, fmt.Errorf("%s: no tensors in it: expected a PyTorch state dict", path)
	}
	return c, nil
}

// joined is a model in shards, or of a folder, as one.
func joined(path string) (*Checkpoint, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c := &Checkpoint{Tensors: map[string]Tensor{}}
	for _, name := range f.Names() {
		t, err := f.Tensor(name)
		if err != nil {
			return nil, err
		}
		t.Data = bytes.Clone(t.Data)
		c.Tensors[name] = t
	}
	return c, nil
}

// parseCheckpoint reads a checkpoint in memory; its tensors are copies.
func parseCheckpoint(b []byte) (*Checkpoint, error) {
	var value any
	var err error
	if bytes.HasPrefix(b, []byte("PK\x03\x04")) {
		value, err = zippedCheckpoint(b)
	} else if foreign := recognise(b); foreign != nil && foreign.Hint != convertIt {
		return nil, errors.New(foreign.Problem + "; " + foreign.Hint)
	} else if safetensors(b) {
		return nil, errors.New("it is a safetensors file already; name it as it is")
	} else if bytes.Contains(b[:min(len(b), 512)], []byte("ustar")) {
		return nil, errors.New("it is a tar archive; unpack it, or save the weights again with a " +
			"newer PyTorch")
	} else {
		value, err = legacy(b)
	}
	if err != nil {
		return nil, err
	}
	// twice the file for half precision, and some for tied weights
	s := &stateDict{out: map[string]*torchTensor{}, budget: 16*len(b) + 1<<20}
	from, left := s.unwrap(value)
	c := &Checkpoint{Tensors: map[string]Tensor{}, From: from, Left: left}
	for _, name := range slices.Sorted(maps.Keys(s.out)) {
		t := s.out[name]
		if count, err := t.size(); err == nil {
			s.budget -= count * max(4, t.dtype.Width())
		}
		if s.budget < 0 || s.err != nil {
			return nil, errors.New("its tensors are many times as large as the file")
		}
		if c.Tensors[name], err = t.tensor(); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", name, err)
		}
	}
	return c, nil
}

// safetensors tells a file that is none of PyTorch's.
func safetensors(b []byte) bool {
	return len(b) > 8 && b[8] == '{' && bytes.Equal(b[4:8], make([]byte, 4))
}

// zippedCheckpoint reads data.pkl of the zip format, with the storages that it names. TorchScript's
// archives are the same, with modules in place of the dict, and code that is not looked at.
func zippedCheckpoint(b []byte) (any, error) {
	r, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // nothing is unpacked to the disk
		return nil, errors.New("it is a zip archive without its directory (truncated?); " + again)
	}
	members, folder := map[string]*zip.File{}, ""
	script := false
	for _, f := range r.File {
		members[f.Name] = f
		dir, name := path.Split(f.Name)
		if name == "data.pkl" && (folder == "" || len(dir) < len(folder)) {
			folder = dir
		}
		script = script || name == "constants.pkl" || name == "model.json"
	}
	a := &archive{bytes: b, members: members, budget: 64*len(b) + 64<<20}
	main := members[folder+"data.pkl"]
	switch {
	case main == nil && script:
		return nil, errors.New("it is a TorchScript archive of an old kind; save its weights " +
			"with torch.save(torch.jit.load(FILE, map_location='cpu').state_dict(), 'new.pth')")
	case main == nil:
		return nil, errors.New("it is a zip archive without data.pkl; unpack it first")
	}
	if order := members[folder+"byteorder"]; order != nil {
		if text, err := a.read(order, 64); err != nil || strings.TrimSpace(string(text)) !=
			"little" {
			return nil, errors.New("it was written on a big-endian machine")
		}
	}
	program, err := a.read(main, len(b))
	if err != nil {
		return nil, err
	}
	storages := map[string]*torchStorage{}
	u := &unpickler{b: program, call: callTorch, storage: func(id any) (any, error) {
		key, s, err := storageID(id)
		if err != nil {
			return nil, err
		}
		if known := storages[key]; known != nil {
			return known, nil
		}
		storages[key] = s
		if s.dtype == "" {
			return s, nil
		}
		member := members[folder+"data/"+key]
		if member == nil {
			return nil, fmt.Errorf("its member data/%s is missing (truncated?)", key)
		}
		s.data, err = a.read(member, s.count*s.dtype.Width())
		return s, err
	}}
	return u.load()
}

// archive is a zip file in memory.
type archive struct {
	bytes   []byte
	members map[string]*zip.File
	budget  int // bytes that may still be unpacked
}

// read gives a member of at most so many bytes: a view of the archive where it is stored as it is.
func (a *archive) read(f *zip.File, most int) ([]byte, error) {
	tooLarge := fmt.Errorf("its member %.80q is larger than it should be", f.Name)
	if f.Method == zip.Store {
		offset, err := f.DataOffset()
		size := f.CompressedSize64
		if err != nil || offset < 0 || offset > int64(len(a.bytes)) ||
			size > uint64(len(a.bytes))-uint64(offset) {
			return nil, fmt.Errorf("its member %.80q ends too early (truncated?)", f.Name)
		}
		return a.bytes[offset : offset+int64(size)], nil
	}
	if f.UncompressedSize64 > uint64(a.budget) {
		return nil, tooLarge
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("its member %.80q: %w", f.Name, err)
	}
	defer r.Close()
	most = min(max(most, int(f.UncompressedSize64)), a.budget)
	b, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	if err != nil {
		return nil, fmt.Errorf("its member %.80q: %w", f.Name, err)
	}
	if len(b) > most {
		return nil, tooLarge
	}
	a.budget -= len(b)
	return b, nil
}
