package datasets

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// fuzzList fuzzes a list of a layout, which lies in file: whatever stands in it, opening the set
// ends, an error is one line that names the folder, and no sample is outside of it.
func fuzzList(f *testing.F, layout, file string, lay func(t *testing.T, root string),
	seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	root := filepath.Join(f.TempDir(), "set")
	f.Fuzz(func(t *testing.T, b []byte) {
		if !isDir(root) {
			lay(t, root)
		}
		require.NoError(t, os.WriteFile(filepath.Join(root, file), b, 0o666))
		set, err := Open(layout, root, Options{})
		if err != nil {
			require.ErrorContains(t, err, root)
			require.NotContains(t, err.Error(), "\n")
			require.NotContains(t, err.Error(), "\r")
			return
		}
		for _, x := range set.All() {
			for _, path := range x.files() {
				rel, err := filepath.Rel(root, path)
				require.NoError(t, err)
				require.True(t, filepath.IsLocal(rel), path)
			}
		}
	})
}

// layVisA is VisA with three pictures and one mask.
func layVisA(t *testing.T, root string) {
	for _, name := range []string{"Images/Normal/0000.png", "Images/Normal/0001.png",
		"Images/Anomaly/0000.png", "Masks/Anomaly/0000.png"} {
		shade(t, filepath.Join(root, "candle/Data", name), 8, 1, false)
	}
	text(t, filepath.Join(root, "split_csv/1cls.csv"), visaList)
}

func FuzzVisA(f *testing.F) {
	fuzzList(f, "visa", "split_csv/1cls.csv", layVisA, visaList,
		strings.ReplaceAll(visaList, ",", ";"), "\xef\xbb\xbf"+visaList,
		strings.Replace(visaList, "candle,", "\"candle,", 1),
		strings.Replace(visaList, "candle,test", `can"dle,test`, 1),
		strings.Replace(visaList, "Normal/0001", "../../x", 1),
		strings.Replace(visaList, "mask\n", "\"ma\nsk\"\n", 1), "", ",", "\"")
}

func FuzzVisAAnnotations(f *testing.F) {
	fuzzList(f, "visa", "candle/image_anno.csv", layVisA,
		"image,label,mask\ncandle/Data/Images/Anomaly/0000.png,\"extra,weird wick\",x\n",
		"image,label\n\"\n", "image,label\n\"a\nb\",c\n")
}

func FuzzRealIAD(f *testing.F) {
	fuzzList(f, "realiad", "realiad_jsons/realiad_jsons/toy.json",
		func(t *testing.T, root string) {
			for _, name := range []string{"OK/S1/a_C1_1.png", "OK/S1/a_C2_1.png",
				"NG/QS/S2/a_C3_1.png", "NG/QS/S2/m.png"} {
				shade(t, filepath.Join(root, "realiad_1024/toy", name), 8, 1, false)
			}
			text(t, filepath.Join(root, "realiad_jsons/realiad_jsons/toy.json"), realIADList)
		}, realIADList, strings.Replace(realIADList, "S2", "..", 1), `{"train": null}`, `null`,
		strings.Replace(realIADList, "OK/S1", `\n`, 1))
}

func layTiny(name string) func(t *testing.T, root string) {
	return func(t *testing.T, root string) { tinySets[name].lay(t, root) }
}

func FuzzPairs(f *testing.F) {
	fuzzList(f, "deeppcb", "PCBData/test.txt", layTiny("deeppcb"),
		"group1/1/2.jpg group1/1_not/2.txt\n", "../2.jpg ../2.txt", "a.jpg\tb.txt",
		"\x00.jpg a.txt")
}

func FuzzBoxes(f *testing.F) {
	fuzzList(f, "deeppcb", "PCBData/group1/1_not/2.txt", layTiny("deeppcb"), "1 1 6 6 3\n",
		"1,1,6,6,3\r\n", "0 0 9223372036854775807 9223372036854775807 6\n", "-1 0 1 1 1", "1 1")
}

func FuzzDefects(f *testing.F) {
	fuzzList(f, "mvtec-loco", "box/defects_config.json", layTiny("mvtec-loco"), oneDefect,
		`[{"defect_name": "a", "pixel_value": 255, "saturation_threshold": 1e308,
		"relative_saturation": false}]`, `[null]`, `null`, `[]`)
}

func FuzzELPV(f *testing.F) {
	fuzzList(f, "elpv", "labels.csv", func(t *testing.T, root string) {
		for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
			shade(t, filepath.Join(root, "images", name+".png"), 8, 1, false)
		}
	}, "images/a.png 0 mono\nimages/b.png 0.0 mono\nimages/c.png 1 mono\n"+
		"images/d.png 0 poly\nimages/e.png 0 poly\nimages/f.png 1.0 poly\n",
		"images/a.png NaN mono", "../a.png 0 mono", "images/a.png 0 mono\rx")
}

// TestAListThatIsNotCSVIsOneLine: a fault in the first field of a line once was a panic.
func TestAListThatIsNotCSVIsOneLine(t *testing.T) {
	for list, want := range map[string]string{
		strings.Replace(visaList, "candle,test,normal", "can\"dle,test,normal", 1): `1cls.csv:3: ` +
			`expected fields parted by ',', got bare " in non-quoted-field`,
		strings.Replace(visaList, "candle,test,normal", "\"candle,test,normal", 1): `expected ` +
			`fields parted by ',', got extraneous or missing " in quoted-field`,
		strings.Replace(visaList, "object,", "\"obj\nect\",", 1): `1cls.csv:1: expected the ` +
			`columns object,split,label,image,mask, got "obj\nect,split`,
		strings.Replace(visaList, "candle/Data/Images/Normal/0001.png",
			"\"candle/Data/Images/Normal/00\n01.png\"", 1): `image: expected a path within `,
	} {
		_, err := Open("visa", visaFolder(t, list), Options{})
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "\n")
	}
}
