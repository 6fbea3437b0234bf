package datasets

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"

	"adlab/pkg/imageio"
)

// defectsFile names, in a category's folder, the defects that its masks' values stand for.
const defectsFile = "defects_config.json"

// DefectKind is a kind of defect as MVTec LOCO and AutoVI tell them apart.
type DefectKind struct {
	Name string `json:"defect_name"`
	// Value is what its masks hold, 1 to 255.
	Value int `json:"pixel_value"`
	// Saturation is how much of such a defect must be found for it to count as found as a whole: a
	// number of pixels, or a share of the defect's area where Relative is true.
	Saturation float64 `json:"saturation_threshold"`
	Relative   bool    `json:"relative_saturation"`
}

// Area is how many pixels of a defect that has so many must be found for it to count as found as a
// whole: its saturation area. It is at least one, for a score divides by it; a share is rounded
// down. Source: Bergmann et al., Beyond Dents and Scratches, IJCV 130, 2022, and its evaluation
// code.
func (k DefectKind) Area(pixels int) int {
	if k.Relative {
		return max(1, int(k.Saturation*float64(pixels)))
	}
	return max(1, min(int(k.Saturation), pixels))
}

// Defect is one defect of an image.
type Defect struct {
	DefectKind
	Mask *imageio.Image // one channel, 255 where the defect is, in the image's size
}

// Defects reads the defects of an image one by one, in the order of their files; none where the set
// does not tell them apart. A metric that saturates (sPRO) needs them.
func (s Sample) Defects() ([]Defect, error) {
	if s.kinds == nil {
		return nil, nil
	}
	files, err := s.maskFiles(s.Mask)
	if err != nil {
		return nil, err
	}
	var all []Defect
	for _, file := range files {
		kind, err := s.kinds.of(file)
		if err != nil {
			return nil, err
		}
		m, err := s.ReadMask(file)
		if err != nil {
			return nil, err
		}
		all = append(all, Defect{kind, m})
	}
	return all, nil
}

// defectList is what a category's list says.
type defectList struct {
	file  string
	kinds []DefectKind
}

// of finds the kind of the one defect that a mask marks by its value.
func (l *defectList) of(mask string) (DefectKind, error) {
	m, err := imageio.DecodeMask(mask)
	if err != nil {
		return DefectKind{}, err
	}
	value := 0
	for i := 0; i < len(m.Pix); i += m.C { // of a mask in colour, red
		v := int(m.Pix[i])
		if v != 0 && value != 0 && v != value {
			return DefectKind{}, fmt.Errorf("mask %s: expected one value besides 0, that of its "+
				"defect in %s, got %d and %d", mask, l.file, value, v)
		}
		value = max(value, v)
	}
	i := slices.IndexFunc(l.kinds, func(k DefectKind) bool { return k.Value == value })
	if i < 0 {
		return DefectKind{}, fmt.Errorf("mask %s: expected a value that %s names, got %d", mask,
			l.file, value)
	}
	return l.kinds[i], nil
}

// readDefects reads a category's list of defects, nil where there is none.
func readDefects(dir string) (*defectList, error) {
	l := &defectList{file: filepath.Join(dir, defectsFile)}
	if _, err := os.Stat(l.file); err != nil {
		return nil, nil
	}
	b, err := readText(l.file)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(b, &l.kinds); err != nil || len(l.kinds) == 0 {
		return nil, fmt.Errorf("%s: expected a list of {defect_name, pixel_value, "+
			"saturation_threshold, relative_saturation}, got %s", l.file, brief(b))
	}
	values := map[int]bool{}
	for i, k := range l.kinds {
		at := func(key string) string { return fmt.Sprintf("%s#/%d/%s", l.file, i, key) }
		switch {
		case k.Value < 1 || k.Value > 255:
			return nil, fmt.Errorf("%s: expected 1 to 255, got %d", at("pixel_value"), k.Value)
		case values[k.Value]:
			return nil, fmt.Errorf("%s: expected a value of its own, got %d again",
				at("pixel_value"), k.Value)
		case k.Name == "":
			return nil, fmt.Errorf("%s: expected the name of a defect, got none",
				at("defect_name"))
		case k.Relative && !(k.Saturation > 0 && k.Saturation <= 1):
			return nil, fmt.Errorf("%s: expected a share above 0 up to 1, got %v",
				at("saturation_threshold"), k.Saturation)
		case !k.Relative && (k.Saturation < 1 || k.Saturation != math.Trunc(k.Saturation)):
			return nil, fmt.Errorf("%s: expected a whole number of pixels, got %v",
				at("saturation_threshold"), k.Saturation)
		}
		values[k.Value] = true
	}
	return l, nil
}
