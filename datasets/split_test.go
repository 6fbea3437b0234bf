package datasets

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func numbered(n int) []Sample {
	var all []Sample
	for i := range n {
		id := fmt.Sprintf("%04d", i)
		all = append(all, Sample{ID: id, Path: id})
	}
	return all
}

func TestSplitIsFixed(t *testing.T) {
	a, b := split(numbered(10), 6)
	require.Equal(t, []string{"0000", "0001", "0004", "0005", "0008", "0009"}, ids(a))
	require.Equal(t, []string{"0002", "0003", "0006", "0007"}, ids(b))
	backwards := numbered(10)
	for i := range 5 {
		backwards[i], backwards[9-i] = backwards[9-i], backwards[i]
	}
	c, d := split(backwards, 6)
	require.Equal(t, a, c, "the order given does not matter")
	require.Equal(t, b, d)
	a, b = split(numbered(9), 100)
	require.Len(t, a, 6)
	require.Len(t, b, 3)
}

// world has three categories with 8, 2 and 5 images to learn from, and 3 normal and 6 anomalous
// ones to be tested on.
func world(t *testing.T) string {
	var files []string
	for c, n := range map[string]int{"a": 8, "b": 2, "c": 5} {
		for i := range n {
			files = append(files, fmt.Sprintf("%s/train/good/%d.png", c, i))
		}
		for i := range 3 {
			files = append(files, fmt.Sprintf("%s/test/good/%d.png", c, i),
				fmt.Sprintf("%s/test/hole/%d.png", c, i), fmt.Sprintf("%s/test/cut/%d.png", c, i))
		}
	}
	return tree(t, files...)
}

func TestLimits(t *testing.T) {
	root := world(t)
	open := func(opt Options) *Set {
		set, err := Open("mvtec", root, opt)
		require.NoError(t, err)
		return set
	}
	sizes := func(s *Set) (n []int) {
		for _, c := range s.Categories {
			n = append(n, len(c.Train))
		}
		return n
	}
	require.Equal(t, []int{8, 2, 5}, sizes(open(Options{})))
	require.Equal(t, []int{1, 1, 1}, sizes(open(Options{TrainLimit: 3})))
	require.Equal(t, []int{3, 2, 2}, sizes(open(Options{TrainLimit: 7})))
	require.Equal(t, []int{8, 2, 5}, sizes(open(Options{TrainLimit: 99})))
	require.Equal(t, open(Options{TrainLimit: 7}), open(Options{TrainLimit: 7}))
	require.Subset(t, ids(open(Options{TrainLimit: 9}).Train()),
		ids(open(Options{TrainLimit: 6}).Train()))
	for _, c := range open(Options{TestLimit: 2}).Categories {
		var count [2]int
		for _, x := range c.Test {
			count[x.Label]++
		}
		require.Equal(t, [2]int{2, 2}, count)
	}
	require.Len(t, open(Options{TestLimit: 4}).Categories[0].Test, 3+4)

	_, err := Open("mvtec", root, Options{TrainLimit: 2})
	require.EqualError(t, err,
		`train limit 2 leaves category "c" without an image to learn from: use at least 3`)
	_, err = Open("mvtec", root, Options{TestLimit: -1})
	require.EqualError(t, err, "train limit 0 and test limit -1: expected 0 (no limit) or more")
}

func TestSharedTrainingImagesCountOnce(t *testing.T) {
	shared := numbered(10)
	set := &Set{Categories: []Category{{Name: "a", Train: shared}, {Name: "b", Train: shared}}}
	require.NoError(t, set.limit(Options{TrainLimit: 5}))
	require.Len(t, set.Train(), 5)
	require.Equal(t, ids(set.Categories[0].Train), ids(set.Categories[1].Train))
}
