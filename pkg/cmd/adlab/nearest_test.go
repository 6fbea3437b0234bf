package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAMistypedNameIsGuessed(t *testing.T) {
	known := []string{"eval", "inp-former", "knn", "mean", "multiads", "padim", "patchcore", "pca"}
	for got, want := range map[string]string{"evla": "eval", "INP-Former": "inp-former",
		"inpformer": "inp-former", "patchcor": "patchcore", "pac": "pca", "multi": "multiads",
		"knm": "knn", "kn": "knn"} {
		require.Equal(t, "; did you mean "+want+"?", meant(got, known), got)
	}
	for _, got := range []string{"", "x", "cloud", "huge", "nothing", "transformer"} {
		require.Empty(t, meant(got, known), got)
	}
	require.Empty(t, meant("knn", nil))
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0}, {"abc", "acb", 1},
		{"kitten", "sitting", 3}, {"ab", "ba", 1}, {"abcd", "bacd", 1}} {
		require.Equal(t, c.want, distance(c.a, c.b), "%s, %s", c.a, c.b)
	}
}

func TestMistypedNamesAreOneLineWithAGuess(t *testing.T) {
	for want, args := range map[string][]string{
		`unknown command "evla" for "adlab"; did you mean eval?`: {"evla", "--layout",
			"elpv"},
		`unknown command "sinth" for "adlab data"; did you mean synth?`: {"data", "sinth"},
		`unknown command "cip" for "adlab pretrain"; did you mean clip?`: {"pretrain", "cip",
			"--x"},
		`unknown flag: --layot; did you mean --layout?`: {"eval", "--layot",
			"elpv"},
		`got "mvtek"; did you mean mvtec?`: {"eval", "--layout", "mvtek",
			"--data", t.TempDir()},
		`got "inpformer"; did you mean inp-former?`: {"eval", "--detector",
			"inpformer"},
		`got "tinny"; did you mean tiny?`:    {"eval", "--profile", "tinny"},
		`got "tabel"; did you mean table?`:   {"eval", "--ablation", "tabel"},
		`such file; did you mean hog?`:       {"eval", "--encoder", "hogg"},
		"them; did you mean inp-table2?":     {"run", "inp-tabel2"},
		`got "quotd"; did you mean quoted?`:  {"claims", "--status", "quotd"},
		`got "smok"; did you mean smoke?`:    {"data", "synth", "--size", "smok"},
		`got "elvp"; did you mean elpv?`:     {"data", "fetch", "elvp"},
		`unknown command "frob" for "adlab"`: {"frob"},
	} {
		oneLineFailure(t, args, want)
	}
}
