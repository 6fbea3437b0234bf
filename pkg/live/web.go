package live

import (
	"context"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

//go:embed web.html
var webHTML string

// Web serves live cells to a browser without a notebook: GET gives the page of one, which opens a
// cell with GET ?cell=ID and hears of it, an event a line, and speaks to it with POST ?cell=ID. A
// cell ends when its page goes.
type Web struct {
	// Serve serves a cell by name to a page until ctx ends, see Serve.
	Serve func(ctx context.Context, name string, page Page) (why string, err error)

	mu    sync.Mutex
	cells map[string]*webPage
}

// webPage is the page of one cell.
type webPage struct {
	wire
	said chan webEvent
}

// webEvent is what a page is told.
type webEvent struct {
	Block  string `json:"block,omitempty"`
	Script string `json:"script,omitempty"`
	Still  string `json:"still,omitempty"`  // the last picture, as data
	Update string `json:"update,omitempty"` // an update, as JSON
	Heard  bool   `json:"heard,omitempty"`
	Why    string `json:"why,omitempty"` // there is no cell, or it has ended
}

// longestEvent is how many bytes a page may say at once.
const longestEvent = 1 << 20

// ServeHTTP answers for the cell that the path ends with.
func (w *Web) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	name, id := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:], r.URL.Query().Get("cell")
	switch {
	case r.Method == http.MethodPost:
		w.mu.Lock()
		p := w.cells[id]
		w.mu.Unlock()
		message, err := io.ReadAll(http.MaxBytesReader(out, r.Body, longestEvent))
		if p == nil || err != nil {
			http.Error(out, "no such cell", http.StatusNotFound)
			return
		}
		p.take(string(message))
	case id == "":
		out.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(out, webHTML)
	default:
		w.stream(out, r, name, id)
	}
}

// stream serves a cell for as long as the connection stands.
func (w *Web) stream(out http.ResponseWriter, r *http.Request, name, id string) {
	p := &webPage{newWire(id), make(chan webEvent, 4)}
	w.mu.Lock()
	if w.cells == nil {
		w.cells = map[string]*webPage{}
	}
	taken := w.cells[id] != nil
	if !taken {
		w.cells[id] = p
	}
	w.mu.Unlock()
	if taken {
		http.Error(out, "a cell has one page", http.StatusConflict)
		return
	}
	defer func() {
		w.mu.Lock()
		delete(w.cells, id)
		w.mu.Unlock()
	}()
	out.Header().Set("Content-Type", "text/event-stream")
	out.Header().Set("Cache-Control", "no-store")
	tell := func(e webEvent) {
		b, err := json.Marshal(e)
		if err != nil { // strings alone
			panic(fmt.Sprintf("live: %v", err))
		}
		fmt.Fprintf(out, "data: %s\n\n", b)
		http.NewResponseController(out).Flush()
	}
	ended := make(chan string, 1)
	go func() {
		why, err := w.Serve(r.Context(), name, p)
		if err != nil {
			why = oneLine(err)
		}
		ended <- why
	}()
	for {
		select {
		case e := <-p.said:
			tell(e)
		case m := <-p.sends:
			tell(webEvent{Update: m})
		case <-p.heard:
			tell(webEvent{Heard: true})
		case why := <-ended:
			for len(p.said) > 0 {
				tell(<-p.said)
			}
			tell(webEvent{Why: why})
			return
		}
	}
}

// Open shows the block with its script and waits for the page's word.
func (p *webPage) Open(ctx context.Context, block string) bool {
	p.said <- webEvent{Block: p.named(block), Script: p.script()}
	select {
	case <-p.first:
		return true
	case <-time.After(answerWait):
	case <-ctx.Done():
	}
	return false
}

// End leaves the block and the picture.
func (p *webPage) End(block string, png []byte) {
	select {
	case p.said <- webEvent{Block: block,
		Still: "data:image/png;base64," + base64.StdEncoding.EncodeToString(png)}:
	case <-time.After(endWait):
	}
}
