package live

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// FuzzMessages fuzzes what a page says to a live cell, a message a line: half a message, one of
// another version, a control or a value that is none. The cell lives, says what is wrong in one
// line, and answers the next event.
func FuzzMessages(f *testing.F) {
	f.Add(`{"control": "m", "value": "2", "seq": 1}` + "\n" + `{"alive": true}`)
	f.Add(`{"control": "m", "val`)
	f.Add(`{"control": "next", "value": "-9223372036854775808", "seq": -1}` + "\n" +
		`{"control": "next", "value": "9223372036854775807", "seq": 9223372036854775806}`)
	f.Add(`[1]` + "\n" + `null` + "\n" + `{"control": {}}` + "\n" + `{"seq": 1e99}`)
	f.Add(`{"control": "<script>", "value": "\u0000\n", "seq": 7, "verb": "erase"}`)
	f.Fuzz(func(t *testing.T, said string) {
		p := newPage(true)
		l := cell[demo]{session: &counting{}, page: p, state: (&counting{}).Start(),
			seen: map[string]int{}, presses: map[string]int{}, silence: time.Minute}
		for _, m := range strings.Split(said, "\n") {
			if len(p.messages) < cap(p.messages) {
				p.messages <- m
			}
		}
		events, _ := l.waiting(<-p.messages)
		for _, e := range events {
			require.NotEmpty(t, e.Control)
			require.Positive(t, e.Seq)
		}
		l.answer(context.Background(), events)
		require.Len(t, p.updates, 1)
		require.NotContains(t, p.updates[0].Message, "\n")
		require.NotContains(t, l.block("live", ""), "<script>")
		seq := l.seq + 1
		if seq < 0 {
			return // no event can be newer
		}
		l.answer(context.Background(), []event{{Control: "m", Value: "3", Seq: seq}})
		require.Equal(t, seq, p.updates[1].Seq)
	})
}
