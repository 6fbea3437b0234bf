package inpformer

import (
	"testing"

	"adlab/pkg/live/livetest"
)

func BenchmarkMoves(b *testing.B) {
	s := shared.Get(b)
	var ready []int // heads that need no training
	for _, m := range prototypes {
		if s.heads[m] != nil {
			ready = append(ready, m)
		}
	}
	for name, move := range map[string]func(i int, x *State){
		"M":         func(i int, x *State) { x.M = ready[i%len(ready)] },
		"threshold": func(i int, x *State) { x.Threshold = i % 100 },
		"image":     func(i int, x *State) { x.Image = i % len(x.List(s.set)) },
	} {
		livetest.Moves(b, name, s, func(i int) State {
			x := s.Start()
			move(i, &x)
			return x
		})
	}
}
