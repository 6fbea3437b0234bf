package live

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// listen opens a cell and gives what its page is told.
func listen(t *testing.T, ctx context.Context, address string) <-chan webEvent {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.StatusCode)
	events := make(chan webEvent, 100)
	go func() {
		defer close(events)
		defer answer.Body.Close()
		lines := bufio.NewScanner(answer.Body)
		lines.Buffer(nil, 1<<24)
		for lines.Scan() {
			data, ok := strings.CutPrefix(lines.Text(), "data: ")
			var e webEvent
			if ok && json.Unmarshal([]byte(data), &e) == nil {
				events <- e
			}
		}
	}()
	return events
}

// next is the next event that is not only a sign of life.
func next(t *testing.T, events <-chan webEvent) webEvent {
	for {
		select {
		case e, open := <-events:
			require.True(t, open, "the stream has ended")
			if !e.Heard {
				return e
			}
		case <-time.After(20 * time.Second):
			t.Fatal("nothing is said")
		}
	}
}

func say(t *testing.T, address, text string) int {
	answer, err := http.Post(address, "text/plain", strings.NewReader(text))
	require.NoError(t, err)
	answer.Body.Close()
	return answer.StatusCode
}

func TestWebServesACell(t *testing.T) {
	gone := make(chan error, 1)
	web := &Web{Serve: func(ctx context.Context, name string, page Page) (string, error) {
		if name != "counter" {
			return "", errors.New("no playground " + name)
		}
		if !page.Open(ctx, `<div class="adlab-live" id="x"></div>`) {
			gone <- context.Cause(ctx)
			return EndedUnseen, nil
		}
		for {
			select {
			case m := <-page.Messages():
				if m == "stop" {
					page.End("<p>over</p>", []byte{1})
					return EndedStop, nil
				}
				page.Send("answer to " + m)
			case <-ctx.Done():
				gone <- context.Cause(ctx)
				return EndedClosed, nil
			}
		}
	}}
	server := httptest.NewServer(web)
	defer server.Close()
	cell := server.URL + "/live/counter?cell=abc"

	answer, err := http.Get(server.URL + "/live/counter")
	require.NoError(t, err)
	page, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	require.NoError(t, err)
	require.Contains(t, string(page), "EventSource")
	require.Equal(t, http.StatusNotFound, say(t, cell, "nobody listens"))

	events := listen(t, t.Context(), cell)
	e := next(t, events)
	require.Contains(t, e.Block, `data-token="abc"`)
	require.Contains(t, e.Script, "/adlab/live/abc/update")
	second, err := http.Get(cell)
	require.NoError(t, err)
	second.Body.Close()
	require.Equal(t, http.StatusConflict, second.StatusCode, "a cell has one page")
	require.Equal(t, http.StatusOK, say(t, cell, "one"))
	require.Equal(t, "answer to one", next(t, events).Update)
	say(t, cell, "stop")
	e = next(t, events)
	require.Equal(t, "<p>over</p>", e.Block)
	require.Equal(t, "data:image/png;base64,AQ==", e.Still)
	require.Equal(t, EndedStop, next(t, events).Why)
	_, open := <-events
	require.False(t, open)

	require.Equal(t, "no playground other",
		next(t, listen(t, t.Context(), server.URL+"/live/other?cell=def")).Why)

	ctx, leave := context.WithCancel(t.Context())
	events = listen(t, ctx, cell)
	next(t, events)
	say(t, cell, "two")
	next(t, events)
	leave()
	select {
	case err := <-gone:
		require.ErrorIs(t, err, context.Canceled)
	case <-time.After(20 * time.Second):
		t.Fatal("the cell of a page that has gone goes on")
	}
}
