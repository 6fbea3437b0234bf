package multiads

import (
	"fmt"
	"testing"
	"time"

	"adlab/pkg/live/livetest"
)

func BenchmarkMoves(b *testing.B) {
	s := shared.Get(b)
	for name, move := range map[string]func(i int, x State) State{
		"mixed": func(i int, x State) State {
			x.Image = i / 9 % 9
			x.Threshold = 10 + (i+1)/3%80
			return x.edited(x.Type, fmt.Sprintf("a photo of a [cls] with %d holes", i/3))
		},
		"threshold": func(i int, x State) State { x.Threshold = i % 100; return x },
		"image":     func(i int, x State) State { x.Image = i % len(x.List(s.set)); return x },
		"prompt": func(i int, x State) State {
			return x.edited(x.Type, fmt.Sprintf("[cls] with number %d of %d", i,
				time.Now().UnixNano()))
		},
	} {
		livetest.Moves(b, name, s, func(i int) State { return move(i, s.Start()) })
	}
}
