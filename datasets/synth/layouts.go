package synth

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"adlab/datasets"
)

// mvtecLayout is CATEGORY/{train/good, test/TYPE, ground_truth/TYPE}, as MVTec-AD, MPDD and MAD
// come, with the meta.json that CLIP-based methods add.
type mvtecLayout struct{ extension string }

func (mvtecLayout) views() int          { return 1 }
func (mvtecLayout) maskValue(int) uint8 { return 255 }

func (l mvtecLayout) files(j job) (image, mask string) {
	name := fmt.Sprintf("%03d", j.index)
	image = path.Join(j.category.Name, j.split, j.kind(), name+l.extension)
	if len(j.types) > 0 {
		mask = path.Join(j.category.Name, "ground_truth", j.kind(), name+"_mask.png")
	}
	return image, mask
}

func (l mvtecLayout) lists(root string, b Benchmark, jobs []job) error {
	class, kind := "cls_name", "specie_name"
	if strings.HasPrefix(b.Name, "mad") {
		class, kind = "product_cls", "defect_cls"
	}
	return writeMeta(filepath.Join(root, "meta.json"), jobs, l, func(j job) map[string]any {
		return map[string]any{class: j.category.Name, kind: j.kind()}
	})
}

// writeMeta writes {"train": {category: [item]}, "test": ...} with the keys of more in each item.
func writeMeta(file string, jobs []job, l layout, more func(j job) map[string]any) error {
	meta := map[string]map[string][]map[string]any{"train": {}, "test": {}}
	for _, j := range jobs {
		item := more(j)
		item["img_path"], item["mask_path"] = l.files(j)
		item["anomaly"] = min(1, len(j.types))
		meta[j.split][j.category.Name] = append(meta[j.split][j.category.Name], item)
	}
	return writeJSON(file, meta)
}

// visaLayout is CATEGORY/Data/{Images/{Normal,Anomaly}, Masks/Anomaly} with split_csv/1cls.csv and
// CATEGORY/image_anno.csv, as VisA comes. Its masks hold small numbers, not 255.
type visaLayout struct{}

func (visaLayout) views() int            { return 1 }
func (visaLayout) maskValue(n int) uint8 { return uint8(n + 1) }

func (visaLayout) files(j job) (image, mask string) {
	dir, name := path.Join(j.category.Name, "Data"), fmt.Sprintf("%04d", j.index)
	if j.split == "train" {
		name = fmt.Sprintf("%04d", 1000+j.index) // one folder for both splits
	}
	if len(j.types) == 0 {
		return path.Join(dir, "Images", "Normal", name+".JPG"), ""
	}
	return path.Join(dir, "Images", "Anomaly", name+".JPG"), path.Join(dir, "Masks", "Anomaly",
		name+".png")
}

func (l visaLayout) lists(root string, b Benchmark, jobs []job) error {
	split := [][]string{{"object", "split", "label", "image", "mask"}}
	notes := map[string][][]string{}
	for _, j := range jobs {
		image, mask := l.files(j)
		label, kinds := "normal", []string{"normal"}
		if len(j.types) > 0 {
			label, kinds = "anomaly", nil
			for _, t := range j.types {
				kinds = append(kinds, t.Name)
			}
		}
		split = append(split, []string{j.category.Name, j.split, label, image, mask})
		notes[j.category.Name] = append(notes[j.category.Name],
			[]string{image, strings.Join(kinds, ","), mask})
	}
	if err := writeCSV(filepath.Join(root, "split_csv", "1cls.csv"), split); err != nil {
		return err
	}
	for _, c := range b.Categories {
		rows := append([][]string{{"image", "label", "mask"}}, notes[c.Name]...)
		if err := writeCSV(filepath.Join(root, c.Name, "image_anno.csv"), rows); err != nil {
			return err
		}
	}
	return writeMeta(filepath.Join(root, "meta.json"), jobs, l, func(j job) map[string]any {
		return map[string]any{"cls_name": j.category.Name, "specie_name": ""}
	})
}

func writeText(file, text string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(text), 0o666)
}

func writeCSV(file string, rows [][]string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return err
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := csv.NewWriter(f).WriteAll(rows); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// realIADLayout is realiad_1024/CATEGORY/{OK,NG/CODE}/SPECIMEN/..., five views a specimen, with a
// JSON list a category, as Real-IAD comes.
type realIADLayout struct{}

func (realIADLayout) views() int          { return 5 }
func (realIADLayout) maskValue(int) uint8 { return 255 }

func (l realIADLayout) relative(j job) (image, mask string) {
	specimen, code := j.specimen, datasets.RealIADCode(j.kind())
	if j.split == "train" {
		specimen += 1000
	}
	dir, name := path.Join("OK", fmt.Sprintf("S%04d", specimen)),
		fmt.Sprintf("%s_%04d_OK_C%d", j.category.Name, specimen, j.view)
	if code != "OK" {
		dir, name = path.Join("NG", code, fmt.Sprintf("S%04d", specimen)),
			fmt.Sprintf("%s_%04d_NG_%s_C%d", j.category.Name, specimen, code, j.view)
		mask = path.Join(dir, name+".png")
	}
	return path.Join(dir, name+".jpg"), mask
}

func (l realIADLayout) files(j job) (image, mask string) {
	image, mask = l.relative(j)
	dir := path.Join("realiad_1024", j.category.Name)
	if mask != "" {
		mask = path.Join(dir, mask)
	}
	return path.Join(dir, image), mask
}

func (l realIADLayout) lists(root string, b Benchmark, jobs []job) error {
	type item struct {
		Category string  `json:"category"`
		Class    string  `json:"anomaly_class"`
		Image    string  `json:"image_path"`
		Mask     *string `json:"mask_path"`
	}
	type list struct {
		Meta  json.RawMessage `json:"meta"`
		Train []item          `json:"train"`
		Test  []item          `json:"test"`
	}
	for _, c := range b.Categories {
		v := list{Meta: json.RawMessage(`{"normal_class": "OK"}`)}
		for _, j := range jobs {
			if j.category.Name != c.Name {
				continue
			}
			image, mask := l.relative(j)
			x := item{c.Name, datasets.RealIADCode(j.kind()), image, nil}
			if mask != "" {
				x.Mask = &mask
			}
			if j.split == "train" {
				v.Train = append(v.Train, x)
			} else {
				v.Test = append(v.Test, x)
			}
		}
		dir := filepath.Join(root, "realiad_jsons", "realiad_jsons")
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return err
		}
		if err := writeJSON(filepath.Join(dir, c.Name+".json"), v); err != nil {
			return err
		}
	}
	return nil
}
