package code

import (
	"bytes"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func TestDigestsTellNumbersFromPictures(t *testing.T) {
	require.Regexp(t, "^[0-9a-f]{16}$", Numbers())
	require.NotEqual(t, Numbers(), Drawing())
}

func TestWhatMakesNoNumberDoesNotCount(t *testing.T) {
	content := func(files map[string]string) string {
		tree := fstest.MapFS{}
		for name, source := range files {
			tree[name] = &fstest.MapFile{Data: []byte(source)}
		}
		var b bytes.Buffer
		require.NoError(t, write(&b, tree))
		return b.String()
	}
	plain := content(map[string]string{"a/x.go": "package a\n\nvar x = f(1, \"y\")\n"})
	for name, source := range map[string]string{
		"comments": "// Package a.\npackage a\n\n// x is one.\nvar x = f(1, \"y\") // really\n",
		"layout":   "package a\n\n\nvar x =  f(1,\n\t\"y\",\n)\n",
	} {
		require.Equal(t, plain, content(map[string]string{"a/x.go": source,
			"a/x_test.go": "package a\n", "published/y.yaml": "1"}), name)
	}
	require.NotEqual(t, plain, content(map[string]string{"a/x.go": "package a\n\nvar x = f(2, " +
		"\"y\")\n"}))
	require.NotEqual(t, plain, content(map[string]string{"a/x.go": "package a\n\nvar x = f(1, " +
		"\"z\")\n"}), "other texts may be names")
	require.NotEqual(t, plain, content(map[string]string{"a/x.go": "package a\n\nvar x = f(1, " +
		"\"y\")\n", "a/data.yaml": "x"}))
}

func TestAWordToThePersonChangesNoNumber(t *testing.T) {
	content := func(source string) string {
		b, err := tokens("x.go", []byte("package a\n\n"+source))
		require.NoError(t, err)
		return string(b)
	}
	require.Equal(t, content(`var e = fmt.Errorf("expected %d, got %d", a, b)`),
		content(`var e = fmt.Errorf("wanted %d, "+
			"found %d", a, b)`))
	require.Equal(t, content(`func f() { p.Bar("training") }`),
		content(`func f() { p.Bar("learning") }`))
	require.NotEqual(t, content(`var e = fmt.Errorf("expected %d", a)`),
		content(`var e = fmt.Errorf("expected %d", b)`), "what is computed for it counts")
	require.NotEqual(t, content(`var s = fmt.Sprintf("a %d", a)`),
		content(`var s = fmt.Sprintf("b %d", a)`), "it may be an address")
}
