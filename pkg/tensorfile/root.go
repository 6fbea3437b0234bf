package tensorfile

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// wrappers are path elements that parallel training and compiling put into names, at any depth.
var wrappers = []string{"module", "_fsdp_wrapped_module", "_checkpoint_wrapped_module",
	"_orig_mod"}

// clean is a tensor's name without wrappers, and with the number of a block alone where training
// grouped the blocks: blocks.CHUNK.BLOCK.
func clean(name string) string {
	parts := slices.DeleteFunc(strings.Split(name, "."), func(part string) bool {
		return slices.Contains(wrappers, part)
	})
	for i := 0; i+2 < len(parts); i++ {
		if parts[i] == "blocks" && number(parts[i+1]) && number(parts[i+2]) {
			parts = slices.Delete(parts, i+1, i+2)
		}
	}
	return strings.Join(parts, ".")
}

func number(s string) bool {
	_, err := strconv.ParseUint(s, 10, 16)
	return err == nil
}

// Rooted is the file as its network alone: the names below whatever stands before the first of the
// markers that is there, such as "model.backbone.", without what parallel training puts into names.
// Of several networks it is the averaged one, then the teacher, never the student beside one of
// these. The result shares the file, which must stay open; ok is false where no marker is there.
func (f *File) Rooted(markers ...string) (rooted *File, marker string, ok bool, err error) {
	names, cleaned := f.Names(), map[string]string{}
	for _, name := range names {
		cleaned[name] = clean(name)
	}
	var roots []string
	for _, m := range markers {
		for _, name := range names {
			if root, has := strings.CutSuffix(cleaned[name], m); has &&
				(root == "" || strings.HasSuffix(root, ".")) {
				roots = append(roots, root)
			}
		}
		if marker = m; len(roots) > 0 {
			break
		}
	}
	if len(roots) == 0 {
		return nil, "", false, nil
	}
	root, err := f.chosen(roots)
	if err != nil {
		return nil, "", false, err
	}
	out := &File{path: f.path, parts: f.parts, metadata: f.metadata, entries: map[string]entry{}}
	from := map[string]string{}
	for _, name := range names {
		short, below := strings.CutPrefix(cleaned[name], root)
		if !below || slices.ContainsFunc(roots, func(other string) bool {
			return len(other) > len(root) && strings.HasPrefix(cleaned[name], other)
		}) {
			continue
		}
		if other, twice := from[short]; twice {
			return nil, "", false, fmt.Errorf("%s: tensors %q and %q would both be %q: expected "+
				"one network", f.path, other, name, short)
		}
		from[short], out.entries[short] = name, f.entries[name]
	}
	return out, marker, true, nil
}

// preference orders the networks in one file, the one to take first.
func preference(root string) int {
	for i, word := range []string{"ema", "teacher"} {
		for part := range strings.SplitSeq(root, ".") {
			if part == word || strings.HasPrefix(part, word+"_") ||
				strings.HasSuffix(part, "_"+word) {
				return i
			}
		}
	}
	if strings.Contains(root, "student") {
		return 4
	}
	if root == "" {
		return 2
	}
	return 3
}

// chosen is the root to take.
func (f *File) chosen(roots []string) (string, error) {
	slices.SortStableFunc(roots, func(a, b string) int {
		return cmp.Or(cmp.Compare(preference(a), preference(b)), cmp.Compare(a, b))
	})
	roots = slices.Compact(roots)
	if len(roots) > 1 && preference(roots[0]) == preference(roots[1]) {
		return "", fmt.Errorf("%s: expected one network, got several, below %s; keep one of them",
			f.path, Few(roots))
	}
	return roots[0], nil
}

// Without is the file without some of its tensors; it shares the file, which must stay open.
func (f *File) Without(leave func(name string) bool) *File {
	out := *f
	out.unmap, out.entries = nil, maps.Clone(f.entries)
	maps.DeleteFunc(out.entries, func(name string, _ entry) bool { return leave(name) })
	return &out
}
