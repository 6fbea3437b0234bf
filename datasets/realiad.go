package datasets

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// realIADCodes are Real-IAD's names of its defect types. Source: pkg/multiads/SPEC.md 14.
var realIADCodes = map[string]string{
	"AK": "pit", "BX": "deformation", "CH": "abrasion", "HS": "scratch", "PS": "damage",
	"QS": "missing", "YW": "foreign", "ZW": "contamination",
}

// RealIADCode is Real-IAD's code of a defect type, "OK" for Good, "" for a type that it does not
// have.
func RealIADCode(kind string) string {
	if kind == Good {
		return "OK"
	}
	for code, name := range realIADCodes {
		if name == kind {
			return code
		}
	}
	return ""
}

// realIADMeta is the list of the CLIP-based methods, which stands for those of Real-IAD where it
// alone is there.
const realIADMeta = "meta1.json"

// realIADView finds the camera, C1 to C5, in a file's name.
var realIADView = regexp.MustCompile(`_(C[1-5])(_|\.)`)

// openRealIAD reads Real-IAD: the lists ROOT/realiad_jsons/realiad_jsons/CATEGORY.json (or one
// folder up) with keys train and test over the images in ROOT/realiad_1024/CATEGORY (or another
// realiad_SIZE). Every view is an image of its own; the order is the lists', on which few-shot
// draws depend. Source: pkg/inpformer/SPEC.md 13.
func openRealIAD(root string, opt Options) (*Set, error) {
	lists := filepath.Join(root, "realiad_jsons", "realiad_jsons")
	if !isDir(lists) {
		lists = filepath.Join(root, "realiad_jsons")
	}
	var files []string
	entries, err := os.ReadDir(lists)
	if err != nil && !os.IsNotExist(err) {
		return nil, fmt.Errorf("reading %s: %w", lists, err)
	}
	for _, e := range entries {
		if !ignored(e.Name()) && filepath.Ext(e.Name()) == ".json" {
			files = append(files, filepath.Join(lists, e.Name()))
		}
	}
	if len(files) == 0 {
		if _, err := os.Stat(filepath.Join(root, realIADMeta)); err == nil {
			return openMeta(root, opt)
		}
		return nil, fmt.Errorf("%s: expected lists realiad_jsons/realiad_jsons/CATEGORY.json or "+
			"%s, got %s", root, realIADMeta, contents(root))
	}
	set := &Set{Name: folderName(root), Root: root}
	for _, file := range files {
		images, err := realIADImages(root, stem(file))
		if err != nil {
			return nil, err
		}
		if err := set.addRealIAD(file, images); err != nil {
			return nil, err
		}
	}
	return set, set.checkFiles(lists)
}

// looksRealIAD tells a folder of that layout.
func looksRealIAD(root string) bool { return has(root, "realiad_jsons") }

// realIADImages is the one folder realiad_SIZE/CATEGORY.
func realIADImages(root, category string) (string, error) {
	sizes, err := subfolders(root)
	if err != nil {
		return "", err
	}
	var found []string
	for _, size := range sizes {
		dir := filepath.Join(root, size, category)
		if strings.HasPrefix(size, "realiad_") && size != "realiad_jsons" && isDir(dir) {
			found = append(found, dir)
		}
	}
	if len(found) != 1 {
		got := "none in " + contents(root)
		if len(found) > 1 {
			got = firstFew(found)
		}
		return "", fmt.Errorf("%s: expected one folder realiad_1024/%s (or of another size), "+
			"got %s", root, category, got)
	}
	return found[0], nil
}

// addRealIAD reads the list of the category whose images lie in dir.
func (s *Set) addRealIAD(file, dir string) error {
	type item struct {
		Class string  `json:"anomaly_class"`
		Image string  `json:"image_path"`
		Mask  *string `json:"mask_path"`
	}
	b, err := readText(file)
	if err != nil {
		return err
	}
	var list map[string]json.RawMessage
	if err := json.Unmarshal(b, &list); err != nil {
		return fmt.Errorf("%s: expected a JSON object with train and test: %w", file, err)
	}
	category := stem(file)
	seen := map[string]bool{}
	for _, split := range []string{TrainSplit, TestSplit} {
		var items []item
		if err := json.Unmarshal(list[split], &items); err != nil || len(items) == 0 {
			return fmt.Errorf("%s#/%s: expected a list of images, got %s", file, split,
				brief(list[split]))
		}
		for i, it := range items {
			at := func(key string) string {
				return fmt.Sprintf("%s#/%s/%d/%s", file, split, i, key)
			}
			image, err := inside(dir, it.Image)
			if err != nil || it.Image == "" {
				return fmt.Errorf("%s: expected a path within %s, got %q", at("image_path"), dir,
					it.Image)
			}
			if seen[image] {
				return fmt.Errorf("%s: expected each image once, got %q again", at("image_path"),
					it.Image)
			}
			seen[image] = true
			kind := Good
			switch {
			case it.Class == "":
				return fmt.Errorf("%s: expected OK or a defect's code, got none",
					at("anomaly_class"))
			case it.Class != "OK":
				kind = it.Class
				if name, ok := realIADCodes[it.Class]; ok {
					kind = name
				}
				if split == TrainSplit {
					return fmt.Errorf("%s: expected OK images to learn from, got %q",
						at("anomaly_class"), it.Class)
				}
			}
			x := s.sample(image, category, split, kind)
			if m := realIADView.FindStringSubmatch(filepath.Base(image)); m != nil {
				x.View = m[1]
			}
			if x.Label == 1 && it.Mask != nil && *it.Mask != "" {
				mask, err := inside(dir, *it.Mask)
				if err != nil {
					return fmt.Errorf("%s: %w", at("mask_path"), err)
				}
				if err := s.setMask(&x, mask); err != nil {
					return err
				}
			}
			s.put(x)
		}
	}
	return nil
}

// brief is the beginning of a JSON value, for an error's line.
func brief(v json.RawMessage) string {
	if len(v) == 0 {
		return "nothing"
	}
	s := strings.Join(strings.Fields(string(v[:min(len(v), 200)])), " ")
	if len(s) > 40 {
		s = s[:40] + "..."
	}
	return s
}
