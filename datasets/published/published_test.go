package published

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The counts and values here are those of the transcription's description and of the printed
// tables.

func TestCountsOfEachTable(t *testing.T) {
	want := map[[2]string]int{
		{"INP-Former", "4"}: 42, {"INP-Former", "2"}: 168, {"INP-Former", "3"}: 110,
		{"INP-Former", "S8"}: 26, {"INP-Former", "S5"}: 63,
		{"MultiADS", "21"}: 126, {"MultiADS", "4"}: 143, {"MultiADS", "3"}: 12,
		{"MultiADS", "seen-unseen (a)"}: 12, {"MultiADS", "seen-unseen (b)"}: 12,
		{"MultiADS", "seen-unseen (c)"}: 9, {"MultiADS", "seen-unseen (d)"}: 9,
		{"DifferNet", "MTD"}: 1, {"PatchCore", "6"}: 1,
	}
	got := map[[2]string]int{}
	for _, c := range Claims() {
		got[[2]string{c.Paper, c.Table}]++
	}
	require.Equal(t, want, got)
	require.Len(t, Of("INP-Former", "2"), 168)
}

func TestIDsAreUniqueAndReadable(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Claims() {
		require.False(t, seen[c.ID], c.ID)
		require.Regexp(t, `^(inp-former|multiads|differnet|patchcore)(/[a-z0-9-]+){3,6}$`, c.ID)
		seen[c.ID] = true
	}
	for id, printed := range map[string]string{
		"inp-former/table2/mvtec-ad/inp-former/i-auroc":                    "99.7",
		"inp-former/tables5/super-multi-class/mvtec-ad/inp-former/i-auroc": "99.5",
		"inp-former/tables5/delta/mvtec-ad/inp-former/i-auroc":             "-0.2",
		"multiads/table3/visa/multiads/without-kba/p-auroc-macro":          "87.0",
		"multiads/seen-unseen-a/visa/multiads/extra/p-auroc":               "94.07",
		"multiads/table21/1-shot/visa/padim/p-auroc":                       "89.9",
		"patchcore/table6/mtd/patchcore-10/i-auroc":                        "97.9",
	} {
		c, ok := Find(id)
		require.True(t, ok, id)
		require.Equal(t, printed, c.Printed, id)
	}
	_, ok := Find("inp-former/table2/mvtec-ad/inp-former/none")
	require.False(t, ok)
}

func TestDoubtsAreToldFromNotes(t *testing.T) {
	doubts := 0
	for _, c := range Claims() {
		if c.Doubt != "" {
			doubts++
		}
	}
	require.Equal(t, 4+2+4+4+1+2, doubts, "PromptAD's slots, AdaCLIP's value twice, the two equal "+
		"rows, the repeated I-AP, k = 4")
	c, ok := Find("multiads/table4/mad-sim/multiads-f/p-auroc")
	require.True(t, ok)
	require.Contains(t, c.Doubt, "equal the MAD-real row")
	note, doubt := remarks("underlined (second best); same value as the MultiADS row")
	require.Equal(t, "underlined (second best)", note)
	require.Equal(t, "same value as the MultiADS row", doubt)
	require.Contains(t, Doubt("MultiADS", "4"), "shifted")
	require.Empty(t, Doubt("INP-Former", "2"))
}

func TestBadFilesAreToldByLine(t *testing.T) {
	_, err := parse([]byte("paper,table\n"))
	require.ErrorContains(t, err, "expected the columns")
	_, err = parse([]byte("paper,table,setting,dataset,method,venue,detail,metric,value,unit," +
		"note\nP,1,s,d,m,,,I-AUROC,x,percent,\n"))
	require.ErrorContains(t, err, "line 2: expected a number")
}
