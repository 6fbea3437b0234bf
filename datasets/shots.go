package datasets

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
)

//go:embed shots.json
var shotsData []byte

// Draw says how few-shot images are drawn.
type Draw struct {
	// the images that INP-Former's scripts draw from MVTec-AD and VisA, for 1, 2 and 4 shots
	Official bool
	Seed     uint64 // else: any draw
}

// Shots is the set with k normal images to learn from in each category. Drawn with a seed, the k
// images are among those of k+1. Source of the official draw: pkg/inpformer/SPEC.md 10.
func (s *Set) Shots(k int, d Draw) (*Set, error) {
	out := *s
	out.Categories = slices.Clone(s.Categories)
	for i := range out.Categories {
		c := &out.Categories[i]
		if k < 1 || k > len(c.Train) {
			return nil, fmt.Errorf("k-shot: expected k from 1 to the %d normal training images of "+
				"category %q, got %d", len(c.Train), c.Name, k)
		}
		places, err := d.places(c, k, len(s.Categories))
		if err != nil {
			return nil, err
		}
		var kept []Sample
		for _, at := range places {
			kept = append(kept, c.Train[at])
		}
		c.Train = kept
	}
	return &out, nil
}

// places are the k images of a category, in the order of its training images.
func (d Draw) places(c *Category, k, categories int) ([]int, error) {
	if d.Official {
		return officialPlaces(c, k, categories)
	}
	h := fnv.New64a()
	h.Write([]byte(c.Name))
	order := rand.New(rand.NewPCG(d.Seed, h.Sum64())).Perm(len(c.Train))[:k]
	slices.Sort(order)
	return order, nil
}

func officialPlaces(c *Category, k, categories int) ([]int, error) {
	var shots struct {
		Train   map[string]map[string]int
		Indices map[string]map[string][]int
	}
	if err := json.Unmarshal(shotsData, &shots); err != nil {
		return nil, err
	}
	for _, name := range []string{"MVTec-AD", "VisA"} {
		counts := shots.Train[name]
		if _, has := counts[c.Name]; !has || len(counts) != categories {
			continue
		}
		if counts[c.Name] != len(c.Train) {
			return nil, fmt.Errorf("k-shot: the official draw expects the %d training images of "+
				"%s %q, got %d: draw with a seed instead", counts[c.Name], name, c.Name,
				len(c.Train))
		}
		drawn, ok := shots.Indices[fmt.Sprintf("%s-%dshot", name, k)]
		if !ok {
			return nil, fmt.Errorf("k-shot: the official draws are for 1, 2 and 4 shots, got %d: "+
				"draw with a seed instead", k)
		}
		sorted := slices.Clone(c.Train) // the indices are into file names in order
		places := make([]int, len(sorted))
		for i := range places {
			places[i] = i
		}
		slices.SortFunc(places, func(a, b int) int {
			return strings.Compare(sorted[a].ID, sorted[b].ID)
		})
		var out []int
		for _, i := range drawn[c.Name] {
			out = append(out, places[i])
		}
		return out, nil
	}
	return nil, fmt.Errorf("k-shot: official draws are for the 15 categories of MVTec-AD and the "+
		"12 of VisA, got category %q of %d: draw with a seed instead", c.Name, categories)
}
