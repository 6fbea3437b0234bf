package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A slide without a stored output stalls the talk; with one it does not.
func TestRehearse(t *testing.T) {
	folder, gallery := t.TempDir(), t.TempDir()
	deck := filepath.Join(folder, "talks", "x.yaml")
	require.NoError(t, os.Mkdir(filepath.Dir(deck), 0o777))
	require.NoError(t, os.WriteFile(deck, []byte("title: {en: A, ko: B}\nminutes: 5\nslides:\n"+
		"- {notebook: book, cells: [a]}\n"), 0o666))
	write := func(outputs string) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, "book.ipynb"), []byte(`{"cells": [
			{"id": "a", "cell_type": "markdown", "source": "# A",
				"metadata": {"slideshow": {"slide_type": "slide"}}},
			{"id": "b", "cell_type": "code", "source": "w.Show()", "metadata": {},
				"outputs": [`+outputs+`]}]}`), 0o666))
	}
	rehearse := []string{"rehearse", "--notebooks", folder, "--gallery", gallery}

	write("")
	stdout, stderr, code := adlab(rehearse...)
	require.Equal(t, 1, code)
	require.Contains(t, stdout, "STALLS: cell b has no stored output")
	require.Contains(t, stderr, "would stand still at slides: 1")

	write(`{"output_type": "stream", "text": "levels"}`)
	stdout, stderr, code = adlab(rehearse...)
	require.Equal(t, 0, code, stderr)
	require.Contains(t, stdout, "book a")
	require.Contains(t, stdout, "0 of 1 slides show what this checkout would make otherwise")

	stdout, _, code = adlab(append(rehearse, "--json")...)
	require.Equal(t, 0, code)
	var lines map[string][]struct{ Cell string }
	require.NoError(t, json.Unmarshal([]byte(stdout), &lines))
	require.Equal(t, "a", lines["x"][0].Cell)

	_, stderr, code = adlab(append(rehearse, "nothing")...)
	require.Equal(t, 1, code)
	require.Contains(t, stderr, `no talk "nothing"`)
	_, stderr, code = adlab("talk", "--slides", gallery)
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "make slides makes it")
	_, stderr, code = adlab("warm", "nothing")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "expected inp-former or multiads")
}
