package tensorfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/edsrzf/mmap-go"
)

// indexEnding is that of an index of shards.
const indexEnding = ".index.json"

// Open maps a safetensors file and validates its whole header. A model in shards is opened by its
// index, and a folder as Hugging Face lays one out by the weights in it; what its config.json says
// of the transformer's heads becomes metadata.
func Open(path string) (*File, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return openFolder(path)
	case strings.HasSuffix(path, indexEnding):
		return openShards(path)
	}
	return openOne(path)
}

// openOne maps one file.
func openOne(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &FormatError{Path: path, Problem: "it is not a regular file"}
	}
	if info.Size() == 0 { // cannot be mapped
		return Parse(path, nil)
	}
	m, err := mmap.Map(f, mmap.RDONLY, 0)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	file, err := Parse(path, m)
	if err != nil {
		m.Unmap()
		return nil, err
	}
	file.unmap = m.Unmap
	return file, nil
}

// folderNames are the files of weights in a folder, the first that is there.
var folderNames = []string{"model.safetensors", "model.safetensors" + indexEnding,
	"open_clip_model.safetensors", "diffusion_pytorch_model.safetensors"}

// openFolder opens the weights in a folder.
func openFolder(dir string) (*File, error) {
	found, err := filepath.Glob(filepath.Join(dir, "*.safetensors"))
	if err != nil {
		return nil, err
	}
	path := ""
	for _, name := range folderNames {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil && path == "" {
			path = filepath.Join(dir, name)
		}
	}
	if path == "" && len(found) == 1 {
		path = found[0]
	}
	if path == "" {
		return nil, noWeights(dir, found)
	}
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	if err := f.readConfig(filepath.Join(dir, "config.json")); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// noWeights says what a folder has instead.
func noWeights(dir string, found []string) error {
	for _, name := range []string{"pytorch_model.bin", "pytorch_model.pt"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return &FormatError{Path: dir, Problem: "its weights are a PyTorch pickle",
				Hint: "convert them with `adlab weights convert " + filepath.Join(dir, name) + "`"}
		}
	}
	return &FormatError{Path: dir, Problem: fmt.Sprintf("expected a folder with "+
		"model.safetensors or its index, got %d other safetensors files", len(found)),
		Hint: "name the file"}
}

// readConfig takes from Hugging Face's config.json what the tensors do not tell.
func (f *File) readConfig(path string) error {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var config struct {
		Heads int `json:"num_attention_heads"`
	}
	if err == nil {
		err = json.Unmarshal(b, &config)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if config.Heads > 0 {
		f.metadata = maps.Clone(f.metadata)
		if f.metadata == nil {
			f.metadata = map[string]string{}
		}
		if f.metadata["heads"] == "" {
			f.metadata["heads"] = fmt.Sprint(config.Heads)
		}
	}
	return nil
}

// openShards opens the files that an index names, which lie beside it.
func openShards(path string) (_ *File, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var index struct {
		Map map[string]string `json:"weight_map"`
	}
	if json.Unmarshal(b, &index) != nil || len(index.Map) == 0 {
		if foreign := recognise(b); foreign != nil && !bytes.HasPrefix(bytes.TrimSpace(b),
			[]byte("{")) {
			foreign.Path = path
			return nil, foreign
		}
		return nil, &FormatError{Path: path, Problem: "expected an index of shards with a " +
			"weight_map, got something else", Hint: again}
	}
	out := &File{path: path, entries: map[string]entry{}}
	shards := map[string]*File{}
	out.unmap = func() (err error) {
		for _, s := range shards {
			err = errors.Join(err, s.Close())
		}
		return err
	}
	defer func() {
		if err != nil {
			out.Close()
		}
	}()
	for _, name := range slices.Sorted(maps.Values(index.Map)) {
		if shards[name] != nil {
			continue
		}
		if name != filepath.Base(name) || name == ".." || strings.HasSuffix(name, indexEnding) {
			return nil, &FormatError{Path: path, Problem: fmt.Sprintf("expected shards beside the "+
				"index, got %q", name)}
		}
		shard, err := openOne(filepath.Join(filepath.Dir(path), name))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, &FormatError{Path: path, Problem: fmt.Sprintf("its shard %s is missing",
				name), Hint: "put all shards beside the index"}
		}
		if err != nil {
			return nil, err
		}
		shards[name] = shard
		if out.metadata == nil { // all say the same
			out.metadata = shard.metadata
		}
		out.parts = append(out.parts, shard.parts...)
	}
	for tensor, name := range index.Map {
		e, ok := shards[name].entries[tensor]
		if !ok {
			return nil, &FormatError{Path: path, Problem: fmt.Sprintf("shard %s has no tensor %q",
				name, tensor), Hint: "the shards are of another model; " + again}
		}
		out.entries[tensor] = e
	}
	return out, nil
}
