package progress

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// at is a progress in a log with a clock that the test moves.
func at(t *testing.T) (p *Progress, out *strings.Builder, wait func(time.Duration)) {
	t.Helper()
	out, now := &strings.Builder{}, time.Unix(0, 0)
	p = New(out)
	p.form, p.now = log, func() time.Time { return now }
	return p, out, func(d time.Duration) { now = now.Add(d) }
}

func TestALogHasAFirstAndALastLineAndOneEachHalfMinute(t *testing.T) {
	p, out, wait := at(t)
	bar := p.Bar("training")
	for i := range 100 {
		bar(i+1, 100, "steps")
		wait(time.Second)
	}
	require.Equal(t, []string{"training: 1 of 100 steps",
		"training: 31 of 100 steps, 1.0/s, 1m9s left",
		"training: 61 of 100 steps, 1.0/s, 39s left",
		"training: 91 of 100 steps, 1.0/s, 9s left", "training: 100 of 100 steps, 1.0/s", ""},
		strings.Split(out.String(), "\n"))
}

func TestEachPieceHasItsOwnSpeed(t *testing.T) {
	p, out, wait := at(t)
	bar := p.Bar("features")
	bar(16, 32, "images")
	wait(8 * time.Second)
	bar(32, 32, "images")
	wait(time.Hour)
	bar(16, 48, "images")
	wait(time.Second)
	bar(32, 48, "images")
	wait(time.Second)
	bar(48, 48, "images")
	require.Equal(t, []string{"features: 16 of 32 images", "features: 32 of 32 images, 2.0/s",
		"features: 16 of 48 images", "features: 48 of 48 images, 16.0/s", ""},
		strings.Split(out.String(), "\n"))
}

func TestWhatWasThereIsNotShown(t *testing.T) {
	p, out, _ := at(t)
	bar := p.Bar("features")
	bar(9, 9, "images")
	bar(9, 9, "images")
	require.Empty(t, out.String())
	New(nil).Bar("nothing")(1, 2, "images")
}

func TestToHandsCountsOn(t *testing.T) {
	var said []string
	p := To(func(name string, done, total int, unit string) {
		said = append(said, fmt.Sprint(name, done, total, unit))
	})
	p.Say("nothing")
	p.Bar("a ")(1, 2, "steps")
	require.Equal(t, []string{"a 1 2steps"}, said)
}

func TestOnceIsSaidOnce(t *testing.T) {
	var b bytes.Buffer
	p := New(&b)
	for range 3 {
		p.Once("note: %d", 1)
		p.Once("note: 50%%")
	}
	require.Equal(t, "note: 1\nnote: 50%\n", b.String())
	New(nil).Once("nobody hears")
}
