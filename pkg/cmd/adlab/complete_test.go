package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"adlab/datasets"
	"adlab/datasets/kba"
	"adlab/pkg/experiment"

	"github.com/stretchr/testify/require"
)

// TestTheShellCompletesNames asks as a shell does.
func TestTheShellCompletesNames(t *testing.T) {
	for line, want := range map[string][]string{
		"run ":             append(exhibitNames(), "all"),
		"kba ":             kba.Names(),
		"data fetch ":      {"deeppcb", "elpv", "mtd", "textile"},
		"eval --layout ":   datasets.Layouts(),
		"eval --detector ": experiment.MethodNames(nil),
		"run --profile ":   experiment.Profiles(),
		"train --encoder ": append(experiment.EncoderNames(false),
			experiment.EncoderNames(true)...),
		"claims --status ":   {"reproduced", "deviates", "open", "quoted"},
		"data synth --size ": {"large", "smoke", "tiny"},
	} {
		out, err := exec.Command(command, append([]string{"__complete"},
			strings.Split(line, " ")...)...).Output()
		require.NoError(t, err)
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		require.Equal(t, want, lines[:len(lines)-1], line)
	}
}

// TestHelpGroupsTheFlagsByMethod: every flag of an experiment stands once, below the methods that
// have it.
func TestHelpGroupsTheFlagsByMethod(t *testing.T) {
	for _, verb := range []string{"eval", "train"} {
		out, _, code := adlab(verb, "--help")
		require.Zero(t, code)
		at := 0
		for _, part := range []string{"\nFlags:\n", "--layout", "--data", "--detector ", "--steps",
			"\nFlags of adaclip, anomalyclip, april-gan, cocoop, coop, inctrl, multiads:\n",
			"--source", "\nFlags of adaclip, anomalyclip, cocoop, coop:\n", "--context",
			"\nFlags of april-gan, multiads:\n", "--revision",
			"\nFlags of inp-former:\n", "--inps",
			"\nFlags of multiads:\n", "--types", "\nFlags of every command:\n", "--json"} {
			next := strings.Index(out[at:], part)
			require.GreaterOrEqual(t, next, 0, part)
			at += next
		}
		for _, u := range ownUsage {
			flag := regexp.MustCompile(`(?m)^ +--` + flagOf[u.setting] + ` `)
			require.Len(t, flag.FindAllString(out, -1), 1, flagOf[u.setting])
		}
	}
}

func TestVersionIsJSONWhereAsked(t *testing.T) {
	out, _, code := adlab("version", "--json")
	require.Zero(t, code)
	require.JSONEq(t, `{"version": "unversioned"}`, out)
	out, _, _ = adlab("--help")
	require.Contains(t, out, "one JSON value")
}

func TestAPluginThatIsNotThereIsOneLine(t *testing.T) {
	none := filepath.Join(t.TempDir(), "nope.so")
	cmd := exec.Command(command, "backends")
	cmd.Env = append(os.Environ(), "GOMLX_BACKEND=xla:"+none)
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	require.Equal(t, 1, cmd.ProcessState.ExitCode())
	require.Equal(t, "adlab: GOMLX_BACKEND: expected the file of a PJRT plugin, found none at "+
		none+"\n", string(out))
}

// TestANewFolderIsSaid: data and cache are not begun somewhere without a word.
func TestANewFolderIsSaid(t *testing.T) {
	dir := t.TempDir()
	run := func() string {
		cmd := exec.Command(command, "--backend", "go", "eval", "--data", "none")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "ADLAB_CACHE=", "ADLAB_DATA=")
		out, err := cmd.CombinedOutput()
		require.Error(t, err)
		return string(out)
	}
	said := "data in " + filepath.Join(dir, ".data") + ", cache in " +
		filepath.Join(dir, ".cache") + "\n"
	require.True(t, strings.HasPrefix(run(), said))
	require.NoError(t, os.Mkdir(filepath.Join(dir, ".cache"), 0o777))
	require.NotContains(t, run(), "cache in", "once")
}
