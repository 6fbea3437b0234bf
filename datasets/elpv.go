package datasets

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// elpvTrain is how many of ELPV's label-0 images are learned from; the rest are tested on.
const elpvTrain = 1000

// openELPV reads the electroluminescence images of solar cells: ROOT/labels.csv with a path, a
// defect probability and a kind of cell (mono, poly) a line. Probability 0 is normal, 1 is
// defective; the images that the annotators were unsure of (1/3 and 2/3) are left out. The split is
// fixed: 1,000 label-0 images, drawn with seed 0, to learn from; the other label-0 images against
// those of label 1 as the test.
func openELPV(root string, _ Options) (*Set, error) {
	path := filepath.Join(root, "labels.csv")
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("%s: expected labels.csv and images in it, got %s", root,
			contents(root))
	}
	b, err := readText(path)
	if err != nil {
		return nil, err
	}
	set := sourced("elpv", root)
	seen := map[string]int{}
	var normal, defective []Sample
	lines := bufio.NewScanner(bytes.NewReader(b))
	for n := 1; lines.Scan(); n++ {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 {
			continue
		}
		if len(fields) != 3 || (fields[2] != "mono" && fields[2] != "poly") {
			return nil, fmt.Errorf("%s:%d: expected PATH PROBABILITY mono|poly, got %q", path, n,
				lines.Text())
		}
		p, err := strconv.ParseFloat(fields[1], 64)
		if err != nil || !(p >= 0 && p <= 1) {
			return nil, fmt.Errorf("%s:%d: expected a probability from 0 to 1, got %q", path, n,
				fields[1])
		}
		image, err := inside(root, fields[0])
		if err != nil {
			return nil, fmt.Errorf("%s:%d: expected a path within the folder, got %q", path, n,
				fields[0])
		}
		if first, twice := seen[image]; twice {
			return nil, fmt.Errorf("%s:%d: expected each image once, got %q again after line %d",
				path, n, fields[0], first)
		}
		seen[image] = n
		switch p {
		case 0:
			normal = append(normal, set.sample(image, fields[2], "", Good))
		case 1:
			defective = append(defective, set.sample(image, fields[2], TestSplit, "defect"))
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	if err := allFiles(path, append(slices.Clone(normal), defective...)); err != nil {
		return nil, err
	}
	train, held := split(normal, elpvTrain)
	setSplit(train, TrainSplit)
	setSplit(held, TestSplit)
	set.Categories = []Category{{Name: "mono"}, {Name: "poly"}}
	for i := range set.Categories {
		c := &set.Categories[i]
		c.Train = ofCategory(train, c.Name)
		c.Test = append(ofCategory(held, c.Name), ofCategory(defective, c.Name)...)
		if len(c.Train) == 0 || len(c.Test) == 0 {
			return nil, fmt.Errorf("%s: expected normal and defective %s cells, got %d to learn "+
				"from and %d to test on", path, c.Name, len(c.Train), len(c.Test))
		}
	}
	return set, nil
}

// looksELPV tells a folder of that layout.
func looksELPV(root string) bool { return has(root, "labels.csv") }

// allFiles checks that the listed images are there.
func allFiles(list string, samples []Sample) error {
	for _, x := range samples {
		if info, err := os.Stat(x.Path); err != nil || !info.Mode().IsRegular() {
			return fmt.Errorf("%s: expected the image %s that it lists, got none", list, x.Path)
		}
	}
	return nil
}

func setSplit(samples []Sample, split string) {
	for i := range samples {
		samples[i].Split = split
	}
}

func ofCategory(samples []Sample, name string) []Sample {
	var of []Sample
	for _, s := range samples {
		if s.Category == name {
			of = append(of, s)
		}
	}
	return of
}
