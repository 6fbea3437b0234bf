package main

import (
	"encoding/json"
	"testing"

	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/setting"

	"github.com/stretchr/testify/require"
)

func TestTheTableOfMethodsIsListed(t *testing.T) {
	stdout, stderr, code := adlab("list", "--detectors", "--json")
	require.Zero(t, code, stderr)
	var rows []method
	require.NoError(t, json.Unmarshal([]byte(stdout), &rows))
	var names []string
	quoted := 0
	for _, r := range rows {
		require.NotEqual(t, r.About == "", r.Quoted == "", r.Name)
		if r.Quoted == "" {
			names = append(names, r.Name)
		} else {
			quoted++
		}
	}
	require.Len(t, exhibit.QuotedFor, quoted)
	require.Equal(t, experiment.MethodNames(nil), names)
	stdout, _, _ = adlab("list", "--detectors")
	require.Regexp(t, `inp-former +tokens +yes`, stdout)
	require.Contains(t, stdout, "--inps --ablation --blocks")
}

// TestEverySettingIsSpelled: each setting of an experiment or of a method has a flag, and one
// alone.
func TestEverySettingIsSpelled(t *testing.T) {
	flags := map[string]string{}
	for name, flag := range flagOf {
		require.Empty(t, flags[flag], flag)
		flags[flag] = name
	}
	for _, m := range experiment.Methods() {
		for _, name := range setting.Names(m.Settings) {
			require.NotEmpty(t, flagOf[name], "%s of %s", name, m.Name)
		}
	}
	for _, name := range setting.Names(experiment.Experiment{}) {
		if name != "Own" && name != "Limit" && name != "Range" { // which the data decide
			require.NotEmpty(t, flagOf[name], name)
		}
	}
	_, stderr, code := adlab("eval", "--detector", "knn", "--ablation", "softmax")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "--ablation: it is for inp-former, and the detector is knn")
	_, stderr, code = adlab("eval", "--detector", "rad", "--variance", "0.9")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "--variance: it is for subspacead, and the detector is rad")
	_, stderr, code = adlab("eval", "--detector", "spade", "--radius", "2")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "--radius: it is for rad, and the detector is spade")
	_, stderr, code = adlab("eval", "--detector", "subspacead", "--variance", "1")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "--variance: expected a share between 0 and 1, got 1")
	_, stderr, code = adlab("eval", "--detector", "rd4ad", "--noise", "0.1")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "--noise: it is for destseg, dinomaly, simplenet, uniad, and the "+
		"detector is rd4ad")
	_, stderr, code = adlab("eval", "--detector", "dinomaly", "--noise", "1")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "--noise: expected a share of the bottleneck to drop")
	_, stderr, code = adlab("eval", "--detector", "dinomaly", "--noise", "much")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "--noise: expected a value of the kind float64, got \"much\"")
}
