package datasets

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// layout is how a data set lies on disk.
type layout struct {
	name  string
	open  func(root string, opt Options) (*Set, error)
	looks func(root string) bool // whether a folder looks like it; nil where it looks like mvtec
	form  *form                  // of a layout of MVTec-AD's family, else nil
}

// layouts are in the order in which Detect asks them: what is told by a name of its own first, what
// is like many others last.
var layouts = []layout{
	{"elpv", openELPV, looksELPV, nil},
	{"textile", openTextile, looksTextile, nil},
	{"mtd", openMTD, looksMTD, nil},
	{"deeppcb", openDeepPCB, looksDeepPCB, nil},
	{"ksdd2", openKSDD2, looksKSDD2, nil},
	{"realiad", openRealIAD, looksRealIAD, nil},
	{"visa", openVisA, looksVisA, nil},
	{"mvtec-ad2", adTwo.open, looksADTwo, &adTwo},
	{"mvtec-loco", loco.open, looksLOCO, &loco},
	{"autovi", autoVI.open, looksAutoVI, &autoVI},
	{"btad", btad.open, looksBTAD, &btad},
	{"folder", openFolder, isCategory, nil},
	{"mad", mad.open, looksMAD, &mad},
	{"mvtec", mvtec.open, mvtec.looks, &mvtec},
	{"mpdd", mvtec.open, nil, &mvtec},
	{"meta", openMeta, looksMeta, nil},
}

// Layouts lists the known layouts, sorted.
func Layouts() (names []string) {
	for _, l := range layouts {
		names = append(names, l.name)
	}
	slices.Sort(names)
	return names
}

// layoutOf finds a layout by its name.
func layoutOf(name string) (l layout, known bool) {
	i := slices.IndexFunc(layouts, func(l layout) bool { return l.name == name })
	if i < 0 {
		return layout{}, false
	}
	return layouts[i], true
}

// Detect guesses the layout of a folder from what lies in it, "" where it knows none.
func Detect(root string) string {
	for _, l := range layouts {
		if l.looks != nil && l.looks(root) {
			return l.name
		}
	}
	return ""
}

// has says whether there is something at a path below root, with slashes.
func has(root, path string) bool {
	_, err := os.Stat(filepath.Join(root, filepath.FromSlash(path)))
	return err == nil
}

// hasAny says whether there is something below root that matches one of the patterns, with slashes.
func hasAny(root string, patterns ...string) bool {
	plain := strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(root)
	return slices.ContainsFunc(patterns, func(p string) bool {
		found, _ := filepath.Glob(filepath.Join(plain, filepath.FromSlash(p)))
		return len(found) > 0
	})
}
