package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"adlab/pkg/exhibit/render"

	"github.com/stretchr/testify/require"
)

func TestListSaysWhatTheRegistryHolds(t *testing.T) {
	t.Setenv("ADLAB_DATA", t.TempDir()) // where nothing has been fetched
	out, stderr, code := adlab("list", "--json")
	require.Zero(t, code, stderr)
	var rows []map[string]any
	require.NoError(t, json.Unmarshal([]byte(out), &rows))
	byID := map[string]map[string]any{}
	for _, r := range rows {
		for _, key := range []string{"id", "paper", "kind", "title", "claims", "notebook",
			"status"} {
			require.Contains(t, r, key)
		}
		byID[r["id"].(string)] = r
	}
	require.Len(t, byID["inp-table2"]["claims"], 168)
	require.Equal(t, map[string]any{"smoke": "ready", "tiny": "ready",
		"small": "to fetch", "paper": "needs weights and data"}, byID["inp-table2"]["status"])
	out, _, code = adlab("list")
	require.Zero(t, code)
	require.Contains(t, out, "Figure 6: how many prototypes")
	require.Regexp(t, `inp-table2 .* 24 heads, 4800 steps +Table 2`, out)
}

func TestClaimsOfAFreshCheckout(t *testing.T) {
	out, stderr, code := adlab("claims", "--json")
	require.Zero(t, code, stderr)
	var rows []map[string]any
	require.NoError(t, json.Unmarshal([]byte(out), &rows))
	require.Len(t, rows, 734)
	for _, r := range rows {
		want := "open"
		if r["quoted"].(bool) {
			want = "quoted"
		}
		require.Equal(t, want, r["status"])
	}
	out, _, code = adlab("claims")
	require.Zero(t, code)
	require.Contains(t, out, "734 claims: 0 reproduced, 0 deviate, 682 open, 52 quoted\n")
}

func TestClaimsAreFiltered(t *testing.T) {
	out, stderr, code := adlab("claims", "--paper", "inp-former", "--table", "s5", "--status",
		"open", "--json")
	require.Zero(t, code, stderr)
	var rows []map[string]any
	require.NoError(t, json.Unmarshal([]byte(out), &rows))
	require.Len(t, rows, 63, "Table S5 quotes nobody")
	for _, r := range rows {
		require.Equal(t, "S5", r["table"])
	}
	out, _, code = adlab("claims", "--status", "reproduced", "--json")
	require.Zero(t, code)
	require.Equal(t, "[]\n", out, "none, and no null")
	oneLineFailure(t, []string{"claims", "--table", "99"}, "--table: expected one of 2, 3", `"99"`)
}

func TestATableSaysThatItsDataAreGenerated(t *testing.T) {
	dir := t.TempDir()
	_, stderr, code := adlab("run", "inp-figure6", "--profile", "smoke", "--out", dir)
	require.Zero(t, code, stderr)
	for _, f := range render.Formats {
		text, err := os.ReadFile(filepath.Join(dir, "inp-figure6."+f.Ending))
		require.NoError(t, err)
		require.Contains(t, string(text), "MVTec-AD (here: generated, in its layout)", f.Ending)
	}
}

func TestRunAndExplain(t *testing.T) {
	dir := t.TempDir()
	out, stderr, code := adlab("run", "inp-table1", "--profile", "smoke", "--out", dir)
	require.Zero(t, code, stderr)
	require.Contains(t, out, "INP-guided attention")
	for _, name := range []string{"inp-table1.txt", "inp-table1.md", "inp-table1.html",
		"inp-table1.csv", "inp-table1.tex", "inp-table1-growth.png", "inp-table1-growth.svg"} {
		require.FileExists(t, filepath.Join(dir, name))
	}
	before, err := os.ReadFile(filepath.Join(dir, "inp-table1-growth.png"))
	require.NoError(t, err)
	_, stderr, code = adlab("run", "inp-table1", "--profile", "smoke", "--out", dir)
	require.Zero(t, code, stderr)
	after, err := os.ReadFile(filepath.Join(dir, "inp-table1-growth.png"))
	require.NoError(t, err)
	require.Equal(t, before, after, "a second run changes no byte")
	out, stderr, code = adlab("explain", filepath.Join(dir, "inp-table1-growth.png"))
	require.Zero(t, code, stderr)
	require.Contains(t, out, "this checkout would make the same bits here, but for the times in it")
	out, _, code = adlab("runs")
	require.Zero(t, code)
	require.Contains(t, out, " runs in ")
}

func TestThePageAloneComesOfTheGallery(t *testing.T) {
	dir := t.TempDir()
	_, stderr, code := adlab("gallery", "inp-table1", "--profile", "smoke", "--out", dir)
	require.Zero(t, code, stderr)
	page := filepath.Join(dir, "index.html")
	before, err := os.ReadFile(page)
	require.NoError(t, err)
	require.NoError(t, os.Remove(page))
	_, stderr, code = adlab("gallery", "--page-only", "--out", dir)
	require.Zero(t, code, stderr)
	after, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Equal(t, string(before), string(after))
	oneLineFailure(t, []string{"gallery", "--page-only", "--out", t.TempDir()},
		"expected a gallery with its manifest.json", "`adlab gallery`")
	oneLineFailure(t, []string{"gallery", "inp-table1", "--page-only"},
		"--page-only: expected no exhibits", "inp-table1")
}

func TestTheSmallWorldSaysWhatIsMissing(t *testing.T) {
	t.Setenv("ADLAB_DATA", t.TempDir())
	_, stderr, code := adlab("run", "world-foundation", "--out", t.TempDir())
	require.Equal(t, 1, code)
	require.Contains(t, stderr, `data set "elpv" is not here; fetch it with `)
	_, stderr, code = adlab("run", "world-foundation", "--profile", "paper", "--out", t.TempDir())
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "choose profile smoke, tiny or small")
}

func TestExhibitMistakesAreOneLine(t *testing.T) {
	plain := filepath.Join(t.TempDir(), "x.png")
	picture(t, plain, 1, false)
	for want, args := range map[string][]string{
		`no exhibit "none"`:                          {"run", "none"},
		"--profile: expected smoke, tiny, small":     {"run", "inp-table2", "--profile", "huge"},
		"nothing can run: inp-table2 need something": {"run", "inp-table2", "--profile", "paper"},
		"expected a picture or a table that adlab":   {"explain", plain},
		"no such file":                               {"explain", plain + ".png"},
	} {
		_, stderr, code := adlab(args...)
		require.NotZero(t, code, want)
		lines := strings.Split(strings.TrimSpace(stderr), "\n")
		require.Contains(t, lines[len(lines)-1], want)
		require.True(t, strings.HasPrefix(lines[len(lines)-1], "adlab: "))
	}
}
