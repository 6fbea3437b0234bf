package main

import (
	"path/filepath"
	"testing"

	"adlab/pkg/exhibit"
	"adlab/pkg/exhibit/render"

	"github.com/stretchr/testify/require"
)

// TestAGalleryKeepsWhatItCannotMake, but nothing that the registry no longer has, nor what is not
// of the gallery; explain says that an earlier code made it.
func TestAGalleryKeepsWhatItCannotMake(t *testing.T) {
	t.Setenv("ADLAB_DATA", t.TempDir())
	folder := t.TempDir()
	var entries []render.Entry
	for _, id := range []string{"real-mtd", "inp-table2", "inp-logical", "left-the-registry",
		"bench-steps"} {
		e, err := render.Write(&exhibit.Result{Exhibit: exhibit.Exhibit{ID: id, Paper: "a paper"},
			Tables: []*exhibit.Table{{Corner: "data set"}}, Made: map[string]string{"exhibit": id,
				"profile": "tiny", "code": "an earlier one"}}, folder)
		require.NoError(t, err)
		entries = append(entries, e)
	}
	require.NoError(t, render.WriteGallery(folder, "tiny", entries))
	p := place{profile: "tiny"}
	r, err := p.runner(nil)
	require.NoError(t, err)
	earlier, err := render.Earlier(folder, "tiny")
	require.NoError(t, err)

	all, said := keep(r, entries[1:2], earlier)
	var ids []string
	for _, e := range all {
		ids = append(ids, e.ID)
	}
	require.Equal(t, []string{"inp-table2", "real-mtd", "inp-logical"}, ids, "in the registry's "+
		"order")
	require.Equal(t, "kept as an earlier code made it: real-mtd (data set \"mtd\" is not here; "+
		"fetch it with `adlab data fetch mtd`); inp-logical (this code has not measured it)", said)
	_, said = keep(r, all, earlier)
	require.Empty(t, said)

	out, stderr, code := adlab("explain", filepath.Join(folder, "real-mtd.csv"))
	require.Zero(t, code, stderr)
	require.Contains(t, out, `data set "mtd" is not here`)
	require.Contains(t, out, "code: made with an earlier one, here it is ")
}
