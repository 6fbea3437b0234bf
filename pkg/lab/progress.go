package lab

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"golang.org/x/term"
)

// Progress shows how far long work is: a line that is redrawn in a terminal, a line now and then in
// a log, one element that is updated in a notebook.
type Progress struct {
	w        io.Writer
	terminal bool
	notebook bool
}

// NewProgress writes to w; nil shows nothing.
func NewProgress(w io.Writer) *Progress {
	p := &Progress{w: w, notebook: gonbui.IsNotebook}
	if f, ok := w.(*os.File); ok {
		p.terminal = term.IsTerminal(int(f.Fd()))
	}
	return p
}

// Say prints one line.
func (p *Progress) Say(format string, args ...any) {
	if p.w != nil {
		fmt.Fprintf(p.w, format+"\n", args...)
	}
}

// Bar gives a function that shows done of total, with speed and the time left.
func (p *Progress) Bar(name string) func(done, total int, unit string) {
	var start, shown time.Time
	var from int
	id := fmt.Sprintf("progress_%d", time.Now().UnixNano())
	return func(done, total int, unit string) {
		now := time.Now()
		if start.IsZero() || done < from {
			start, from = now, done
			if done >= total {
				return // it was there already: nothing to wait for
			}
		}
		every := 5 * time.Second
		if p.terminal || p.notebook {
			every = 200 * time.Millisecond
		}
		if p.w == nil || now.Sub(shown) < every && done < total {
			return
		}
		shown = now
		line := fmt.Sprintf("%s: %d of %d %s", name, done, total, unit)
		if elapsed := now.Sub(start).Seconds(); done > from && elapsed > 0 {
			speed := float64(done-from) / elapsed
			left := time.Duration(float64(total-done) / speed * float64(time.Second)).Round(time.Second)
			line += fmt.Sprintf(", %.1f/s, %s left", speed, left)
		}
		switch {
		case p.notebook:
			gonbui.UpdateHtml(id, fmt.Sprintf("<progress value=%d max=%d></progress> %s", done,
				total, line))
		case p.terminal:
			end := ""
			if done >= total {
				end = "\n"
			}
			fmt.Fprintf(p.w, "\r\x1b[K%s%s", line, end)
		default:
			fmt.Fprintln(p.w, line)
		}
	}
}
