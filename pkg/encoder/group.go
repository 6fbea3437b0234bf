package encoder

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
)

// Group averages the encoder's levels [B, N, C] within each group: one target E_g [B, N, C] a group. These means are
// all that INP-Former needs of the frozen encoder, so they are what the feature cache keeps.
func Group(levels []*Node, groups [][]int) (targets []*Node) {
	for _, group := range groups {
		sum := levels[group[0]]
		for _, level := range group[1:] {
			sum = Add(sum, levels[level])
		}
		targets = append(targets, DivScalar(sum, float64(len(group))))
	}
	return targets
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
				return fmt.Errorf("groups: expected each of the levels 0 to %d once, got %v", levels-1, groups)
			}
			seen[level] = true
			count++
		}
	}
	if count != levels {
		return fmt.Errorf("groups: expected each of the levels 0 to %d once, got %v", levels-1, groups)
	}
	return nil
}
