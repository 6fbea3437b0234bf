package report

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"adlab/pkg/metric"
	"adlab/pkg/setting"
	"adlab/pkg/tensorfile"
)

// MapFormats are what maps and masks can be read from, for a person.
const MapFormats = "a folder of .npy, .tif(f) or grey .png files, one a picture; an .npz or " +
	".safetensors with a map of each picture under its name; or one of these, or an .npy, with " +
	"maps [pictures, rows, columns]"

// arrays are what a file of arrays holds.
type arrays struct {
	path string
	of   map[string]tensorfile.Tensor
}

// readArrays reads .npy, .npz or .safetensors.
func readArrays(file string) (a arrays, err error) {
	a.path = file
	switch strings.ToLower(filepath.Ext(file)) {
	case ".npy", ".npz":
		a.of, err = tensorfile.ReadNumPy(file)
		return a, err
	case ".safetensors":
		f, err := tensorfile.Open(file)
		if err != nil {
			return a, err
		}
		defer f.Close()
		a.of = map[string]tensorfile.Tensor{}
		for _, name := range f.Names() {
			t, err := f.Tensor(name)
			if err != nil {
				return a, err
			}
			t.Data = slices.Clone(t.Data) // the file is closed before they are used
			a.of[name] = t
		}
		return a, nil
	}
	return a, fmt.Errorf("%s: expected %s", file, MapFormats)
}

// floats are an array's values as float32, whatever numbers they are.
func (a arrays) floats(name string) ([]float32, error) {
	if values, err := a.of[name].Float32s(); err == nil {
		return values, nil
	}
	values, err := a.doubles(name)
	out := make([]float32, len(values))
	for i, x := range values {
		out[i] = float32(x)
	}
	return out, err
}

// doubles are an array's values as float64, which is exact of all but whole numbers from 2^53 on.
func (a arrays) doubles(name string) ([]float64, error) {
	values, err := a.of[name].Float64s()
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", a.path, called(name), err)
	}
	return values, nil
}

// called is an array's name for a person.
func called(name string) string {
	if name == "" {
		return "the array"
	}
	return "array " + name
}

// stack reads an array of planes [n, h, w], or [n, 1, h, w] as PyTorch has them.
func (a arrays) stack(name string) (planes []metric.Plane, err error) {
	shape := a.of[name].Shape
	if len(shape) == 4 && shape[1] == 1 {
		shape = []int{shape[0], shape[2], shape[3]}
	}
	if len(shape) != 3 || slices.Min(shape) < 1 {
		return nil, fmt.Errorf("%s: %s: expected the shape [pictures, rows, columns], got %v",
			a.path, called(name), a.of[name].Shape)
	}
	values, err := a.floats(name)
	if err != nil {
		return nil, err
	}
	for part := range slices.Chunk(values, shape[1]*shape[2]) {
		planes = append(planes, metric.Plane{W: shape[2], H: shape[1], Pix: part})
	}
	return planes, nil
}

// stacked is the name of the array that holds all maps, or all masks.
func (a arrays) stacked(name string) (string, bool) {
	if _, ok := a.of[name]; ok {
		return name, true
	}
	_, alone := a.of[""]
	return "", alone
}

// each reads an array [h, w] of each picture, by its name.
func (a arrays) each() (map[string]metric.Plane, error) {
	out := map[string]metric.Plane{}
	for name, t := range a.of {
		shape := t.Shape
		for len(shape) > 2 && shape[0] == 1 {
			shape = shape[1:]
		}
		if len(shape) != 2 || slices.Min(shape) < 1 {
			return nil, fmt.Errorf("%s: %s: expected a map [rows, columns], or one array called "+
				"maps [pictures, rows, columns], got the shape %v", a.path, called(name), t.Shape)
		}
		values, err := a.floats(name)
		if err != nil {
			return nil, err
		}
		out[withoutEnding(name)] = metric.Plane{W: shape[1], H: shape[0], Pix: values}
	}
	return out, nil
}

// endings are those of files that one map or mask lies in.
var endings = []string{".npy", ".tif", ".tiff", ".png"}

// withoutEnding is a picture's name: a path with slashes, without the ending of a file.
func withoutEnding(name string) string {
	name = filepath.ToSlash(name)
	ending := strings.ToLower(path.Ext(name))
	if slices.Contains(endings, ending) || slices.Contains([]string{".bmp", ".jpg", ".jpeg",
		".webp", ".gif", ".pgm", ".npz"}, ending) {
		return name[:len(name)-len(ending)]
	}
	return name
}

// filesIn lists the files below a folder that keep says yes to, sorted, by their names as
// withoutEnding gives them.
func filesIn(what, folder string, keep func(ending string) bool) (map[string]string, error) {
	out := map[string]string{}
	err := filepath.WalkDir(folder, func(file string, d fs.DirEntry, err error) error {
		hidden := strings.HasPrefix(d.Name(), ".") && file != folder
		switch {
		case err != nil:
			return err
		case d.IsDir() && hidden:
			return filepath.SkipDir
		case d.IsDir() || hidden || !keep(strings.ToLower(filepath.Ext(file))):
			return nil
		}
		below, err := filepath.Rel(folder, file)
		if err != nil {
			return err
		}
		name := withoutEnding(below)
		if other, twice := out[name]; twice {
			return setting.Errorf(what, "%s and %s have one name; keep one of them", other, file)
		}
		out[name] = file
		return nil
	})
	return out, err
}

// there says in one line that nothing is where a setting says.
func there(what, place string) (folder bool, err error) {
	info, err := os.Stat(place)
	if err != nil {
		return false, setting.Errorf(what, "expected a file or folder, found nothing at %s", place)
	}
	return info.IsDir(), nil
}
