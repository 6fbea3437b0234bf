package datasets

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
)

// wide is a text in UTF-16, little endian, with a byte-order mark or without.
func wide(text string, mark bool) []byte {
	var b []byte
	if mark {
		b = []byte("\xff\xfe")
	}
	for _, u := range utf16.Encode([]rune(text)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}

// windows is a text as editors there write it.
func windows(text string) string { return "\xef\xbb\xbf" + strings.ReplaceAll(text, "\n", "\r\n") }

func TestListsFromWindows(t *testing.T) {
	elpv := "images\\cell1.png\t0.0\tmono\nimages\\cell2.png 0 poly\nimages\\cell3.png 0 mono\n" +
		"images\\cell4.png 0 poly\nimages\\cell5.png 0 mono\nimages\\cell6.png 0 poly\n" +
		"images\\cell7.png 1 mono\nimages\\cell8.png 1 poly\n"
	for layout, c := range map[string]struct {
		root, list, text string
	}{
		"visa": {visaFolder(t, visaList), "split_csv/1cls.csv", strings.ReplaceAll(visaList, "/",
			`\`)},
		"meta": {metaFolder(t, "meta.json", metaList), "meta.json", strings.ReplaceAll(metaList,
			`"a.png"`, `".\\a.png"`)},
		"realiad": {realIADFolder(t, realIADList), "realiad_jsons/realiad_jsons/toy.json",
			strings.ReplaceAll(realIADList, "/", `\\`)},
		"elpv": {tree(t, "images/cell1.png", "images/cell2.png", "images/cell3.png",
			"images/cell4.png", "images/cell5.png", "images/cell6.png", "images/cell7.png",
			"images/cell8.png"), "labels.csv", elpv},
	} {
		path := filepath.Join(c.root, c.list)
		text(t, path, windows(c.text))
		_, err := Open(layout, c.root, Options{})
		require.NoError(t, err, layout)
		for _, mark := range []bool{true, false} {
			require.NoError(t, os.WriteFile(path, wide(c.text, mark), 0o666))
			_, err = Open(layout, c.root, Options{})
			require.ErrorContains(t, err, c.list+": expected a text in UTF-8, got one in UTF-16",
				layout)
		}
	}
	_, err := Open("visa", visaFolder(t, strings.ReplaceAll(visaList, ",", ";")), Options{})
	require.NoError(t, err, "semicolons, as Excel writes them in some countries")
}

func TestMetaOfImageLabelsAlone(t *testing.T) {
	for label, change := range map[string]func(string) string{
		"empty": func(s string) string { return strings.ReplaceAll(s, `"m.png"`, `""`) },
		"null":  func(s string) string { return strings.ReplaceAll(s, `"m.png"`, `null`) },
		"absent": func(s string) string {
			return strings.ReplaceAll(s, `"mask_path": "m.png", `, "")
		},
	} {
		set, err := Open("meta", metaFolder(t, "meta.json", change(metaList)), Options{})
		require.NoError(t, err, label)
		require.False(t, set.HasMasks)
		require.NoError(t, set.CheckMasks())
		require.Equal(t, 1, set.Categories[0].Test[0].Label)
	}
}
