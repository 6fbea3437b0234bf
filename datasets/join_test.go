package datasets

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// placed is a set of one training image a category, in root.
func placed(name, root string, categories ...string) *Set {
	s := &Set{Name: name, Root: root, HasMasks: true}
	for _, c := range categories {
		id := c + "/0.png"
		s.Categories = append(s.Categories,
			Category{Name: c,
				Train: []Sample{{ID: id, Path: filepath.Join(root, id), Category: c}}})
	}
	return s
}

func TestJoinKeepsOrderAndFindsRoot(t *testing.T) {
	a, b := placed("A", "/data/a", "y", "x"), placed("B", "/data/deep/b", "x", "w")
	all, err := Join("all", a, b)
	require.NoError(t, err)
	var names, ids []string
	for _, c := range all.Categories {
		require.Equal(t, c.Name, c.Train[0].Category)
		names, ids = append(names, c.Name), append(ids, c.Train[0].ID)
	}
	require.Equal(t, []string{"y", "A/x", "B/x", "w"}, names)
	require.Equal(t, []string{"A/y/0.png", "A/x/0.png", "B/x/0.png", "B/w/0.png"}, ids)
	require.Equal(t, "x", a.Categories[1].Name, "the sets themselves are as they were")
	require.Equal(t, "x/0.png", a.Categories[1].Train[0].ID)
	require.True(t, all.HasMasks)

	for _, c := range []struct{ a, b, want string }{
		{"/data/a", "/data/deep/b", "/data"},
		{"/data/a", "/data/ab", "/data"},
		{"/data", "/data/b", "/data"},
		{"/data/b", "/data", "/data"},
		{"/one", "/two", "/"},
		{"/data/a", "", ""},
		{"", "/data/a", ""},
	} {
		all, err := Join("all", placed("A", c.a, "x"), placed("B", c.b, "y"))
		require.NoError(t, err)
		require.Equal(t, c.want, all.Root, "%s and %s", c.a, c.b)
	}
}

func TestZeroShotSeesThroughJoinsAndSpellings(t *testing.T) {
	a, b := placed("A", "/data/a", "x"), placed("B", "/data/b", "x")
	all, err := Join("all", a, b)
	require.NoError(t, err)
	require.EqualError(t, ZeroShot(all, placed("C", "/data/c", "x")),
		`zero-shot: expected a target without the source's categories, got "x" in both all and C`)
	require.NoError(t, ZeroShot(all, placed("C", "/data/c", "z")))

	here, err := filepath.Abs("pictures")
	require.NoError(t, err)
	source, target := placed("S", "pictures", "x"), placed("T", here, "y")
	target.Categories[0].Train[0].Path = filepath.Join(here, "x", "0.png")
	require.ErrorContains(t, ZeroShot(source, target), "in both")
}
