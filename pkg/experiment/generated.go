package experiment

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"adlab/datasets"
	"adlab/datasets/synth"
)

// Generated is the folder of a generated benchmark, such as "visa", of a size; it is generated
// beside the fetched data where it is not there yet.
func (v *Env) Generated(ctx context.Context, name, size string) (string, error) {
	folder := filepath.Join(datasets.Home(), "synth-"+size, name)
	if _, err := os.Stat(folder); err == nil {
		return folder, nil
	}
	b, known := synth.Find(name)
	if !known {
		return "", fmt.Errorf("generated benchmark: no %q", name)
	}
	bar := v.Progress.Bar("generating " + name)
	return folder, synth.Write(ctx, b, size, 1, folder, 0, func(done, total int) {
		bar(done, total, "pictures")
	})
}
