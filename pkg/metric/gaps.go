package metric

import (
	"math"
	"math/bits"
)

// key orders as the finite score does, as an integer; -0 and 0 have one key.
func key(score float32) uint32 {
	b := math.Float32bits(score)
	switch {
	case b == 1<<31:
		return 1 << 31
	case b>>31 == 1:
		return ^b
	}
	return b | 1<<31
}

// score undoes key.
func score(key uint32) float32 {
	if key>>31 == 1 {
		return math.Float32frombits(key &^ (1 << 31))
	}
	return math.Float32frombits(^key)
}

// ladder finds the gap that a score lies in between n distinct ones, its rungs. A table over equal
// stretches of keys leaves a few rungs to search.
type ladder struct {
	rungs []uint32 // ascending keys, at least one
	first []int32  // first[b] is the first rung in stretch b or beyond it
	shift int      // a stretch has 1<<shift keys
}

// stretches bounds the size of the table: 256 KiB, which a core's cache holds.
const stretches = 1 << 16

func newLadder(rungs []uint32) ladder {
	span := rungs[len(rungs)-1] - rungs[0]
	l := ladder{rungs: rungs, shift: max(0, bits.Len32(span)-bits.Len32(stretches-1))}
	l.first = make([]int32, span>>l.shift+2)
	rung := 0
	for b := range l.first {
		for rung < len(rungs) && int((rungs[rung]-rungs[0])>>l.shift) < b {
			rung++
		}
		l.first[b] = int32(rung)
	}
	return l
}

// gaps is how many places slot tells apart: 2n+1.
func (l *ladder) gaps() int { return 2*len(l.rungs) + 1 }

// slot is 2i+1 on rung i and 2i below it and above the one before.
func (l *ladder) slot(key uint32) int {
	n := len(l.rungs)
	if key < l.rungs[0] {
		return 0
	}
	if key > l.rungs[n-1] {
		return 2 * n
	}
	b := (key - l.rungs[0]) >> l.shift
	lo, hi := int(l.first[b]), int(l.first[b+1])
	for lo < hi { // the first rung that is not below
		if mid := (lo + hi) / 2; l.rungs[mid] < key {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if l.rungs[lo] == key { // lo < n, because key <= the last rung
		return 2*lo + 1
	}
	return 2 * lo
}
