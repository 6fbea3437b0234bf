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

// TestNumbersGoThroughRooms: a method's room and those that it imports count, others do not; what
// is not known counts as all.
func TestNumbersGoThroughRooms(t *testing.T) {
	require.Equal(t, []string{"inpformer", "vit"}, reached([]string{"vit", "inpformer"}))
	require.Equal(t, []string{"baseline", "multiads"}, reached([]string{"baseline"}))
	require.Equal(t, []string{"bert", "bridge", "vit"}, reached([]string{"bridge"}))
	require.Equal(t, []string{"learned"}, reached([]string{"learned"}))
	require.Contains(t, reached(nil), "clip")
	require.Equal(t, reached(nil), reached([]string{"vit", "encoder"}))
	require.NotEqual(t, Numbers("vit"), Numbers("convnet"))
	require.Equal(t, Numbers("vit", "inpformer"), Numbers("inpformer", "vit"))
	require.Equal(t, Numbers(), Numbers("no room"))
}

type kind struct{}

func TestRoomOf(t *testing.T) {
	for _, x := range []any{kind{}, &kind{}, TestRoomOf, func() {}} {
		require.Equal(t, "adlab/pkg", RoomOf(x))
	}
	require.Equal(t, "testing", RoomOf(t))
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
		"built":    "//go:build !js\n\npackage a\n\nvar x = f(1, \"y\")\n",
	} {
		require.Equal(t, plain, content(map[string]string{"a/x.go": source,
			"a/x_test.go": "package a\n", "a/x_js.go": "package a\n",
			"published/y.yaml": "1"}), name)
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
