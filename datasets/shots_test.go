package datasets

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// counted is a set with so many training images a category, listed backwards.
func counted(counts map[string]int) *Set {
	s := &Set{Name: "s", Root: "/s"}
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		c := Category{Name: name}
		for i := counts[name] - 1; i >= 0; i-- {
			c.Train = append(c.Train, Sample{ID: fmt.Sprintf("%s/%04d", name, i), Category: name})
		}
		s.Categories = append(s.Categories, c)
	}
	return s
}

func TestShots(t *testing.T) {
	v, err := VocabularyOf("mvtec")
	require.NoError(t, err)
	set := counted(v.Train)
	four, err := set.Shots(4, Draw{Official: true})
	require.NoError(t, err)
	c, _ := four.Category("bottle")
	var ids []string
	for _, x := range c.Train {
		ids = append(ids, x.ID)
	}
	require.Equal(t, []string{"bottle/0000", "bottle/0178", "bottle/0114", "bottle/0068"}, ids,
		"the official draw, by file name")
	_, err = set.Shots(3, Draw{Official: true})
	require.ErrorContains(t, err, "1, 2 and 4 shots, got 3")
	fewer := counted(v.Train)
	fewer.Categories[0].Train = fewer.Categories[0].Train[1:]
	_, err = fewer.Shots(1, Draw{Official: true})
	require.ErrorContains(t, err, "the official draw expects")

	small := counted(map[string]int{"a": 5, "b": 9})
	_, err = small.Shots(2, Draw{Official: true})
	require.ErrorContains(t, err, "draw with a seed instead")
	for _, k := range []int{0, -1, 6} {
		_, err = small.Shots(k, Draw{})
		require.ErrorContains(t, err, fmt.Sprintf("from 1 to the 5 normal training images of "+
			"category \"a\", got %d", k))
	}
	for k := 1; k < 5; k++ {
		less, err := small.Shots(k, Draw{Seed: 3})
		require.NoError(t, err)
		more, err := small.Shots(k+1, Draw{Seed: 3})
		require.NoError(t, err)
		for i := range less.Categories {
			require.Len(t, less.Categories[i].Train, k)
			require.Subset(t, more.Categories[i].Train, less.Categories[i].Train,
				"a prefix of the next draw")
		}
	}
	require.Len(t, small.Categories[0].Train, 5, "the set itself is as it was")
}

func TestJoinAndZeroShot(t *testing.T) {
	a, b := counted(map[string]int{"x": 2, "y": 1}), counted(map[string]int{"x": 1})
	a.Name, b.Name = "A", "B"
	for _, s := range []*Set{a, b} {
		for i := range s.Categories {
			for k := range s.Categories[i].Train {
				s.Categories[i].Train[k].Path = "/" + s.Name + "/" + s.Categories[i].Train[k].ID
			}
		}
	}
	all, err := Join("all", a, b)
	require.NoError(t, err)
	names := map[string]int{}
	for _, c := range all.Categories {
		names[c.Name] = len(c.Train)
	}
	require.Equal(t, map[string]int{"A/x": 2, "y": 1, "B/x": 1}, names)
	require.Len(t, all.All(), 4)
	_, err = Join("all", a, a)
	require.ErrorContains(t, err, `"A" twice`)
	_, err = Join("none")
	require.Error(t, err)
	require.ErrorContains(t, ZeroShot(a, b), `"x" in both A and B`)
	b.Categories[0].Name = "z"
	require.NoError(t, ZeroShot(a, b))
	b.Categories[0].Train[0].Path = "/A/y/0000"
	require.ErrorContains(t, ZeroShot(a, b), "/A/y/0000 in both")
}
