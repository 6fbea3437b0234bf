package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"adlab/pkg/exhibit"

	"github.com/stretchr/testify/require"
)

// page is a Page without a browser.
type page struct {
	listens  bool
	messages chan string
	mu       sync.Mutex
	updates  []update[demo]
	told     chan struct{}
	block    string
	png      []byte
}

func newPage(listens bool) *page {
	return &page{listens: listens, messages: make(chan string, 4096),
		told: make(chan struct{}, 4096)}
}

func (p *page) Open(_ context.Context, block string) bool { p.block = block; return p.listens }
func (p *page) Messages() <-chan string                   { return p.messages }
func (p *page) End(block string, png []byte)              { p.block, p.png = block, png }
func (p *page) Send(message string) {
	var u update[demo]
	if err := json.Unmarshal([]byte(message), &u); err != nil {
		panic(err)
	}
	p.mu.Lock()
	p.updates = append(p.updates, u)
	p.mu.Unlock()
	p.told <- struct{}{}
}

// say is an event of the page.
func (p *page) say(seq int, control, value string) {
	b, err := json.Marshal(event{Control: control, Value: value, Seq: seq})
	if err != nil {
		panic(err)
	}
	p.messages <- string(b)
}

// await waits for the update that answers an event.
func (p *page) await(t *testing.T, seq int) update[demo] {
	for {
		p.mu.Lock()
		n := len(p.updates)
		if n > 0 && p.updates[n-1].Seq >= seq {
			defer p.mu.Unlock()
			return p.updates[n-1]
		}
		p.mu.Unlock()
		select {
		case <-p.told:
		case <-time.After(20 * time.Second):
			t.Fatalf("no answer to event %d", seq)
		}
	}
}

// demo is the tests' state.
type demo struct {
	View
	M    int
	Text string
}

// checked is a text that must not be empty, nor long.
func checked(text string) error {
	switch text = strings.TrimSpace(text); {
	case text == "":
		return fmt.Errorf("expected a text, got none")
	case len(text) > 1000:
		return fmt.Errorf("expected at most 1000 bytes, got %d: %s", len(text), text)
	}
	return nil
}

// counting is a session that shows M as a grey, and takes its time.
type counting struct {
	takes time.Duration
	later chan struct{}
	drawn []int
	gate  chan struct{} // where given, a picture waits for it
	busy  atomic.Bool
}

func (c *counting) Name() string            { return "counting" }
func (c *counting) Title() string           { return "counting <b> & \"quotes\"" }
func (c *counting) Start() demo             { return demo{M: 1} }
func (c *counting) Busy() bool              { return c.busy.Load() }
func (c *counting) Made() map[string]string { return map[string]string{"adlab": "counting"} }
func (c *counting) Later() <-chan struct{}  { return c.later }
func (c *counting) Close()                  {}
func (c *counting) Finds() []Find[demo] {
	return []Find[demo]{Seen("M is seven", "M은 일곱", func(s demo) bool { return s.M == 7 }),
		{exhibit.Words{EN: "two texts", KO: "두 글"}, 2,
			func(s demo, _ Frame) string { return s.Text }}}
}
func (c *counting) Panel(s demo) Panel[demo] {
	return Panel[demo]{
		Slider("m", "M", 1, 2000, s.M, "", func(x *demo, v int) { x.M = v }),
		BlendSlider(s, func(x *demo) *View { return &x.View }),
		Slider("image", "image", 0, 9, s.Image, "", func(x *demo, v int) { x.Image = v }),
		Press("next", "next", func(x *demo, n int) { x.Image += n }),
		Box(Lines, "text", "text", s.Text, func(x demo, text string) (demo, error) {
			x.Text = text
			return x, checked(text)
		}),
		Box(Text, "file", "file", s.File, func(x demo, path string) (demo, error) {
			x.File = path
			return x, nil
		}),
	}
}

func (c *counting) Apply(ctx context.Context, s demo) (Frame, error) {
	if c.gate != nil && s.M > 1 {
		<-c.gate
	}
	time.Sleep(c.takes)
	if s.File != "" {
		return Frame{}, fmt.Errorf("open %s: no such file", s.File)
	}
	c.drawn = append(c.drawn, s.M)
	m := image.NewGray(image.Rect(0, 0, 8, 8))
	m.Set(0, 0, color.Gray{uint8(s.M)})
	return Frame{Rows: []image.Image{m}, Numbers: []Number{{"M", fmt.Sprint(s.M)},
		{"image", fmt.Sprint(s.Image)}}, Text: "<script>alert(1)</script>"}, ctx.Err()
}

func TestServeWithoutBrowserShowsOnePicture(t *testing.T) {
	p, c := newPage(false), &counting{}
	start := time.Now()
	why, err := Serve(context.Background(), c, p, time.Hour)
	require.NoError(t, err)
	require.Equal(t, EndedUnseen, why)
	require.Less(t, time.Since(start), 5*time.Second)
	require.Equal(t, []int{1}, c.drawn)
	require.NotEmpty(t, p.png)
	require.Contains(t, p.block, `data-state="ended"`)
	require.NotContains(t, p.block, "data-control")
	require.NotContains(t, p.block, "<script", "what goes into HTML is escaped")
	require.Contains(t, p.block, `data-name="M">1</span>`)
}

func TestNewestValueWins(t *testing.T) {
	p, c := newPage(true), &counting{gate: make(chan struct{})}
	done := make(chan string)
	go func() { why, _ := Serve(context.Background(), c, p, time.Minute); done <- why }()
	p.await(t, 0)
	p.say(1, "m", "2")
	time.Sleep(50 * time.Millisecond) // the loop is drawing 2
	for i := 2; i <= 500; i++ {       // meanwhile the slider goes on
		p.say(i, "m", fmt.Sprint(i+1))
	}
	p.say(501, "blend", "7")
	p.say(502, "next", "3")
	p.say(400, "m", "77") // late on the way
	close(c.gate)
	u := p.await(t, 502)
	require.Equal(t, []Number{{"M", "501"}, {"image", "3"}}, u.Numbers)
	require.Equal(t, []int{1, 2, 501}, c.drawn, "what waited is dropped")
	last := -1
	for _, u := range p.updates {
		require.GreaterOrEqual(t, u.Seq, last, "no picture answers an older event")
		last = u.Seq
	}
	p.say(503, "next", "5")
	require.Equal(t, "5", p.await(t, 503).Numbers[1].Value, "a button counts its presses")
	for len(p.told) > 0 {
		<-p.told
	}
	p.say(503, "next", "5") // the page has not heard
	<-p.told
	require.Equal(t, "5", p.await(t, 503).Numbers[1].Value)
	require.Equal(t, []int{1, 2, 501, 501}, c.drawn, "what was drawn is told again")
	p.say(504, stopControl, "1")
	require.Equal(t, EndedStop, <-done)
	require.Contains(t, p.block, `data-seq="503"`)
	require.Contains(t, p.block, "counting &lt;b&gt; &amp; &#34;quotes&#34;")
}

func TestMistakesAreOneLineAndLeaveThePicture(t *testing.T) {
	p, c := newPage(true), &counting{}
	done := make(chan string)
	go func() { why, _ := Serve(context.Background(), c, p, time.Minute); done <- why }()
	picture := p.await(t, 0).Rows
	long := strings.Repeat("[cls] ", 200_000)
	for i, x := range []struct{ control, value, line string }{
		{"text", "", "text: expected a text, got none"},
		{"text", "  \n\n ", "got none"},
		{"text", long, "expected at most 1000 bytes, got 1199999"},
		{"file", "nowhere.png", "open nowhere.png: no such file"},
		{"m", "abc", `M: expected a whole number from 1 to 2000, got "abc"`},
		{"m", "9999", "got \"9999\""},
		{"<img src=x>", "1", "no control"},
	} {
		p.say(i+1, x.control, x.value)
		u := p.await(t, i+1)
		require.Contains(t, u.Message, x.line)
		require.NotContains(t, u.Message, "\n")
		require.Less(t, len(u.Message), 400)
		require.Equal(t, picture, u.Rows)
		require.Contains(t, u.Refused, x.control)
	}
	p.messages <- "not JSON"
	p.messages <- `{"alive":true}`
	p.say(20, "m", "5")
	u := p.await(t, 20)
	require.Empty(t, u.Message)
	require.Equal(t, "5", u.Numbers[0].Value)
	p.say(21, stopControl, "1")
	<-done
}

func TestEnds(t *testing.T) {
	t.Run("limit", func(t *testing.T) {
		why, err := Serve(context.Background(), &counting{}, newPage(true), 50*time.Millisecond)
		require.NoError(t, err)
		require.Equal(t, EndedLimit, why)
	})
	t.Run("limit while something is computed", func(t *testing.T) {
		c := &counting{}
		c.busy.Store(true)
		start := time.Now()
		time.AfterFunc(300*time.Millisecond, func() { c.busy.Store(false) })
		why, err := Serve(context.Background(), c, newPage(true), 50*time.Millisecond)
		require.NoError(t, err)
		require.Equal(t, EndedLimit, why)
		require.Greater(t, time.Since(start), 300*time.Millisecond)
	})
	t.Run("interrupt", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		p := newPage(true)
		go func() { <-p.told; cancel() }()
		why, err := Serve(ctx, &counting{}, p, time.Minute)
		require.NoError(t, err)
		require.Equal(t, EndedKernel, why)
		require.NotEmpty(t, p.png)
	})
	t.Run("closed page", func(t *testing.T) {
		l := cell[demo]{session: &counting{}, page: newPage(true), silence: 50 * time.Millisecond}
		require.Equal(t, EndedClosed, l.loop(context.Background(), time.Minute))
	})
	// the page speaks while a picture is drawn for longer than a page may be silent
	t.Run("slow picture", func(t *testing.T) {
		for range 8 { // two ways are open each time, and either may be taken
			p := newPage(true)
			l := cell[demo]{session: &counting{takes: 300 * time.Millisecond}, page: p,
				silence: 200 * time.Millisecond, seen: map[string]int{}, presses: map[string]int{}}
			p.say(1, "blend", "1")
			go func() {
				time.Sleep(50 * time.Millisecond)
				p.say(2, "blend", "2")
				p.say(3, stopControl,
					"1")
			}()
			require.Equal(t, EndedStop, l.loop(context.Background(), time.Minute))
		}
	})
}

func TestLaterFillsInWithoutANewNumber(t *testing.T) {
	p, c := newPage(true), &counting{later: make(chan struct{}, 1)}
	done := make(chan string)
	go func() { why, _ := Serve(context.Background(), c, p, time.Minute); done <- why }()
	p.await(t, 0)
	p.say(1, "text", "")
	wrong := p.await(t, 1).Message
	c.later <- struct{}{}
	for len(p.told) == 0 {
		time.Sleep(time.Millisecond)
	}
	u := p.await(t, 1)
	require.Equal(t, 1, u.Seq)
	require.Equal(t, wrong, u.Message, "what was wrong is still wrong")
	p.say(2, stopControl, "1")
	<-done
}

// unsettled is a session whose background never ends.
type unsettled struct{ Session[demo] }

func (unsettled) Apply(context.Context, demo) (Frame, error) {
	return Frame{Numbers: []Number{{"n", Unknown}}}, nil
}
func (unsettled) Later() <-chan struct{} { return nil }

func TestWaitingForAFrameCanBeInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errors.New("enough"))
	_, err := Settled(ctx, unsettled{}, demo{})
	require.ErrorContains(t, err, "enough")
}
