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
		return !slices.Contains([]string{"", ".txt", ".json", ".csv", ".md"}, ending)
	})
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, setting.Errorf("Masks", "expected masks, as .png, .npy or another format of "+
			"pictures, found none in %s", masksAt)
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
	read, err := readMasks(masks)
	if err != nil {
		return nil, err
	}
	m := &Measured{Masked: len(read)}
	for _, name := range names {
		m.add(metric.Case{Name: name, Map: planes[name], Mask: read[name]})
	}
	m.size()
	return m, nil
}

// size gives pictures without a mask the size of the others' masks, where all of those have one;
// else it is not known.
func (m *Measured) size() {
	w, h := 0, 0
	for _, c := range m.Cases {
		switch {
		case c.Mask == nil:
		case w == 0:
			w, h = c.Mask.W, c.Mask.H
		case w != c.Mask.W || h != c.Mask.H:
			return
		}
	}
	for i := range m.Cases {
		if c := &m.Cases[i]; c.Mask == nil {
			c.W, c.H = w, h
		}
	}
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
	read, at, err := graded(masks)
	if err != nil {
		return nil, setting.Errorf("Masks", "%s: row %d: %w", from.path, at, err)
	}
	m := &Measured{Masked: len(masks)}
	for i, p := range planes {
		m.add(metric.Case{Name: fmt.Sprintf("row %d", i), Map: p, Mask: read[i]})
	}
	return m, m.told(a)
}

// told takes scores and labels that a file has beside its maps.
func (m *Measured) told(a arrays) error {
	for _, name := range []string{"scores", "labels"} {
		if _, ok := a.of[name]; !ok {
			continue
		}
		values, err := a.doubles(name)
		if err != nil {
			return err
		}
		if len(values) != len(m.Cases) {
			return fmt.Errorf("%s: %s: expected one for each of the %d maps, got %d", a.path, name,
				len(m.Cases), len(values))
		}
		for i, x := range values {
			if name == "scores" {
				m.Cases[i].Score = &x
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
		o := other.Cases[i]
		switch {
		case c.Label != o.Label:
			return fmt.Errorf("%s is normal in one set and anomalous in the other", c.Name)
		case (c.Score == nil) != (o.Score == nil):
			return fmt.Errorf("%s has a score in one set and none in the other, where the map's "+
				"largest value would be one; give both sets scores, or none", c.Name)
		case !sameMask(c.Mask, o.Mask):
			return fmt.Errorf("%s has another mask in the other set", c.Name)
		}
	}
	return nil
}
