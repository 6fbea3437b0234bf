package talk

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"adlab/pkg/live"
)

// Serve serves a folder of decks and live cells on the loopback interface, at a port, 0 for any,
// below a path that nobody guesses, until ctx ends; tell hears the address. A deck that is opened
// there shows its live slides live.
func Serve(ctx context.Context, folder string, port int, cells *live.Web,
	tell func(address string)) error {
	if _, err := os.Stat(filepath.Join(folder, Marker)); err != nil {
		return fmt.Errorf("%s holds no talk: expected %s in it; make slides makes it", folder,
			Marker)
	}
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return err
	}
	secret := "/" + rand.Text() + "/"
	mux := http.NewServeMux()
	mux.Handle(secret, http.StripPrefix(secret, http.FileServer(http.Dir(folder))))
	mux.Handle(secret+"live/", cells)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return ctx }}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	tell("http://" + l.Addr().String() + secret)
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Marker is a file that a folder of decks has.
const Marker = "talk.js"
