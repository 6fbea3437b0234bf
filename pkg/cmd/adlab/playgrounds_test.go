package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPlaygroundsAreListed: what each opens with can be measured by the command that stands there.
func TestPlaygroundsAreListed(t *testing.T) {
	stdout, stderr, code := adlab("list", "--playgrounds", "--profile", "smoke", "--json")
	require.Zero(t, code, stderr)
	var rows []playground
	require.NoError(t, json.Unmarshal([]byte(stdout), &rows))
	require.Len(t, rows, 2)
	for _, r := range rows {
		require.Contains(t, r.Command, "--train-limit 2147483647", "all images, in smoke, too")
		words := append(strings.Fields(r.Command)[1:], "--data", t.TempDir())
		_, stderr, code = adlab(words...)
		require.Equal(t, 1, code)
		require.Contains(t, stderr, "expected folders CATEGORY", "its flags are taken")
	}
}
