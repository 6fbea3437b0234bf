package code

import (
	"bytes"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func TestDigestsTellNumbersFromPictures(t *testing.T) {
	require.Regexp(t, "^[0-9a-f]{16}$", Numbers())
	require.NotEqual(t, Numbers(), Pictures())
}

func TestCommentsTestsAndSpaceDoNotCount(t *testing.T) {
	content := func(files map[string]string) string {
		tree := fstest.MapFS{}
		for name, source := range files {
			tree[name] = &fstest.MapFile{Data: []byte(source)}
		}
		var b bytes.Buffer
		require.NoError(t, write(&b, tree, func(dir string) bool { return dir != "plot" }))
		return b.String()
	}
	plain := content(map[string]string{"a/x.go": "package a\n\nvar x = 1\n"})
	require.Equal(t, plain, content(map[string]string{
		"a/x.go":      "// Package a.\npackage a\n\n\n// x is one.\nvar x =  1 // really\n",
		"a/x_test.go": "package a\n", "plot/y.go": "package plot\n",
	}))
	require.NotEqual(t, plain, content(map[string]string{"a/x.go": "package a\n\nvar x = 2\n"}))
	require.NotEqual(t, plain, content(map[string]string{"a/x.go": "package a\n\nvar x = 1\n",
		"a/data.yaml": "x"}))
}
