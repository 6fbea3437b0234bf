package exhibit

import (
	"os"
	"path/filepath"

	code "adlab/pkg"
	"adlab/pkg/experiment"
	"adlab/pkg/store"
)

// timed are the rooms whose speed is told.
var timed = []string{"clip", "convnet", "inpformer", "multiads", "vit"}

// CostPath is where a time or a size that was measured on this machine, by this code, is kept: by
// says of what, and on which backend where that matters.
func CostPath(v *experiment.Env, by ...any) string {
	machine, _ := os.Hostname()
	return filepath.Join(v.Cache, "costs",
		store.Address(append(by, machine, code.Numbers(timed...))...)+".json")
}
