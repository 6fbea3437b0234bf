package datasets

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// openVisA reads VisA as it is distributed: ROOT/split_csv/1cls.csv (object, split, label, image,
// mask) over ROOT/CATEGORY/Data, with the names of the defects from ROOT/CATEGORY/image_anno.csv
// where it is there. Its masks hold small numbers; every one but zero is anomalous. A root without
// the list that has a folder 1cls, or is one, is read as the reorganised form, which has MVTec-AD's
// layout and the one defect type "bad". Source: pkg/inpformer/SPEC.md 13.
func openVisA(root string, opt Options) (*Set, error) {
	list := filepath.Join(root, "split_csv", "1cls.csv")
	if _, err := os.Stat(list); err != nil {
		if reorganised := filepath.Join(root, "1cls"); isDir(reorganised) {
			return mvtec.open(reorganised, opt)
		}
		set, err := mvtec.open(root, opt)
		if err != nil {
			return nil, fmt.Errorf("%s: expected split_csv/1cls.csv, as VisA is distributed, or "+
				"the reorganised folder 1cls: %w", root, err)
		}
		return set, nil
	}
	set := &Set{Name: folderName(root), Root: root}
	kinds := map[string]string{}
	noted := map[string]bool{}
	seen := map[string]bool{}
	err := readCSV(list, []string{"object", "split", "label", "image", "mask"},
		func(_ int, field map[string]string) error {
			object := field["object"]
			if object == "" || !filepath.IsLocal(object) || strings.ContainsAny(object, `/\`) {
				return fmt.Errorf("object: expected a category, got %q", object)
			}
			if !noted[object] {
				noted[object] = true
				if err := visaKinds(root, object, kinds); err != nil {
					return err
				}
			}
			if s := field["split"]; s != TrainSplit && s != TestSplit {
				return fmt.Errorf("split: expected train or test, got %q", s)
			}
			image, err := inside(root, field["image"])
			if err != nil {
				return fmt.Errorf("image: %w", err)
			}
			if seen[image] {
				return fmt.Errorf("image: expected each once, got %q again", field["image"])
			}
			seen[image] = true
			switch field["label"] {
			case "normal":
				set.put(set.sample(image, object, field["split"], Good))
				return nil
			case "anomaly":
			default:
				return fmt.Errorf("label: expected normal or anomaly, got %q", field["label"])
			}
			if field["split"] == TrainSplit {
				return fmt.Errorf("label: expected normal images to learn from, got an anomalous "+
					"one, "+
					"%q", field["image"])
			}
			kind := kinds[image]
			if kind == "" {
				kind = "bad"
			}
			x := set.sample(image, object, TestSplit, kind)
			x.NumberedMask = true
			if field["mask"] != "" {
				mask, err := inside(root, field["mask"])
				if err != nil {
					return fmt.Errorf("mask: %w", err)
				}
				if err := set.setMask(&x, mask); err != nil {
					return err
				}
			}
			set.put(x)
			return nil
		})
	if err != nil {
		return nil, err
	}
	if len(set.Categories) == 0 {
		return nil, fmt.Errorf("%s: expected at least one image in the list, got none", list)
	}
	return set, set.checkFiles(list)
}

// looksVisA tells a folder of that layout.
func looksVisA(root string) bool {
	return has(root, "split_csv/1cls.csv") || isDir(filepath.Join(root, "1cls"))
}

// visaKinds reads the names of the defects in each image of a category, several parted by commas.
func visaKinds(root, category string, kinds map[string]string) error {
	path := filepath.Join(root, category, "image_anno.csv")
	if _, err := os.Stat(path); err != nil {
		return nil
	}
	return readCSV(path, []string{"image", "label"}, func(_ int, field map[string]string) error {
		image, err := inside(root, field["image"])
		if err == nil {
			kinds[image] = field["label"]
		}
		return err
	})
}
