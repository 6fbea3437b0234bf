package view

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of names on disk, in bytes: of a name without what results add to it, and of a whole path.
const longestStem, longestPath = 190, 3900

// resultBases gives each picture the place of its results in the folder out, without their endings:
// its path below root, or its name where that is "", without its ending where no other picture of
// the folder has that name. What is too long is cut, and what the disk refuses is written
// otherwise; no two are the same.
func resultBases(paths []string, root, out string) ([]string, error) {
	bases, whole := make([]string, len(paths)), make([]string, len(paths))
	same := map[string]int{} // pictures of one folder and stem; some disks take a for A
	for i, path := range paths {
		absolute, err := filepath.Abs(path)
		if err != nil {
			return nil, err
		}
		below, err := filepath.Rel(root, absolute)
		if err != nil || root == "" || below == ".." || strings.HasPrefix(below, "../") {
			below = filepath.Base(absolute)
		}
		whole[i], bases[i] = below, strings.TrimSuffix(below, filepath.Ext(below))
		if strings.TrimLeft(filepath.Base(bases[i]), ".") == "" { // nothing is left of the name
			bases[i] = below
		}
		same[strings.ToLower(bases[i])]++
	}
	taken := map[string]bool{}
	for i := range bases {
		if same[strings.ToLower(bases[i])] > 1 {
			bases[i] = whole[i]
		}
		bases[i] = writableName(bases[i], out)
		for n, plain := 2, bases[i]; taken[strings.ToLower(bases[i])]; n++ {
			bases[i] = fmt.Sprintf("%s~%d", plain, n)
		}
		taken[strings.ToLower(bases[i])] = true
		bases[i] = filepath.Join(out, bases[i])
	}
	return bases, nil
}

// ownNames tells whether no two pictures have the same name, endings apart.
func ownNames(paths []string) bool {
	seen := map[string]bool{}
	for _, path := range paths {
		name := strings.ToLower(filepath.Base(path))
		name = strings.TrimSuffix(name, filepath.Ext(name))
		if seen[name] {
			return false
		}
		seen[name] = true
	}
	return true
}

// writableName is a relative path that can be written in the folder out.
func writableName(name, out string) string {
	parts := strings.Split(name, string(filepath.Separator))
	last := len(parts) - 1
	if len(parts[last]) > longestStem {
		parts[last] = cutName(parts[last], parts[last])
	}
	name = filepath.Join(parts...)
	if len(out)+len(name) > longestPath {
		name = cutName(parts[last], name)
	}
	plain := !strings.ContainsFunc(name, func(r rune) bool {
		return r == utf8.RuneError || unicode.IsControl(r) || strings.ContainsRune(`<>:"\|?*`, r)
	})
	if plain || holds(filepath.Join(out, filepath.Base(name))) {
		return name
	}
	var b strings.Builder // as in an address
	for _, c := range []byte(name) {
		if c < ' ' || c >= 0x7f || strings.IndexByte(`<>:"\|?*%`, c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// cutName shortens a name so that with a digest of what it stands for it has longestStem bytes at
// most.
func cutName(name, of string) string {
	digest := fmt.Sprintf("~%x", sha256.Sum256([]byte(of)))[:9]
	cut := min(len(name), longestStem-len(digest))
	for cut > 0 && cut < len(name) && !utf8.RuneStart(name[cut]) {
		cut--
	}
	return name[:cut] + digest
}

// holds tells whether the disk takes such a name.
func holds(path string) bool {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return false
	}
	probe := path + ".probe"
	f, err := os.OpenFile(probe, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return errors.Is(err, fs.ErrExist)
	}
	return errors.Join(f.Close(), os.Remove(probe)) == nil
}

// Legible is a name as a line of text: bytes that are not UTF-8, and what would move the cursor, as
// Go writes them.
func Legible(name string) string {
	var b strings.Builder
	for len(name) > 0 {
		r, n := utf8.DecodeRuneInString(name)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, name[0])
		case !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
		name = name[n:]
	}
	return b.String()
}
