package exhibit_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	. "adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/papers"

	"github.com/stretchr/testify/require"
)

func TestPublishedFoldersAreFoundByAnyUsualName(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"MVTec_AD", "visa", "Real-IAD"} {
		require.NoError(t, os.Mkdir(filepath.Join(dir, name), 0o777))
	}
	for set, name := range map[string]string{"mvtec": "MVTec_AD", "visa": "visa",
		"real-iad": "Real-IAD"} {
		folder, err := PublishedFolder(dir, set)
		require.NoError(t, err)
		require.Equal(t, filepath.Join(dir, name), folder)
	}
	_, err := PublishedFolder(dir, "mpdd")
	require.ErrorContains(t, err, "MPDD: no folder mpdd in "+dir+"; get it from https://")
	_, err = PublishedFolder("", "mpdd")
	require.ErrorContains(t, err, "Data: name the folder that holds the data sets")
}

func TestPaperSaysWhatIsMissing(t *testing.T) {
	p, err := experiment.ProfileOf("paper")
	require.NoError(t, err)
	r := NewRunner(nil, p)
	for _, e := range papers.All() {
		missing := strings.Join(r.Missing(e), "\n")
		if e.Apart {
			require.Contains(t, missing, "of the small world: choose profile smoke, tiny or small")
			require.Equal(t, "of the small world", r.Status(e))
			continue
		}
		if e.Measurements(r.Profile) == nil {
			require.Empty(t, missing, "%s needs nothing", e.ID)
			require.Equal(t, "ready", r.Status(e))
			continue
		}
		require.Equal(t, Needs, r.Status(e))
		require.Contains(t, missing, "needs weights: download", e.ID)
		require.Contains(t, missing, "Data: name the folder that holds the data sets", e.ID)
		_, err := r.Run(t.Context(), e)
		require.ErrorContains(t, err, e.ID+": profile paper needs weights and data")
	}
	r.Encoder, r.Data = filepath.Join(t.TempDir(), "none.safetensors"), t.TempDir()
	found, err := papers.Find("inp-table2")
	require.NoError(t, err)
	missing := strings.Join(r.Missing(found[0]), "\n")
	require.Contains(t, missing, "Encoder: no file "+r.Encoder)
	require.Contains(t, missing, "VisA: no folder visa in")

	found, err = papers.Find("mads-table4")
	require.NoError(t, err)
	missing = strings.Join(r.Missing(found[0]), "\n")
	require.Contains(t, missing, "Pair: profile paper needs weights: download CLIP")
	require.NotContains(t, missing, "Encoder: ")
	r.Pair = r.Encoder
	missing = strings.Join(r.Missing(found[0]), "\n")
	require.Equal(t, 1, strings.Count(missing, r.Pair), missing)
	require.Contains(t, missing, "Pair: no file "+r.Pair)
}

// TestRealSetsAreFetchedOrGenerated: without them an exhibit says in a line for each set, its
// sources too, what brings it; in profile smoke their twins are generated.
func TestRealSetsAreFetchedOrGenerated(t *testing.T) {
	found, err := papers.Find("real-types")
	require.NoError(t, err)
	for profile, want := range map[string][]string{"smoke": nil, "tiny": {
		"data set \"mtd\" is not here; fetch it with `adlab data fetch mtd`",
		"data set \"deeppcb\" is not here; fetch it with `adlab data fetch deeppcb`"}} {
		p, err := experiment.ProfileOf(profile)
		require.NoError(t, err)
		r := NewRunner(nil, p)
		require.ElementsMatch(t, want, r.Missing(found[0]), profile)
		folder := ""
		if want == nil {
			folder = "generated, in the layout of "
		}
		require.Equal(t, folder+"MTD", r.NameOf("mtd"))
	}
	require.Equal(t, "mvtec-loco", LayoutOf("mvtec-loco"))
	require.Equal(t, "mad", LayoutOf("mad-sim"))
}
