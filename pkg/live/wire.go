package live

import "strings"

// wire is what a page of either kind hears and says by: what the page says waits in line, of what
// it is told the newest alone.
type wire struct {
	token    string
	messages chan string
	sends    chan string   // one place: the newest
	heard    chan struct{} // one place: the page has spoken, and is answered that it was heard
	first    chan struct{} // one place: the page is there
}

func newWire(token string) wire {
	return wire{token: token, messages: make(chan string, 4096), sends: make(chan string, 1),
		heard: make(chan struct{}, 1), first: make(chan struct{}, 1)}
}

// take takes what the page says.
func (w wire) take(message string) {
	nudge(w.first)
	nudge(w.heard)
	select {
	case w.messages <- message:
	default: // thousands wait: the page is told again
	}
}

// Messages gives what the page says.
func (w wire) Messages() <-chan string { return w.messages }

// Send keeps the newest message.
func (w wire) Send(message string) {
	select {
	case <-w.sends:
	default:
	}
	w.sends <- message
}

// named is the block with the wire's token, by which its script finds it.
func (w wire) named(block string) string {
	return strings.Replace(block, `<div class="adlab-live"`,
		`<div class="adlab-live" data-token="`+w.token+`"`, 1)
}

// script is the page's, for the block of this wire.
func (w wire) script() string { return strings.ReplaceAll(pageJS, "TOKEN", w.token) }
