package inpformer

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// fuse is the mean over all levels, F, from the means of the groups: each group weighs as many
// levels as it has. SPEC 4a; the paper sums.
func fuse(targets []*Node, sizes []int) *Node {
	total := 0
	for _, n := range sizes {
		total += n
	}
	var f *Node
	for g, target := range targets {
		part := MulScalar(target, float64(sizes[g])/float64(total))
		if f == nil {
			f = part
		} else {
			f = Add(f, part)
		}
	}
	return f
}
