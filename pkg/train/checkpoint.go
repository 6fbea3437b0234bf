package train

import (
	"fmt"
	"maps"
	"strconv"

	"adlab/pkg/layer"
	"adlab/pkg/store"
	"adlab/pkg/tensorfile"

	"github.com/gomlx/gomlx/ml/model"
)

// save writes all float32 variables, parameters under their checkpoint names and the optimiser's
// state under optimizer.NAME, and the number of steps done.
func (o Options) save(store *model.Store, done int) error {
	if o.Checkpoint == "" {
		return nil
	}
	return saveStore(o.Checkpoint, store, true, nil, map[string]string{"steps": strconv.Itoa(done),
		"fingerprint": o.Fingerprint})
}

// finish writes the parameters alone.
func (o Options) finish(store *model.Store) error {
	if o.Checkpoint == "" {
		return nil
	}
	return saveStore(o.Checkpoint, store, false, nil, map[string]string{
		"steps": strconv.Itoa(o.Steps), "fingerprint": o.Fingerprint})
}

// load puts a checkpoint of the same run back into the store and gives the number of steps that it
// has done; 0 when there is none.
func (o Options) load(params *model.Store) (done int, err error) {
	if o.Checkpoint == "" {
		return 0, nil
	}
	if !store.Touch(o.Checkpoint) {
		return 0, nil
	}
	f, err := tensorfile.Open(o.Checkpoint)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if made := f.Metadata()["fingerprint"]; made != o.Fingerprint {
		return 0, fmt.Errorf("%s: it is the checkpoint of another run (%s); name another file or "+
			"delete it", o.Checkpoint, made)
	}
	if done, err = strconv.Atoi(f.Metadata()["steps"]); err != nil {
		return 0, fmt.Errorf("%s: no number of steps in it", o.Checkpoint)
	}
	return done, put(f, params)
}

// SaveStore writes the parameters of the store, atomically, under their checkpoint names, and what
// is to lie beside them, which may be nil.
func SaveStore(path string, store *model.Store, beside map[string]layer.Array,
	metadata map[string]string) error {
	return saveStore(path, store, false, beside, metadata)
}

func saveStore(path string, store *model.Store, withOptimizer bool,
	beside map[string]layer.Array, metadata map[string]string) error {
	arrays, err := layer.Get(store, "")
	if err != nil {
		return err
	}
	if !withOptimizer {
		maps.DeleteFunc(arrays, func(name string, _ layer.Array) bool { return isOptimizer(name) })
	}
	maps.Copy(arrays, beside)
	return tensorfile.Write(path, layer.Tensors(arrays), metadata)
}

// LoadStore puts the tensors of a file into the store. Parameters that the store has must be there
// with the same shape; optimiser state is created.
func LoadStore(path string, store *model.Store) error {
	f, err := tensorfile.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return put(f, store)
}

// LoadFile is LoadStore of an open file.
func LoadFile(f *tensorfile.File, store *model.Store) error { return put(f, store) }

func put(f *tensorfile.File, store *model.Store) error {
	arrays, err := layer.ReadAll(f)
	if err != nil {
		return err
	}
	state := map[string]layer.Array{}
	for name, a := range arrays {
		if isOptimizer(name) {
			state[name] = a
			delete(arrays, name)
		}
	}
	want := map[string][]int{}
	for v := range store.IterVariables() {
		if name := layer.Name(v.Path()); !isOptimizer(name) {
			want[name] = v.Shape().Dimensions
		}
	}
	if err := layer.CheckNames(f.Path(), want, layer.Shapes(arrays)); err != nil {
		return err
	}
	if err := layer.Put(store, "", arrays, true); err != nil {
		return err
	}
	return layer.Put(store, "", state, false)
}
