package layer

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"adlab/pkg/tensorfile"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Path is the variable's path in a model.Store for a checkpoint's name: "decoder.3.norm1.weight"
// lives at "/decoder/3/norm1/weight".
func Path(name string) string { return "/" + strings.ReplaceAll(name, ".", "/") }

// Name undoes Path.
func Name(path string) string { return strings.ReplaceAll(strings.TrimPrefix(path, "/"), "/", ".") }

// Put puts the arrays into the store at Path(prefix+name), trainable or frozen, in the order of
// their names. Arrays that are there already are overwritten; another shape is an error naming the
// tensor, what the store holds and what was given.
func Put(store *model.Store, prefix string, arrays map[string]Array, trainable bool) error {
	for _, name := range slices.Sorted(maps.Keys(arrays)) {
		a, path := arrays[name], Path(prefix+name)
		value := tensors.FromFlatDataAndDimensions(a.Data, a.Shape...)
		if v := store.GetVariable(path); v != nil {
			if !slices.Equal(v.Shape().Dimensions, a.Shape) {
				return fmt.Errorf("tensor %q: expected shape %v, got %v", prefix+name,
					v.Shape().Dimensions, a.Shape)
			}
			if err := v.SetValue(value); err != nil {
				return fmt.Errorf("tensor %q: %w", prefix+name, err)
			}
			continue
		}
		v, err := store.CreateVariable(path, value)
		if err != nil {
			return fmt.Errorf("tensor %q: %w", prefix+name, err)
		}
		v.SetTrainable(trainable)
	}
	return nil
}

// Get copies every float32 tensor of the store whose name starts with prefix, without the prefix in
// its key.
func Get(store *model.Store, prefix string) (map[string]Array, error) {
	out := map[string]Array{}
	for v := range store.IterVariables() {
		name, ok := strings.CutPrefix(Name(v.Path()), prefix)
		if !ok {
			continue
		}
		value, err := v.Value()
		if err != nil {
			return nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		out[name] = Array{Shape: slices.Clone(v.Shape().Dimensions),
			Data: tensors.MustCopyFlatData[float32](value)}
	}
	return out, nil
}

// CheckNames compares the names and shapes of got with what is wanted: a difference is one error
// that lists both sides, the first few of each.
func CheckNames(what string, want map[string][]int, got map[string][]int) error {
	var missing, extra, wrong []string
	for _, name := range slices.Sorted(maps.Keys(want)) {
		shape, ok := got[name]
		switch {
		case !ok:
			missing = append(missing, name)
		case !slices.Equal(shape, want[name]):
			wrong = append(wrong, fmt.Sprintf("%s expected %v got %v", name, want[name], shape))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[name]; !ok {
			extra = append(extra, name)
		}
	}
	var parts []string
	for _, p := range []struct {
		label string
		names []string
	}{{"wrong shape", wrong}, {"missing", missing}, {"unexpected", extra}} {
		if len(p.names) > 0 {
			parts = append(parts, fmt.Sprintf("%d %s: %s", len(p.names), p.label,
				tensorfile.Few(p.names)))
		}
	}
	if parts == nil {
		return nil
	}
	return fmt.Errorf("%s: %s", what, strings.Join(parts, "; "))
}
