// Package progress tells a person how far long work is.
package progress

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// Progress shows how far long work is: a line that is redrawn in a terminal; in a log a line at the
// start, one at the end and one every half minute between; one element that is updated in a
// notebook. Its methods may be called by several goroutines.
type Progress struct {
	w      io.Writer
	form   form
	see    func(name string, done, total int, unit string) // instead of writing; or nil
	now    func() time.Time
	mu     sync.Mutex
	silent bool // shows no bars
	count  int  // of bars, which names a notebook's elements
	said   map[string]bool
}

// form is where the lines go.
type form int

const (
	log form = iota
	terminal
	notebook
)

// How often a bar is drawn.
const (
	redrawn = 200 * time.Millisecond
	logged  = 30 * time.Second
)

// New writes to w; nil shows nothing.
func New(w io.Writer) *Progress {
	p := &Progress{w: w, now: time.Now}
	f, ok := w.(*os.File)
	switch {
	case inNotebook:
		p.form = notebook
	case ok && isTerminal(f):
		p.form = terminal
	}
	return p
}

// To hands every count to see instead of writing it, and says nothing.
func To(see func(name string, done, total int, unit string)) *Progress {
	return &Progress{see: see}
}

// WithoutBars is who is told the same lines, and shown no bars.
func (p *Progress) WithoutBars() *Progress {
	return &Progress{w: p.w, form: p.form, now: p.now, silent: true}
}

// Say prints one line.
func (p *Progress) Say(format string, args ...any) {
	if p.w == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.w, format+"\n", args...)
}

// Once prints a line that it has not printed before: what would be said again for each picture or
// product is said once.
func (p *Progress) Once(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	p.mu.Lock()
	known := p.said[line]
	if p.said == nil {
		p.said = map[string]bool{}
	}
	p.said[line] = true
	p.mu.Unlock()
	if !known {
		p.Say("%s", line)
	}
}

// Bar gives a function that shows done of total, with the speed since it was first called and the
// time left. A count that does not grow begins another piece of work, with a speed of its own.
func (p *Progress) Bar(name string) func(done, total int, unit string) {
	if p.see != nil {
		return func(done, total int, unit string) { p.see(name, done, total, unit) }
	}
	if p.w == nil || p.silent {
		return func(int, int, string) {}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count++
	b := &bar{p: p, name: name, id: fmt.Sprintf("progress_%d_%d", os.Getpid(), p.count)}
	return b.show
}

// bar is one piece of work after another under one name.
type bar struct {
	p          *Progress
	name, id   string
	running    bool
	begun      time.Time // when the piece was first told of
	from, last int       // done then, and when it was last told of
	shown      time.Time
}

// show takes the count of what is done.
func (b *bar) show(done, total int, unit string) {
	b.p.mu.Lock()
	defer b.p.mu.Unlock()
	now := b.p.now()
	first := !b.running || done <= b.last
	if first {
		b.begun, b.from = now, done
	}
	b.running, b.last = done < total, done
	every := redrawn
	if b.p.form == log {
		every = logged
	}
	if first && !b.running || !first && b.running && now.Sub(b.shown) < every {
		return // it was there already, or was shown just now
	}
	b.shown = now
	b.draw(done, total, unit, now.Sub(b.begun))
}

// draw writes the state: count, and speed and time left, or the time that it took.
func (b *bar) draw(done, total int, unit string, took time.Duration) {
	line := fmt.Sprintf("%s: %d of %d %s", b.name, done, total, unit)
	if done > b.from && took > 0 {
		speed := float64(done-b.from) / took.Seconds()
		line += fmt.Sprintf(", %.1f/s", speed)
		if done < total {
			left := time.Duration(float64(total-done) / speed * float64(time.Second))
			line += fmt.Sprintf(", %s left", left.Round(time.Second))
		}
	}
	switch b.p.form {
	case notebook:
		html := fmt.Sprintf("<progress value=%d max=%d></progress> %s", done, total, line)
		if done >= total {
			html = "" // what is done does not stay above the picture
		}
		updateHTML(b.id, html)
	case terminal:
		end := ""
		if done >= total {
			end = "\n"
		}
		fmt.Fprintf(b.p.w, "\r\x1b[K%s%s", line, end)
	default:
		fmt.Fprintln(b.p.w, line)
	}
}
