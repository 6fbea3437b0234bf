package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

// does runs a command that does something, as main would.
func does(t *testing.T, do func() error) (said string, status int) {
	var b bytes.Buffer
	root := &cobra.Command{Use: "adlab", SilenceUsage: true, SilenceErrors: true,
		RunE: func(*cobra.Command, []string) error { return do() }}
	root.SetArgs([]string{})
	status = run(t.Context(), root, &b)
	return b.String(), status
}

// outOfRange is a mistake.
func outOfRange() int { return []int{}[len(os.Args)] }

// TestOurOwnMistakesSayWhatToReport: a panic, and nothing else, prints a stack trace.
func TestOurOwnMistakesSayWhatToReport(t *testing.T) {
	panics := func() error { return fmt.Errorf("%d", outOfRange()) }
	caught := func() (err error) { // as GoMLX does in graphs
		defer func() { err = fmt.Errorf("graph: %w", recover().(error)) }()
		return panics()
	}
	for name, do := range map[string]func() error{"panic": panics, "caught": caught} {
		said, status := does(t, do)
		require.Equal(t, statusMistake, status)
		lines := strings.Split(said, "\n")
		require.Contains(t, lines[0], "adlab: this is a mistake in adlab: ")
		require.Contains(t, lines[0], "index out of range")
		require.Contains(t, lines[1], "please report it with all that follows")
		require.Contains(t, lines[2], "adlab "+version+", go1.")
		require.Contains(t, lines[3], "command: [")
		if name == "panic" {
			require.Contains(t, said, "mistake_test.go:", "where it was")
		}
	}
	for err, want := range map[error]int{errors.New("what was given is wrong"): 1, errNG: 2,
		errQuiet: 1, nil: 0} {
		said, status := does(t, func() error { return err })
		require.Equal(t, want, status)
		require.NotContains(t, said, "goroutine")
		require.LessOrEqual(t, strings.Count(said, "\n"), 1)
	}
}
