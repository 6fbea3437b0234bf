package datasets

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func text(t *testing.T, path, content string) {
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	require.NoError(t, os.WriteFile(path, []byte(content), 0o666))
}

// visaFolder is VisA with two images of a candle.
func visaFolder(t *testing.T, list string) string {
	root := t.TempDir()
	for _, name := range []string{"Images/Normal/0000.png", "Images/Normal/0001.png",
		"Images/Anomaly/0000.png", "Masks/Anomaly/0000.png"} {
		shade(t, filepath.Join(root, "candle/Data", name), 8, 1, false)
	}
	text(t, filepath.Join(root, "split_csv/1cls.csv"), list)
	return root
}

const visaList = "object,split,label,image,mask\n" +
	"candle,train,normal,candle/Data/Images/Normal/0000.png,\n" +
	"candle,test,normal,candle/Data/Images/Normal/0001.png,\n" +
	"candle,test,anomaly,candle/Data/Images/Anomaly/0000.png,candle/Data/Masks/Anomaly/0000.png\n"

func TestVisA(t *testing.T) {
	root := visaFolder(t, "\xef\xbb\xbf"+strings.ReplaceAll(visaList, "\n", "\r\n"))
	set, err := Open("visa", root, Options{})
	require.NoError(t, err)
	require.Equal(t, "bad", set.Categories[0].Test[1].DefectType)
	require.True(t, set.Categories[0].Test[1].NumberedMask)
	text(t, filepath.Join(root, "candle/image_anno.csv"),
		"image,label,mask\ncandle/Data/Images/Anomaly/0000.png,\"extra,weird wick\",x\n")
	set, err = Open("visa", root, Options{})
	require.NoError(t, err)
	require.Equal(t, "extra,weird wick", set.Categories[0].Test[1].DefectType)

	reorganised := t.TempDir()
	sound(t, filepath.Join(reorganised, "1cls"))
	set, err = Open("visa", reorganised, Options{})
	require.NoError(t, err)
	require.Equal(t, "plate", set.Categories[0].Name)

	for label, c := range map[string]struct{ old, new, want string }{
		"header": {"object,", "thing,", "1cls.csv:1: expected the columns object"},
		"split": {"candle,test,normal", "candle,tests,normal",
			`1cls.csv:3: split: expected train or test, got "tests"`},
		"label": {"train,normal", "train,fine",
			"1cls.csv:2: label: expected normal or anomaly"},
		"trained": {"candle,test,anomaly", "candle,train,anomaly",
			"1cls.csv:4: label: expected normal images to learn from"},
		"traversal": {"candle/Data/Images/Normal/0001.png", "../x.png",
			"1cls.csv:3: image: expected a path within"},
		"absolute": {"candle/Data/Masks", "/candle/Data/Masks",
			"1cls.csv:4: mask: expected a path within"},
		"twice":   {"Normal/0001", "Normal/0000", "1cls.csv:3: image: expected each once"},
		"missing": {"Normal/0001", "Normal/0009", "missing 1"},
		"fields": {"Normal/0000.png,", "Normal/0000.png",
			"1cls.csv:2: expected 5 fields, got 4"},
		"empty": {visaList, "", "1cls.csv:1: expected the header object"},
	} {
		_, err := Open("visa", visaFolder(t, strings.Replace(visaList, c.old, c.new, 1)), Options{})
		require.ErrorContains(t, err, c.want, label)
		require.NotContains(t, err.Error(), "\n")
	}
	_, err = Open("visa", t.TempDir(), Options{})
	require.ErrorContains(t, err, "expected split_csv/1cls.csv")
}

func realIADFolder(t *testing.T, list string) string {
	root := t.TempDir()
	for _, name := range []string{"OK/S1/a_C1_1.png", "OK/S1/a_C2_1.png", "NG/QS/S2/a_C3_1.png",
		"NG/QS/S2/m.png"} {
		shade(t, filepath.Join(root, "realiad_1024/toy", name), 8, 1, false)
	}
	text(t, filepath.Join(root, "realiad_jsons/realiad_jsons/toy.json"), list)
	return root
}

const realIADList = `{"meta": {}, "train": [{"category": "toy", "anomaly_class": "OK", ` +
	`"image_path": "OK/S1/a_C2_1.png", "mask_path": null}],
 "test": [{"anomaly_class": "QS", "image_path": "NG/QS/S2/a_C3_1.png", ` +
	`"mask_path": "NG/QS/S2/m.png"},
          {"anomaly_class": "OK", "image_path": "OK/S1/a_C1_1.png"}]}`

func TestRealIAD(t *testing.T) {
	set, err := Open("realiad", realIADFolder(t, realIADList), Options{})
	require.NoError(t, err)
	test := set.Categories[0].Test
	require.Equal(t, []any{"missing", "C3", 1}, []any{test[0].DefectType, test[0].View,
		test[0].Label}, "in the list's order")
	require.Equal(t, []any{"good", "C1", 0, ""}, []any{test[1].DefectType, test[1].View,
		test[1].Label, test[1].Mask})
	for label, c := range map[string]struct{ old, new, want string }{
		"not JSON": {"{", "[", "toy.json: expected a JSON object"},
		"no test": {`"test"`, `"tests"`,
			"toy.json#/test: expected a list of images, got nothing"},
		"no class": {`"anomaly_class": "QS"`, `"x": 1`,
			"toy.json#/test/0/anomaly_class: expected OK or"},
		"trained": {`"anomaly_class": "OK"`, `"anomaly_class": "AK"`,
			"toy.json#/train/0/anomaly_class: expected OK images"},
		"traversal": {"NG/QS/S2/a_C3_1.png", "../../x.png",
			"toy.json#/test/0/image_path: expected a path within"},
		"twice": {"OK/S1/a_C1_1.png", "NG/QS/S2/a_C3_1.png",
			"toy.json#/test/1/image_path: expected each image once"},
		"missing": {"m.png", "n.png", "missing 1"},
	} {
		_, err := Open("realiad", realIADFolder(t, strings.Replace(realIADList, c.old, c.new, 1)),
			Options{})
		require.ErrorContains(t, err, c.want, label)
	}
	_, err = Open("realiad", t.TempDir(), Options{})
	require.ErrorContains(t, err, "expected lists")
}

func TestMADIgnoresMasksOfNormalImages(t *testing.T) {
	root := t.TempDir()
	sound(t, root)
	shade(t, filepath.Join(root, "plate/ground_truth/good/0.png"), 16, 0, false)
	_, err := Open("mvtec", root, Options{})
	require.ErrorContains(t, err, "expected no masks for normal images")
	set, err := Open("mad", root, Options{})
	require.NoError(t, err)
	for _, x := range set.Categories[0].Test {
		require.Equal(t, x.Label == 1, x.Mask != "")
	}
}

const metaList = `{"train": {"cap": [{"img_path": "a.png", "mask_path": "", ` +
	`"cls_name": "cap", "specie_name": "", "anomaly": 0}]},
 "test": {"cap": [{"img_path": "b.png", "mask_path": "m.png", "cls_name": "cap", ` +
	`"specie_name": "dent", "anomaly": 1},
  {"img_path": "c.png", "mask_path": "m.png", "product_cls": "cap", "defect_cls": "good", ` +
	`"anomaly": 0}]}}`

func metaFolder(t *testing.T, name, list string) string {
	root := t.TempDir()
	for _, dir := range []string{root, filepath.Join(root, "cap")} {
		for _, f := range []string{"a", "b", "c", "m"} {
			shade(t, filepath.Join(dir, f+".png"), 8, 1, false)
		}
	}
	text(t, filepath.Join(root, name), list)
	return root
}

func TestMeta(t *testing.T) {
	set, err := Open("meta", metaFolder(t, "meta.json", "\xef\xbb\xbf"+strings.ReplaceAll(metaList,
		"\n", "\r\n")), Options{})
	require.NoError(t, err)
	test := set.Categories[0].Test
	require.Equal(t, []any{"dent", "m.png"}, []any{test[0].DefectType, filepath.Base(test[0].Mask)})
	require.Equal(t, []any{"good", ""}, []any{test[1].DefectType, test[1].Mask},
		"a normal image's mask is ignored")

	set, err = Open("meta", metaFolder(t, "meta1.json", metaList), Options{})
	require.NoError(t, err)
	require.Equal(t, "cap/a.png", set.Categories[0].Train[0].ID,
		"Real-IAD's paths start at the category")

	var both map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(metaList), &both))
	set, err = Open("meta", metaFolder(t, "meta_wo_md.json", string(both["test"])), Options{})
	require.NoError(t, err)
	require.Len(t, set.Categories[0].Test, 2)

	for label, c := range map[string]struct{ old, new, want string }{
		"traversal": {"b.png", "../b.png",
			"meta.json#/test/cap/0/img_path: expected a path within"},
		"backslash": {"b.png", `..\\b.png`,
			"meta.json#/test/cap/0/img_path: expected a path within"},
		"absolute": {"m.png", "/m.png", "meta.json#/test/cap/0/mask_path: expected a path within"},
		"class": {`"cls_name": "cap", "specie_name": "dent"`, `"cls_name": "lid"`,
			`meta.json#/test/cap/0/cls_name: expected the category "cap"`},
		"type": {`"img_path": "b.png"`, `"img_path": 3`,
			"meta.json#/test/cap/0/img_path: expected a string, got 3"},
		"anomaly": {`"anomaly": 1`, `"anomaly": 2`,
			"meta.json#/test/cap/0/anomaly: expected 0 or 1, got 2"},
		"trained": {`"anomaly": 0`, `"anomaly": 1`,
			"meta.json#/train/cap/0/anomaly: expected normal images"},
		"no mask":   {"m.png", "", "meta.json#/test/cap/0/mask_path: expected the mask"},
		"twice":     {"c.png", "b.png", "meta.json#/test/cap/1/img_path: expected each image once"},
		"split":     {`"train"`, `"val"`, "meta.json#/val: expected the splits"},
		"missing":   {"c.png", "d.png", "missing 1"},
		"not JSON":  {"{", "", "meta.json: expected"},
		"no images": {metaList, "{}", "meta.json: expected at least one image"},
	} {
		_, err := Open("meta", metaFolder(t, "meta.json", strings.Replace(metaList, c.old, c.new,
			1)), Options{})
		require.ErrorContains(t, err, c.want, label)
		require.NotContains(t, err.Error(), "\n", label)
	}
}

func TestLinksDoNotLeaveTheRoot(t *testing.T) {
	root := metaFolder(t, "meta.json", metaList)
	elsewhere := filepath.Join(t.TempDir(), "b.png")
	shade(t, elsewhere, 8, 1, false)
	require.NoError(t, os.Remove(filepath.Join(root, "b.png")))
	require.NoError(t, os.Symlink(elsewhere, filepath.Join(root, "b.png")))
	_, err := Open("meta", root, Options{})
	require.ErrorContains(t, err, "leads out of")
	require.NoError(t, os.Remove(filepath.Join(root, "b.png")))
	require.NoError(t, os.Symlink("b.png", filepath.Join(root, "b.png")))
	_, err = Open("meta", root, Options{})
	require.ErrorContains(t, err, "missing 1", "a loop")
}

func FuzzMeta(f *testing.F) {
	f.Add([]byte(metaList))
	f.Add([]byte(`{"test": {"a": [{"anomaly": null}]}}`))
	root := f.TempDir()
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, kind := range metaFiles {
			s := &Set{Root: root}
			if err := s.parseMeta("meta.json", kind, b); err != nil {
				require.NotContains(t, err.Error(), "\n")
			}
			for _, x := range s.All() {
				rel, err := filepath.Rel(root, x.Path)
				require.NoError(t, err)
				require.True(t, filepath.IsLocal(rel), x.Path)
			}
		}
	})
}
