package encoder

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
)

// Group averages the encoder's levels [B, N, C] within each group: one target E_g [B, N, C] a
// group. These means are all that INP-Former needs of the frozen encoder, so they are what the
// feature cache keeps.
func Group(levels []*Node, groups [][]int) (targets []*Node) {
	for _, group := range groups {
		members := make([]*Node, len(group))
		for i, level := range group {
			members[i] = levels[level]
		}
		targets = append(targets, Mean(members))
	}
	return targets
}

// Singly puts each of n levels into a group of its own.
func Singly(n int) (groups [][]int) {
	for i := range n {
		groups = append(groups, []int{i})
	}
	return groups
}

// Ungroup cuts stacked group means [B, groups, N, C], as Features.Batch gives them, into one [B, N,
// C] a group.
func Ungroup(batch *Node) (targets []*Node) {
	for g := range batch.Shape().Dimensions[1] {
		targets = append(targets, Squeeze(Slice(batch, AxisRange(), AxisElem(g)), 1))
	}
	return targets
}

// Mean is the element-wise mean of nodes of one shape.
func Mean(xs []*Node) *Node {
	sum := xs[0]
	for _, x := range xs[1:] {
		sum = Add(sum, x)
	}
	return DivScalar(sum, float64(len(xs)))
}

// Sizes is the number of levels in each group.
func Sizes(groups [][]int) []int {
	sizes := make([]int, len(groups))
	for i, g := range groups {
		sizes[i] = len(g)
	}
	return sizes
}

// CheckGroups says in one line where groups are not a partition of the levels 0..levels-1.
func CheckGroups(groups [][]int, levels int) error {
	seen := make([]bool, levels)
	count := 0
	for _, group := range groups {
		if len(group) == 0 {
			return fmt.Errorf("groups: expected at least one level in each, got %v", groups)
		}
		for _, level := range group {
			if level < 0 || level >= levels || seen[level] {
				return fmt.Errorf("groups: expected each of the levels 0 to %d once, got %v",
					levels-1, groups)
			}
			seen[level] = true
			count++
		}
	}
	if count != levels {
		return fmt.Errorf("groups: expected each of the levels 0 to %d once, got %v", levels-1,
			groups)
	}
	return nil
}

// CheckTaps says in one line where taps are not strictly ascending blocks from first to last.
func CheckTaps(taps []int, first, last int) error {
	for i, tap := range taps {
		if tap < first || tap > last || i > 0 && tap <= taps[i-1] {
			return fmt.Errorf("taps: expected ascending blocks from %d to %d, each once, got %v",
				first, last, taps)
		}
	}
	if len(taps) == 0 {
		return fmt.Errorf("taps: expected at least one block from %d to %d, got none", first, last)
	}
	return nil
}
