package datasets

import (
	"os"
	"path/filepath"
	"slices"

	"adlab/pkg/setting"
)

// checkLinks holds every file of a set, of whatever layout, to one rule: the set's folder and what
// lies directly in it (its categories) may be links to anywhere, for who made the folder put them
// there; below them a link stays within what they lead to. What leaves is refused, unless
// Options.FollowLinks allows it.
func (s *Set) checkLinks() error {
	if s.opt.FollowLinks {
		return nil
	}
	roots := []string{real(s.Root)}
	entries, err := os.ReadDir(s.Root)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if path := filepath.Join(s.Root, e.Name()); e.Type()&os.ModeSymlink != 0 && isDir(path) {
			roots = append(roots, real(path))
		}
	}
	folders := map[string]string{}
	for _, x := range s.All() {
		for _, path := range x.files() {
			dir := filepath.Dir(path)
			if folders[dir] == "" {
				folders[dir] = real(dir)
			}
			at := filepath.Join(folders[dir], filepath.Base(path))
			if info, err := os.Lstat(path); err == nil && info.Mode()&os.ModeSymlink != 0 {
				at = real(path)
			}
			if at != "" && !slices.ContainsFunc(roots, func(r string) bool {
				return holds(r, at)
			}) {
				return setting.Errorf("FollowLinks", "%s is a link that leads out of %s, to %s; "+
					"copy the file there, or set it to follow such links", path, s.Root, at)
			}
		}
	}
	return nil
}

// real is where a path leads after all links, "" where that is nowhere.
func real(path string) string {
	at, err := filepath.EvalSymlinks(path)
	if err != nil {
		return ""
	}
	return absolute(at)
}
