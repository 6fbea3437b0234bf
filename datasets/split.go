package datasets

import (
	"fmt"
	"math/rand/v2"
)

// Options say how a set is read. The limits cut it down for quick runs, always in the same way;
// zero means everything.
type Options struct {
	TrainLimit int // images to learn from, in all, shared out evenly among the categories
	TestLimit  int // images to be tested on, per category and label

	AllowEmptyMasks bool `json:",omitempty"` // anomalous images whose masks say normal everywhere
	ResizeMasks     bool `json:",omitempty"` // masks of their image's shape in another size
	FollowLinks     bool `json:",omitempty"` // links that lead out of the set
	TrainOnly       bool `json:"-"`          // no test images are needed
}

// Limited says whether the options cut the set down.
func (o Options) Limited() bool { return o.TrainLimit != 0 || o.TestLimit != 0 }

// shuffled is the samples, each once, in an order that depends on their IDs alone: seed 0, whatever
// the run's seed is.
func shuffled(samples []Sample) []Sample {
	order := Unique(samples)
	rng := rand.New(rand.NewPCG(0, 0))
	rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	return order
}

// split draws n of the samples and gives both parts ordered by ID. A set too small for n is cut in
// two thirds to one.
func split(samples []Sample, n int) (drawn, rest []Sample) {
	order := shuffled(samples)
	if n >= len(order) {
		n = len(order) * 2 / 3
	}
	return Unique(order[:n]), Unique(order[n:])
}

// limit keeps what opt allows. What a small limit keeps, a larger one keeps too.
func (s *Set) limit(opt Options) error {
	if opt.TrainLimit < 0 || opt.TestLimit < 0 {
		return fmt.Errorf("train limit %d and test limit %d: expected 0 (no limit) or more",
			opt.TrainLimit, opt.TestLimit)
	}
	if n := opt.TrainLimit; n > 0 {
		kept := s.drawTrain(n)
		for i := range s.Categories {
			c := &s.Categories[i]
			if c.Train = only(c.Train, kept); len(c.Train) == 0 {
				return fmt.Errorf("train limit %d leaves category %q without an image to learn "+
					"from: use at least %d", n, c.Name, len(s.Categories))
			}
		}
	}
	if n := opt.TestLimit; n > 0 {
		for i := range s.Categories {
			c := &s.Categories[i]
			kept, count := map[string]bool{}, [2]int{}
			for _, x := range shuffled(c.Test) {
				if count[x.Label]++; count[x.Label] <= n {
					kept[x.ID] = true
				}
			}
			c.Test = only(c.Test, kept)
		}
	}
	return nil
}

// drawTrain lets the categories take one training image after another, in turn, until there are n;
// images that several categories share count once.
func (s *Set) drawTrain(n int) map[string]bool {
	order, kept := make([][]Sample, len(s.Categories)), map[string]bool{}
	for i, c := range s.Categories {
		order[i] = shuffled(c.Train)
	}
	for left := true; left && len(kept) < n; {
		left = false
		for i := range order {
			for len(order[i]) > 0 && kept[order[i][0].ID] { // another category's already
				order[i] = order[i][1:]
			}
			if len(order[i]) > 0 && len(kept) < n {
				kept[order[i][0].ID], left = true, true
			}
		}
	}
	return kept
}

// only keeps the samples whose ID is in the set, in their order.
func only(samples []Sample, ids map[string]bool) []Sample {
	var kept []Sample
	for _, x := range samples {
		if ids[x.ID] {
			kept = append(kept, x)
		}
	}
	return kept
}
