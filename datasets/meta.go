package datasets

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// metaFiles are the names that the CLIP-based methods give their list: meta1.json is the converted
// list of Real-IAD, whose paths are relative to the category's folder, and meta_wo_md.json is that
// of VisA's images with one defect type, without splits.
var metaFiles = []string{"meta.json", "meta1.json", "meta_wo_md.json"}

// pointerEscape writes a key as JSON pointers do (RFC 6901), in one line.
var pointerEscape = strings.NewReplacer("~", "~0", "/", "~1", "\n", `\n`, "\r", `\r`)

// openMeta reads {"train": {CATEGORY: [item]}, "test": ...} with the item keys img_path, mask_path,
// cls_name or product_cls, specie_name or defect_cls, and anomaly (0 or 1). A list in which no
// image has a mask is one of image labels alone. Errors point into the file. Source:
// pkg/multiads/SPEC.md 14.
func openMeta(root string, _ Options) (*Set, error) {
	i := slices.IndexFunc(metaFiles, func(name string) bool {
		_, err := os.Stat(filepath.Join(root, name))
		return err == nil
	})
	if i < 0 {
		return nil, fmt.Errorf("%s: expected meta.json in it, got %s", root, contents(root))
	}
	file := filepath.Join(root, metaFiles[i])
	b, err := readText(file)
	if err != nil {
		return nil, err
	}
	set := &Set{Name: folderName(root), Root: root, untrained: true}
	if err := set.parseMeta(file, metaFiles[i], b); err != nil {
		return nil, err
	}
	return set, set.checkFiles(file)
}

// looksMeta tells a folder of that layout.
func looksMeta(root string) bool { return hasAny(root, metaFiles...) }

func (s *Set) parseMeta(file, kind string, b []byte) error {
	splits := map[string]map[string][]json.RawMessage{}
	if kind == "meta_wo_md.json" {
		var test map[string][]json.RawMessage
		if err := json.Unmarshal(b, &test); err != nil {
			return fmt.Errorf("%s: expected {CATEGORY: [image]}: %w", file, err)
		}
		splits[TestSplit] = test
	} else if err := json.Unmarshal(b, &splits); err != nil {
		return fmt.Errorf("%s: expected {\"train\": {CATEGORY: [image]}, \"test\": ...}: %w", file,
			err)
	}
	for name := range splits {
		if name != TrainSplit && name != TestSplit {
			return fmt.Errorf("%s#/%s: expected the splits train and test, got %q", file,
				pointerEscape.Replace(name), name)
		}
	}
	seen, masked := map[string]bool{}, namesMasks(splits)
	for _, split := range []string{TrainSplit, TestSplit} {
		var categories []string
		for c := range splits[split] {
			categories = append(categories, c)
		}
		slices.Sort(categories)
		for _, category := range categories {
			for i, raw := range splits[split][category] {
				pointer := fmt.Sprintf("%s#/%s/%s/%d", file, split, pointerEscape.Replace(category),
					i)
				x, err := s.metaItem(kind, split, category, raw, pointer, masked)
				if err != nil {
					return err
				}
				if seen[x.Path] {
					return fmt.Errorf("%s/img_path: expected each image once, got %q again",
						pointer, x.ID)
				}
				seen[x.Path] = true
				s.put(x)
			}
		}
	}
	if len(s.Categories) == 0 {
		return fmt.Errorf("%s: expected at least one image, got none", file)
	}
	return nil
}

// namesMasks says whether a list names a mask anywhere. One that names none has image labels alone.
func namesMasks(splits map[string]map[string][]json.RawMessage) bool {
	for _, categories := range splits {
		for _, items := range categories {
			for _, raw := range items {
				var item struct {
					Mask any `json:"mask_path"`
				}
				if json.Unmarshal(raw, &item) == nil && item.Mask != nil && item.Mask != "" {
					return true
				}
			}
		}
	}
	return false
}

// metaItem reads one image of the list. masked says that anomalous images have masks.
func (s *Set) metaItem(kind, split, category string, raw json.RawMessage, pointer string,
	masked bool) (Sample, error) {
	var item map[string]any
	if err := json.Unmarshal(raw, &item); err != nil {
		return Sample{}, fmt.Errorf("%s: expected an object, got %s", pointer, brief(raw))
	}
	text := func(keys ...string) (string, string, error) {
		for _, key := range keys {
			if v, ok := item[key]; ok && v != nil {
				s, ok := v.(string)
				if !ok {
					return "", key, fmt.Errorf("%s/%s: expected a string, got %s", pointer, key,
						valueOf(v))
				}
				return s, key, nil
			}
		}
		return "", keys[0], nil
	}
	image, _, err := text("img_path")
	if err != nil {
		return Sample{}, err
	}
	mask, _, err := text("mask_path")
	if err != nil {
		return Sample{}, err
	}
	class, classKey, err := text("cls_name", "product_cls")
	if err != nil {
		return Sample{}, err
	}
	defect, _, err := text("defect_cls", "specie_name")
	if err != nil {
		return Sample{}, err
	}
	root := s.Root
	if kind == "meta1.json" {
		if root, err = inside(s.Root, category); err != nil {
			return Sample{}, fmt.Errorf("%s: %w", pointer, err)
		}
	}
	path, err := inside(root, image)
	if err != nil || image == "" {
		return Sample{}, fmt.Errorf("%s/img_path: expected a path within %s, got %q", pointer, root,
			image)
	}
	if class != category {
		return Sample{}, fmt.Errorf("%s/%s: expected the category %q that it is listed under, got "+
			"%q", pointer, classKey, category, class)
	}
	anomaly, ok := item["anomaly"].(float64)
	if !ok || anomaly != 0 && anomaly != 1 {
		return Sample{}, fmt.Errorf("%s/anomaly: expected 0 or 1, got %s", pointer,
			valueOf(item["anomaly"]))
	}
	if anomaly == 0 {
		return s.sample(path, category, split, Good), nil // a mask that is listed is ignored
	}
	if split == TrainSplit {
		return Sample{}, fmt.Errorf("%s/anomaly: expected normal images to learn from, got an "+
			"anomalous one, %q", pointer, image)
	}
	if mask == "" && masked {
		return Sample{}, fmt.Errorf("%s/mask_path: expected the mask of an anomalous image, got "+
			"none", pointer)
	}
	if defect == "" || Normal(defect) {
		defect = "defect"
	}
	x := s.sample(path, category, split, defect)
	x.NumberedMask = true // VisA's, which need it; in masks of 0 and 255 it makes no difference
	if mask == "" {
		return x, nil
	}
	maskPath, err := inside(root, mask)
	if err != nil {
		return Sample{}, fmt.Errorf("%s/mask_path: %w", pointer, err)
	}
	err = s.setMask(&x, maskPath)
	return x, err
}

// valueOf is a value of a list as an error's line shows it.
func valueOf(v any) string {
	b, err := json.Marshal(v)
	if err != nil { // it was read from JSON
		return "something else"
	}
	return brief(b)
}
