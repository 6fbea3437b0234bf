package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"adlab/pkg/imageio"
	"adlab/pkg/metric"
	"adlab/pkg/setting"
	"adlab/pkg/tensorfile"
)

// Measured are the cases that files of maps and masks make, in the order of their names.
type Measured struct {
	Cases []metric.Case
	// Masked is how many have a mask; the others count as normal
	Masked int
}

// ReadMeasured reads the maps of a category, and its masks. Of a folder of masks, each belongs to
// the map whose name ends as its own does, with or without _mask at its end, and a map without one
// is of a normal picture. Where the maps are one array, the masks are one, too, in the same file or
// another, row by row; then the file may have scores and labels [pictures]. The names of settings
// in errors are Maps and Masks.
func ReadMeasured(mapsAt, masksAt string) (*Measured, error) {
	folder, err := there("Maps", mapsAt)
	if err != nil {
		return nil, err
	}
	if folder {
		planes, err := readFolder(mapsAt)
		if err != nil {
			return nil, err
		}
		return named(planes, mapsAt, masksAt)
	}
	a, err := readArrays(mapsAt)
	if err != nil {
		return nil, err
	}
	if name, ok := a.stacked("maps"); ok {
		return rows(a, name, masksAt)
	}
	planes, err := a.each()
	if err != nil {
		return nil, err
	}
	return named(planes, mapsAt, masksAt)
}

// readFolder reads a file for each map.
func readFolder(folder string) (map[string]metric.Plane, error) {
	files, err := filesIn("Maps", folder, func(ending string) bool {
		return slices.Contains(endings, ending)
	})
	if err != nil {
		return nil, err
	}
	planes := map[string]metric.Plane{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if planes[name], err = readMap(files[name]); err != nil {
			return nil, err
		}
	}
	return planes, nil
}

// readMap reads the file of one map.
func readMap(file string) (metric.Plane, error) {
	if strings.HasSuffix(strings.ToLower(file), ".npy") {
		a, err := readArrays(file)
		if err != nil {
			return metric.Plane{}, err
		}
		each, err := a.each()
		return each[""], err
	}
	w, h, values, err := imageio.ReadValues(file)
	return metric.Plane{W: w, H: h, Pix: values}, err
}

// named joins maps and a folder of masks by their names.
func named(planes map[string]metric.Plane, mapsAt, masksAt string) (*Measured, error) {
	if len(planes) == 0 {
		return nil, setting.Errorf("Maps", "expected %s, found none in %s", MapFormats, mapsAt)
	}
	if masksAt == "" {
		return nil, setting.Errorf("Masks", "name the folder of the masks")
	}
	if folder, err := there("Masks", masksAt); err != nil {
		return nil, err
	} else if !folder {
		return nil, setting.Errorf("Masks", "the maps have names, so that the masks have to "+
			"be a folder of files with such names, got the file %s", masksAt)
	}
	files, err := filesIn("Masks", masksAt, func(ending string) bool {
		return !slices.Contains([]string{"", ".txt", ".json", ".csv", ".md", ".npy"}, ending)
	})
	if err != nil {
		return nil, err
	}
	names := slices.Sorted(maps.Keys(planes))
	masks := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		of, err := owner(name, names)
		if err != nil {
			return nil, setting.Errorf("Masks", "%s: %w", files[name], err)
		}
		if other, twice := masks[of]; twice {
			return nil, setting.Errorf("Masks", "%s and %s are both for the map %s", other,
				files[name], of)
		}
		masks[of] = files[name]
	}
	m := &Measured{}
	for _, name := range names {
		c := metric.Case{Name: name, Map: planes[name]}
		if file, ok := masks[name]; ok {
			if c.Mask, err = imageio.ReadMask(file, false); err != nil {
				return nil, err
			}
			m.Masked++
		}
		m.add(c)
	}
	return m, nil
}

// owner finds the map that a mask belongs to.
func owner(mask string, names []string) (string, error) {
	mask = strings.TrimSuffix(mask, "_mask")
	ends := func(long, short string) bool {
		return long == short || strings.HasSuffix(long, "/"+short)
	}
	var found []string
	for _, name := range names {
		if ends(name, mask) || ends(mask, name) {
			found = append(found, name)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", fmt.Errorf("expected a map whose name ends in %s, found none; the maps are %s",
			mask, tensorfile.Few(names))
	}
	return "", fmt.Errorf("it may be for the maps %s; give masks and maps the same folders",
		strings.Join(found, " and "))
}

// add takes the next case; its mask decides what it is.
func (m *Measured) add(c metric.Case) {
	if metric.Anomalous(c.Mask) {
		c.Label = 1
	}
	m.Cases = append(m.Cases, c)
}

// rows joins an array of maps and one of masks.
func rows(a arrays, name, masksAt string) (*Measured, error) {
	planes, err := a.stack(name)
	if err != nil {
		return nil, err
	}
	from := a
	if masksAt != "" {
		if folder, err := there("Masks", masksAt); err != nil {
			return nil, err
		} else if folder {
			return nil, setting.Errorf("Masks", "the maps of %s have no names to find masks "+
				"in a folder by; give an array [pictures, rows, columns] of masks, or a map for "+
				"each picture under its name", a.path)
		}
		if from, err = readArrays(masksAt); err != nil {
			return nil, err
		}
	}
	called, ok := from.stacked("masks")
	if !ok || masksAt == "" && called == "" {
		return nil, setting.Errorf("Masks", "expected an array called masks in %s, or a "+
			"file of one", from.path)
	}
	masks, err := from.stack(called)
	if err != nil {
		return nil, err
	}
	if len(masks) != len(planes) {
		return nil, setting.Errorf("Masks", "expected a mask for each of the %d maps, got %d",
			len(planes), len(masks))
	}
	m := &Measured{Masked: len(masks)}
	for i, p := range planes {
		mask, err := graded(masks[i])
		if err != nil {
			return nil, setting.Errorf("Masks", "%s: row %d: %w", from.path, i, err)
		}
		m.add(metric.Case{Name: fmt.Sprintf("row %d", i), Map: p, Mask: mask})
	}
	return m, m.told(a)
}

// graded is a mask of an array in grades: as it is where its values are those of a byte, of 0 to 1
// scaled; of other values every one but 0 is anomalous.
func graded(p metric.Plane) (*imageio.Image, error) {
	most, whole := float32(0), true
	for i, x := range p.Pix {
		if !(x >= 0) || x-x != 0 {
			return nil, fmt.Errorf("expected values from 0 up, got %v at %d", x, i)
		}
		most, whole = max(most, x), whole && x == float32(int(x))
	}
	m := imageio.New(p.W, p.H, 1)
	for i, x := range p.Pix {
		switch {
		case most <= 1:
			m.Pix[i] = uint8(x*255 + 0.5)
		case whole && most > 127 && most <= 255:
			m.Pix[i] = uint8(x)
		case x != 0:
			m.Pix[i] = 255
		}
	}
	return m, nil
}

// told takes scores and labels that a file has beside its maps.
func (m *Measured) told(a arrays) error {
	for _, name := range []string{"scores", "labels"} {
		if _, ok := a.of[name]; !ok {
			continue
		}
		values, err := a.floats(name)
		if err != nil {
			return err
		}
		if len(values) != len(m.Cases) {
			return fmt.Errorf("%s: %s: expected one for each of the %d maps, got %d", a.path, name,
				len(m.Cases), len(values))
		}
		for i, x := range values {
			if name == "scores" {
				score := float64(x)
				m.Cases[i].Score = &score
				continue
			}
			if x != 0 && x != 1 || m.Cases[i].Label == 1 && x == 0 {
				return fmt.Errorf("%s: labels: row %d: expected 1 where the mask has an "+
					"anomalous pixel, else 0 or 1, got %v", a.path, i, x)
			}
			m.Cases[i].Label = int(x)
		}
	}
	return nil
}

// Names lists the cases, for the pairing of two sets of maps.
func (m *Measured) Names() (names []string) {
	for _, c := range m.Cases {
		names = append(names, c.Name)
	}
	return names
}

// Alike says in one line whether two sets of maps are of the same pictures with the same masks.
func (m *Measured) Alike(other *Measured) error {
	for i := range max(len(m.Cases), len(other.Cases)) {
		if i >= len(m.Cases) || i >= len(other.Cases) || m.Cases[i].Name != other.Cases[i].Name {
			return fmt.Errorf("expected maps of the same pictures, got %d and %d, which differ "+
				"from picture %d on", len(m.Cases), len(other.Cases), i+1)
		}
	}
	for i, c := range m.Cases {
		if c.Label != other.Cases[i].Label {
			return fmt.Errorf("%s is normal in one set and anomalous in the other", c.Name)
		}
	}
	return nil
}
