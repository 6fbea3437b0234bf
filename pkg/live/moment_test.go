package live

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// served serves a session to a page until the test is over.
func served(t *testing.T, c *counting) *page {
	p := newPage(true)
	done := make(chan string)
	go func() { why, _ := Serve(context.Background(), c, p, time.Minute); done <- why }()
	t.Cleanup(func() { p.say(1<<20, stopControl, "1"); <-done })
	p.await(t, 0)
	return p
}

func TestUndoGoesBackMoveByMove(t *testing.T) {
	p := served(t, &counting{})
	require.False(t, p.await(t, 0).Undo)
	seq := 0
	move := func(control, value string) update[demo] {
		seq++
		p.say(seq, control, value)
		return p.await(t, seq)
	}
	for v := 2; v <= 9; v++ { // one drag
		move("m", fmt.Sprint(v))
	}
	u := move("blend", "40")
	require.True(t, u.Undo)
	require.Equal(t, "blend from 0 % to 40 %", u.Changed)
	require.Equal(t, "counting?m=9&blend=40", u.Address)
	move("next", "1")
	u = move("next", "2")
	require.Equal(t, "image from 1 to 2; image from 1 to 2 (+1.0000)", u.Changed)
	move("m", "abc") // no move
	u = move(undoControl, "1")
	require.Equal(t, "1", u.Numbers[1].Value, "each press is a move")
	u = move(undoControl, "3")
	require.Equal(t, "9", u.Numbers[0].Value)
	require.Equal(t, "counting?m=9", u.Address, "the blend is back")
	require.Equal(t, "blend from 40 % to 0 %; image from 1 to 0; image from 1 to 0 (-1.0000)",
		u.Changed)
	u = move(undoControl, "4")
	require.Equal(t, "1", u.Numbers[0].Value, "a drag is one move")
	require.Empty(t, u.Address)
	require.False(t, u.Undo)
	u = move(undoControl, "9")
	require.Empty(t, u.Message, "nothing to undo is no mistake")
	u = move("m", "2000")
	require.True(t, u.Undo)
}

func TestKeptIsSetBeside(t *testing.T) {
	p := served(t, &counting{})
	p.say(1, "m", "3")
	first := p.await(t, 1)
	p.say(2, keepControl, "1")
	u := p.await(t, 2)
	require.Equal(t, first.Rows, u.Kept)
	require.Empty(t, u.Differs)
	p.say(3, "m", "5")
	u = p.await(t, 3)
	require.Equal(t, first.Rows, u.Kept)
	require.NotEqual(t, u.Rows, u.Kept)
	require.Equal(t, "M from 3 to 5; M from 3 to 5 (+2.0000)", u.Differs, "control and number")
	p.say(4, undoControl, "1")
	require.NotEmpty(t, p.await(t, 4).Kept, "undo leaves it")
	p.say(5, keepControl, "2")
	require.Empty(t, p.await(t, 5).Kept, "the second press lets it go")
}

func TestAddressOpensAState(t *testing.T) {
	p := served(t, &counting{})
	p.say(1, linkControl, "counting?m=12&blend=30&text=a+b%26c")
	u := p.await(t, 1)
	require.Equal(t, "12", u.Numbers[0].Value)
	require.Equal(t, "counting?m=12&blend=30&text=a+b%26c", u.Address)
	require.True(t, u.Undo)
	for i, x := range []struct{ address, line string }{
		{"counting?m=77&m=x", `address: M: expected a whole number from 1 to 2000, got "x"`},
		{"counting?next=1", "address: next is a button"},
		{"counting?nothing=1", `address: no control "nothing"`},
		{"other?m=1", "address: expected counting?"},
		{"counting?m=%zz", "address: invalid URL escape"},
		{"", "address: expected counting?"},
	} {
		p.say(2+i, linkControl, x.address)
		u := p.await(t, 2+i)
		require.Contains(t, u.Message, x.line)
		require.NotContains(t, u.Message, "\n")
	}
}

func TestFoundOnceAllItsFactsWereSeen(t *testing.T) {
	p := served(t, &counting{})
	done := func(u update[demo]) (all []bool) {
		for _, f := range u.Found {
			all = append(all, f.Done)
		}
		return all
	}
	require.Equal(t, []bool{false, false}, done(p.await(t, 0)))
	for i, x := range []struct {
		control, value string
		found          []bool
	}{
		{"text", "a", []bool{false, false}},
		{"text", "a ", []bool{false, true}},
		{"m", "7", []bool{true, true}},
		{"m", "8", []bool{true, true}},
	} {
		p.say(i+1, x.control, x.value)
		require.Equal(t, x.found, done(p.await(t, i+1)), "%v", x)
	}
}
