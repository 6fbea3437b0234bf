package exhibit_test

import (
	"os"
	"path/filepath"
	"testing"

	"adlab/datasets/published"
	code "adlab/pkg"
	. "adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/papers"
	"adlab/pkg/progress"
	"adlab/pkg/store"

	"github.com/stretchr/testify/require"
)

func TestNothingIsReproducedBeforeProfilePaperHasMeasuredIt(t *testing.T) {
	all, err := Claims(papers.All(), t.TempDir())
	require.NoError(t, err)
	require.Len(t, all, len(published.Claims()))
	for _, c := range all {
		want := Open
		if c.Quoted {
			want = Quoted
		}
		require.Equal(t, want, c.Status, c.ID)
		require.NotEmpty(t, c.Why, c.ID)
		require.NotEmpty(t, c.Exhibit, c.ID)
		require.Positive(t, c.Tolerance)
	}
}

func TestClaimsAreJudgedByTheirTolerance(t *testing.T) {
	cache := t.TempDir()
	const base = "inp-former/table2/mvtec-ad/inp-former/"
	o := Outcome{Exhibit: "inp-table2", Code: code.Numbers(), Encoder: "an encoder",
		Ours: map[string]float64{base + "i-auroc": 99.3, base + "p-auroc": 97.9,
			base + "p-ap": 69.5}}
	require.NoError(t, store.WriteJSON(OutcomePath(cache, "inp-table2"), o))
	all, err := Claims(papers.All(), cache)
	require.NoError(t, err)
	status := map[string]ClaimStatus{}
	for _, c := range all {
		status[c.ID] = c
	}
	require.Equal(t, Reproduced, status[base+"i-auroc"].Status, "0.4 below 99.7")
	require.Equal(t, Deviates, status[base+"p-auroc"].Status, "0.6 below 98.5")
	require.Equal(t, "-0.60 of ±0.5, on an encoder", status[base+"p-auroc"].Why)
	require.Equal(t, Reproduced, status[base+"p-ap"].Status, "1.5 below 71.0, of 2")
	require.Equal(t, Open, status[base+"aupro"].Status)
	require.Equal(t, Quoted, status["inp-former/table2/mvtec-ad/mambaad/i-auroc"].Status)
	require.True(t, status["inp-former/table2/mvtec-ad/mambaad/i-auroc"].Quoted)
	for _, c := range all {
		if c.Paper == "MultiADS" && !c.Quoted {
			require.Contains(t, c.Why, "weights of CLIP")
		}
	}

	for status, n := range map[string]int{Reproduced: 2, Deviates: 1, Quoted: 52} {
		some, err := ClaimFilter{Status: status}.Of(all)
		require.NoError(t, err)
		require.Len(t, some, n, status)
	}
	some, err := ClaimFilter{Paper: "inp-former", Table: "2", Status: Deviates}.Of(all)
	require.NoError(t, err)
	require.Equal(t, []ClaimStatus{status[base+"p-auroc"]}, some)
	_, err = ClaimFilter{Paper: "PaDiM"}.Of(all)
	require.EqualError(t, err, `Paper: expected one of INP-Former, DifferNet, `+
		`PatchCore, MultiADS, got "PaDiM"`)
	some, err = ClaimFilter{Status: Reproduced, Table: "S5"}.Of(all)
	require.NoError(t, err, "a table that is there has none")
	require.Empty(t, some)

	require.NoError(t, os.WriteFile(OutcomePath(cache, "inp-table2"), []byte("{"), 0o666))
	_, err = Claims(papers.All(), cache)
	require.ErrorContains(t, err, filepath.Join("outcomes", "inp-table2.json"))
}

func TestOnlyProfilePaperIsKept(t *testing.T) {
	r := Smoke(t)
	r.Env.Cache = t.TempDir()
	found, err := papers.Find("inp-table2")
	require.NoError(t, err)
	table := found[0].Layout(r.Profile)
	for _, row := range table.Rows() {
		if row.Kind == Claimed {
			row.Cells[0].Ours = []float64{99.7}
		}
	}
	result := &Result{Exhibit: found[0], Tables: []*Table{table},
		Made: map[string]string{"encoder": "an encoder"}}
	require.NoError(t, r.Keep(result))
	require.NoFileExists(t, OutcomePath(r.Env.Cache, "inp-table2"))
	r.Profile, err = experiment.ProfileOf("paper")
	require.NoError(t, err)
	require.NoError(t, r.Keep(result))
	require.FileExists(t, OutcomePath(r.Env.Cache, "inp-table2"))
}

// TestAClaimAboutRealPicturesIsJudgedOutsideProfilePaper: what profile tiny measured on the very
// pictures counts, what the tests measured on others does not.
func TestAClaimAboutRealPicturesIsJudgedOutsideProfilePaper(t *testing.T) {
	const id = "patchcore/table6/mtd/patchcore-10/i-auroc"
	v, err := experiment.Open("", t.TempDir(), progress.New(nil))
	require.NoError(t, err)
	status := func(profile string) ClaimStatus {
		p, err := experiment.ProfileOf(profile)
		require.NoError(t, err)
		found, err := papers.Find("real-mtd")
		require.NoError(t, err)
		table := found[0].Layout(p)
		for _, row := range table.Rows() {
			if row.Cells[0].Claim == id {
				row.Cells[0].Ours = []float64{97, 97.2}
			}
		}
		require.NoError(t, NewRunner(v, p).Keep(&Result{Exhibit: found[0],
			Tables: []*Table{table}, Made: map[string]string{"encoder": "an encoder"}}))
		all, err := Claims(papers.All(), v.Cache)
		require.NoError(t, err)
		for _, c := range all {
			if c.ID == id {
				return c
			}
		}
		return ClaimStatus{}
	}
	c := status("smoke")
	require.Equal(t, Open, c.Status)
	require.Equal(t, "not measured yet; run real-mtd in profile tiny or small", c.Why)
	c = status("tiny")
	require.Equal(t, Deviates, c.Status)
	require.Equal(t, "-0.80 of ±0.5, on an encoder; the printed one is of another encoder", c.Why)
}
