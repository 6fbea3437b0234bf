package live

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"image"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// Limit is how long a live cell listens for the next event, unless told otherwise. It does not end
// while something is computed.
const Limit = 10 * time.Minute

// silence is how long a page may say nothing before it counts as closed. A page says something
// every half second.
const silence = 15 * time.Second

// Page is where a live cell is shown.
type Page interface {
	// Open shows a block of HTML and tells whether a page listens.
	Open(ctx context.Context, block string) bool
	// Messages gives what the page says.
	Messages() <-chan string
	// Send gives the page a message, and never waits: of several that wait to be sent the newest
	// counts.
	Send(message string)
	// End replaces the block by what stays in the saved notebook: another block, and the last
	// picture.
	End(block string, png []byte)
}

// event is what a page says: that a control has moved, or only that it is there.
type event struct {
	Control string `json:"control"`
	Value   string `json:"value"`
	Seq     int    `json:"seq"`
}

// update is what a page is told.
type update[S any] struct {
	Seq     int            `json:"seq"`
	Rows    []template.URL `json:"rows"` // the picture's, from top to bottom, as data
	Numbers []Number       `json:"numbers"`
	Text    string         `json:"text"`
	Message string         `json:"message"`
	Panel   Panel[S]       `json:"panel"`
	// controls whose newest value cannot be: a text stays as it was typed
	Refused []string `json:"refused"`
	Changed string   `json:"changed"` // what the last move has changed, in words
	Undo    bool     `json:"undo"`    // there is something to undo
	Address string   `json:"address"` // of the state; "" for that of the first picture
	Alt     string   `json:"alt"`     // the picture in words
	Found   []listed `json:"found"`
	// what is set beside, and what has changed since it was kept; nothing where none is
	Kept    []template.URL `json:"kept"`
	Differs string         `json:"differs"`
}

// Why a live cell ended.
const (
	EndedUnseen = "shown as a picture: no browser listens"
	EndedStop   = "stopped"
	EndedLimit  = "the time limit is over"
	EndedClosed = "the page was closed"
	EndedKernel = "interrupted"
)

// What every cell has besides its panel.
const (
	stopControl = "stop" // a button that ends the cell
	undoControl = "undo" // one that takes the last move back
	keepControl = "keep" // one that sets what is shown beside what follows, or no longer
	linkControl = "link" // an address, which the page was opened with
)

// mostUndone is how many moves can be taken back.
const mostUndone = 100

// cell is one live cell.
type cell[S any] struct {
	session Session[S]
	page    Page
	state   S
	frame   Frame
	rows    []encodedRow
	wrong   string   // with the newest values, in one line
	refused []string // the controls that had them
	silence time.Duration
	seq     int                     // newest event that was looked at
	seen    map[string]int          // newest event of each control that was looked at
	presses map[string]int          // of each button, so far
	undo    []moment[S]             // what can be gone back to, the last move's at the end
	before  *moment[S]              // what the last move has changed
	moving  string                  // the control whose moves, one after another, are undone as one
	kept    *moment[S]              // set beside
	facts   map[int]map[string]bool // that were seen, by the find
}

// now is the present moment.
func (l *cell[S]) now() moment[S] {
	return moment[S]{l.state, l.session.Panel(l.state), l.frame.Numbers, nil}
}

// Serve draws the session's first picture at once and, where a page listens, answers its controls
// until Stop, the limit, the page's closing or ctx's end. The last picture stays. It tells why it
// ended; an error means that there was not even a first picture.
func Serve[S any](ctx context.Context, s Session[S], page Page, limit time.Duration) (why string,
	err error) {
	l := &cell[S]{session: s, page: page, state: s.Start(), seen: map[string]int{},
		presses: map[string]int{}, silence: silence}
	if l.frame, err = s.Apply(ctx, l.state); err != nil {
		return "", err
	}
	if l.rows, err = l.encode(l.frame); err != nil {
		return "", err
	}
	l.look()
	why = EndedUnseen
	if page.Open(ctx, l.block("opening", "")) {
		why = l.loop(ctx, limit)
	}
	still, err := l.frame.Still(s.Made())
	if err == nil {
		page.End(l.block("ended", why), still)
	}
	return why, err
}

// loop answers events.
func (l *cell[S]) loop(ctx context.Context, limit time.Duration) string {
	end := time.NewTimer(limit)
	defer end.Stop()
	heard := time.NewTimer(l.silence)
	defer heard.Stop()
	l.send()
	for {
		select {
		case m := <-l.page.Messages():
			heard.Reset(l.silence)
			events, again := l.waiting(m)
			if len(events) > 0 {
				end.Reset(limit)
			}
			if slices.ContainsFunc(events, func(e event) bool { return e.Control == stopControl }) {
				return EndedStop
			}
			if len(events) > 0 {
				l.answer(ctx, events)
			} else if again {
				l.send()
			}
		case <-l.session.Later():
			l.draw(ctx, l.state)
			l.send()
		case <-end.C:
			if !l.session.Busy() { // else the time is not the reader's
				return EndedLimit
			}
			end.Reset(limit)
		case <-heard.C:
			// else a picture took long, and the page has spoken meanwhile
			if len(l.page.Messages()) == 0 {
				return EndedClosed
			}
		case <-ctx.Done():
			return EndedKernel
		}
	}
}

// waiting is the newest event of each control among a message and those that wait behind it, in
// order. again tells of an event that was looked at before: its answer was lost on the way.
func (l *cell[S]) waiting(m string) (events []event, again bool) {
	newest := map[string]event{}
	for {
		var e event
		if err := json.Unmarshal([]byte(m), &e); err == nil && e.Control != "" &&
			e.Seq > newest[e.Control].Seq {
			if e.Seq > l.seen[e.Control] {
				newest[e.Control] = e
			} else {
				again = true
			}
		}
		select {
		case m = <-l.page.Messages():
			continue
		default:
		}
		break
	}
	for _, e := range newest {
		events = append(events, e)
	}
	slices.SortFunc(events, func(a, b event) int { return cmp.Compare(a.Seq, b.Seq) })
	return events, again
}

// answer applies events and draws once. A value that cannot be is said in one line, and the last
// picture stays.
func (l *cell[S]) answer(ctx context.Context, events []event) {
	state, before, moving := l.state, l.now(), ""
	l.wrong, l.refused = "", nil
	undone := l.undo
	for _, e := range events {
		l.seq, l.seen[e.Control] = max(l.seq, e.Seq), e.Seq
		panel := l.session.Panel(state)
		if panel.kind(e.Control) == Button { // the page counts, so that none is lost
			total, _ := strconv.Atoi(e.Value)
			e.Value, l.presses[e.Control] = strconv.Itoa(total-l.presses[e.Control]), total
		} else if len(events) == 1 {
			moving = e.Control
		}
		next, err := state, error(nil)
		switch e.Control {
		case undoControl:
			if n, _ := strconv.Atoi(e.Value); n > 0 && len(undone) > 0 {
				undone = undone[:max(0, len(undone)-n)]
				next = l.undo[len(undone)].state
			}
		case keepControl:
			err = l.keep()
		case linkControl:
			next, err = Follow(l.session, e.Value)
		default:
			next, err = panel.Set(state, e.Control, e.Value)
		}
		if err != nil {
			l.wrong, l.refused = oneLine(err), append(l.refused, e.Control)
		}
		state = next
	}
	if !l.draw(ctx, state) {
		for _, e := range events {
			l.refused = append(l.refused, e.Control)
		}
	} else {
		l.moved(before, undone, moving)
	}
	l.send()
}

// moved notes what there was before a move, and what can be undone after it: moves of one control
// one after another are one.
func (l *cell[S]) moved(before moment[S], undone []moment[S], moving string) {
	if Address(l.session, before.state) == Address(l.session, l.state) {
		return
	}
	if len(undone) < len(l.undo) {
		l.undo, l.before, l.moving = undone, &before, ""
		return
	}
	if moving == "" || moving != l.moving || len(l.undo) == 0 {
		l.undo, l.before = append(l.undo, before), &before
		l.undo = l.undo[max(0, len(l.undo)-mostUndone):]
	}
	l.moving = moving
}

// keep sets what is shown beside what follows; what is beside already goes.
func (l *cell[S]) keep() error {
	if l.kept != nil {
		l.kept = nil
		return nil
	}
	if l.frame.Message != "" {
		return errors.New("keep: the picture is not whole yet; wait until this line is empty")
	}
	kept := l.now()
	kept.rows, l.kept = l.rows, &kept
	return nil
}

// draw draws a state, or notes why it cannot be drawn and keeps the last one.
func (l *cell[S]) draw(ctx context.Context, state S) (drawn bool) {
	frame, err := l.session.Apply(ctx, state)
	var rows []encodedRow
	if err == nil {
		rows, err = l.encode(frame)
	}
	switch {
	case errors.Is(err, context.Canceled): // the loop ends
	case err != nil:
		l.wrong = cmp.Or(l.wrong, oneLine(err))
		l.frame.Message = l.wrong
	default:
		l.state, l.frame, l.rows = state, frame, rows
		l.frame.Message = cmp.Or(l.wrong, frame.Message)
		l.look()
	}
	return err == nil
}

// send tells the page how things stand.
func (l *cell[S]) send() {
	u := update[S]{
		Seq: l.seq, Rows: addresses(l.rows), Numbers: l.frame.Numbers, Text: l.frame.Text,
		Message: l.frame.Message,
		Panel:   l.session.Panel(l.state), Refused: l.refused, Undo: len(l.undo) > 0,
		Address: Address(l.session, l.state), Found: l.found(),
		Alt: describe(l.session.Title(), l.session.Panel(l.state)),
	}
	if l.before != nil {
		u.Changed = differences(*l.before, l.now())
	}
	if l.kept != nil {
		u.Kept, u.Differs = addresses(l.kept.rows), differences(*l.kept, l.now())
	}
	b, err := json.Marshal(u)
	if err != nil { // strings and numbers alone
		panic(fmt.Sprintf("live: %v", err))
	}
	l.page.Send(string(b))
}

// kind is a control's; "" where there is none.
func (p Panel[S]) kind(id string) Kind {
	if slices.Contains([]string{undoControl, keepControl}, id) {
		return Button
	}
	c, _ := p.find(id)
	return c.Kind
}

// encodedRow is a row of the picture as the page takes it.
type encodedRow struct {
	of      image.Image
	address template.URL
}

// encode encodes a frame's rows, side by side; those that the last frame had are kept.
func (l *cell[S]) encode(f Frame) ([]encodedRow, error) {
	rows := make([]encodedRow, len(f.Rows))
	var g errgroup.Group
	for i, m := range f.Rows {
		if i < len(l.rows) && l.rows[i].of == m {
			rows[i] = l.rows[i]
			continue
		}
		g.Go(func() error {
			png, err := FastPNG(m)
			rows[i] = encodedRow{m,
				template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png))}
			return err
		})
	}
	return rows, g.Wait()
}

// addresses are rows as the page takes them.
func addresses(encoded []encodedRow) (rows []template.URL) {
	for _, r := range encoded {
		rows = append(rows, r.address)
	}
	return rows
}

// oneLine is an error's first line, of a length that a person reads.
func oneLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	const most = 300
	if r := []rune(line); len(r) > most {
		line = string(r[:most]) + "..."
	}
	return line
}
