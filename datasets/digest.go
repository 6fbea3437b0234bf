package datasets

import (
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"adlab/pkg/imageio"
)

// Digest is the SHA-256 of the image file's content, in hexadecimal.
func (s Sample) Digest() (string, error) {
	digest, _, err := fileDigest(s.Path)
	return digest, err
}

// WriteDigests writes the digest of every sample's image to w, a line each, in their order, with
// the range of values that it is read in, where it has one: part of cache keys.
func WriteDigests(w io.Writer, samples []Sample) error {
	for _, s := range samples {
		digest, err := s.Digest()
		if err != nil {
			return err
		}
		if s.Range != (imageio.Range{}) {
			digest += " " + s.Range.String()
		}
		if _, err := fmt.Fprintln(w, digest); err != nil {
			return err
		}
	}
	return nil
}

// Digest is a SHA-256, in hexadecimal, over what an experiment sees of the set: every sample's
// category, split, ID and kind, and the sizes and contents of its image and mask. It depends on
// neither the machine nor the order of files.
func (s *Set) Digest() (string, error) {
	content := map[string]string{} // of each file, read once
	for _, x := range s.All() {
		for _, path := range x.files() {
			if _, known := content[path]; known {
				continue
			}
			digest, size, err := fileDigest(path)
			if err != nil {
				return "", err
			}
			content[path] = fmt.Sprint(size, " ", digest)
		}
	}
	// of all files of a mask
	mask := func(x Sample, path string) string {
		if path == "" {
			return "none"
		}
		files, _ := x.maskFiles(path) // known to be readable by now
		var each []string
		for _, f := range files {
			each = append(each, content[f])
		}
		return strings.Join(each, " ")
	}
	var lines []string
	for _, c := range s.Categories {
		for _, x := range slices.Concat(c.Train, c.Test, c.Validation) {
			line := fmt.Sprintf("%q %q %q %q %d %s %s", x.ID, c.Name, x.Split, x.DefectType,
				x.Label, content[x.Path], mask(x, x.Mask))
			for _, kind := range slices.Sorted(maps.Keys(x.TypedMasks)) {
				line += fmt.Sprintf(" %q %s", kind, mask(x, x.TypedMasks[kind]))
			}
			if x.kinds != nil {
				line += " " + content[x.kinds.file]
			}
			lines = append(lines, line+"\n")
		}
	}
	slices.Sort(lines)
	h := sha256.New()
	for _, line := range lines {
		io.WriteString(h, line)
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}

// fileDigest is a file's SHA-256, in hexadecimal, and its size in bytes.
func fileDigest(path string) (digest string, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	h := sha256.New()
	if size, err = io.Copy(h, f); err != nil {
		return "", 0, fmt.Errorf("reading %s: %w", path, err)
	}
	return fmt.Sprintf("%x", h.Sum(nil)), size, nil
}
