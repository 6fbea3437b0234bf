package world

import (
	"testing"

	"adlab/datasets"

	"github.com/stretchr/testify/require"
)

// tiles are normal pictures by their names; those that begin with ! are tested on.
func tiles(names ...string) *datasets.Set {
	c := datasets.Category{Name: "magnetic_tile"}
	for _, name := range names {
		s := datasets.Sample{Path: "Imgs/" + name + ".jpg", Split: datasets.TrainSplit}
		if name[0] == '!' {
			s.Path, s.Split = "Imgs/"+name[1:]+".jpg", datasets.TestSplit
			c.Test = append(c.Test, s)
			continue
		}
		c.Train = append(c.Train, s)
	}
	c.Test = append(c.Test, datasets.Sample{Path: "exp1_num_7.jpg", Label: 1,
		Split: datasets.TestSplit})
	return &datasets.Set{Categories: []datasets.Category{c}}
}

func TestTilesAreToldByLightsThatRise(t *testing.T) {
	set := tiles("exp4_num_933", "exp1_num_1810", "exp6_num_1012", "exp2_num_1836", "exp2_num_20",
		"photo")
	var sizes []int
	for _, tile := range tilesOf(set.Train()) {
		sizes = append(sizes, len(tile))
	}
	require.Equal(t, []int{1, 3, 2}, sizes, "one of another name; 20, 933, 1012; 1810, 1836")
}

func TestNoTileThatIsTestedOnIsLearnedFrom(t *testing.T) {
	set := tiles("exp1_num_10", "!exp2_num_11", "exp1_num_20", "exp2_num_21", "!exp1_num_30",
		"!exp2_num_31", "!exp3_num_32", "exp4_num_33")
	other, shared := otherTiles(set)
	var names []string
	for _, s := range other.Train() {
		names = append(names, s.Path)
	}
	require.Equal(t, []string{"Imgs/exp1_num_20.jpg", "Imgs/exp2_num_21.jpg"}, names)
	require.Equal(t, 4, shared)
	require.Len(t, set.Train(), 4, "as it was")
	drawn, _, _, err := tileSets(set)
	require.NoError(t, err)
	require.Len(t, drawn.Train(), 2)
	require.Len(t, normals(set.Categories[0].Test), 4)
}
