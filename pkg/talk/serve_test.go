package talk

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"adlab/pkg/live"

	"github.com/stretchr/testify/require"
)

func TestServe(t *testing.T) {
	folder := t.TempDir()
	cells := &live.Web{Serve: func(_ context.Context, name string, _ live.Page) (string, error) {
		return "served " + name, nil
	}}
	require.ErrorContains(t, Serve(t.Context(), folder, 0, cells, nil), "make slides makes it")
	for name, text := range map[string]string{Marker: "", "seminar.html": "a deck"} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o666))
	}
	ctx, end := context.WithCancel(t.Context())
	address, done := make(chan string, 1), make(chan error, 1)
	go func() {
		done <- Serve(ctx, folder, 0, cells, func(at string) { address <- at })
	}()
	at := <-address
	get := func(url string) (int, string) {
		answer, err := http.Get(url)
		require.NoError(t, err)
		defer answer.Body.Close()
		b, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		return answer.StatusCode, string(b)
	}
	code, text := get(at + "seminar.html")
	require.Equal(t, http.StatusOK, code)
	require.Equal(t, "a deck", text)
	_, text = get(at + "live/inp-former?cell=a")
	require.Contains(t, text, "served inp-former")
	parts := strings.Split(at, "/")
	code, _ = get(strings.Join(parts[:3], "/") + "/seminar.html")
	require.Equal(t, http.StatusNotFound, code, "nothing is served without the secret")
	end()
	require.NoError(t, <-done)
}
