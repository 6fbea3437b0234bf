package main

import (
	"fmt"
	"slices"
	"strings"

	"adlab/pkg/exhibit"
	"adlab/pkg/exhibit/render"
	"adlab/pkg/papers"
)

// keep puts beside a gallery's new entries, in the order of the registry, what an earlier gallery
// in its folder has of the registry besides: it stays as it stood. said is a line of what was kept
// and why, "" for nothing.
func keep(r *exhibit.Runner, entries []render.Entry, earlier map[string]render.Entry) (
	all []render.Entry, said string) {
	var kept []string
	for _, e := range papers.All() {
		if i := slices.IndexFunc(entries, func(x render.Entry) bool {
			return x.ID == e.ID
		}); i >= 0 {
			all = append(all, entries[i])
			continue
		}
		old, there := earlier[e.ID]
		if !there || e.Outside {
			continue
		}
		why := "this code has not measured it"
		if missing := r.Missing(e); missing != nil {
			why = missing[0]
		}
		all, kept = append(all, old), append(kept, fmt.Sprintf("%s (%s)", e.ID, why))
	}
	if kept != nil {
		said = "kept as an earlier code made it: " + strings.Join(kept, "; ")
	}
	return all, said
}
