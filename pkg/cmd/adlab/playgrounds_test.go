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
		words := strings.Fields(r.Command)
		stdout, stderr, code := adlab(append(words[1:], "--json")...)
		require.Zero(t, code, "%s: %s", r.Command, stderr)
		require.Contains(t, stdout, "image_auroc")
	}
}
