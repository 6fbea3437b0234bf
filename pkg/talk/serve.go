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
	secret := "/" + rand.Text() + "/"
	mux := http.NewServeMux()
	mux.Handle(secret, http.StripPrefix(secret, http.FileServer(http.Dir(folder))))
	mux.Handle(secret+"live/", cells)
	return Listen(ctx, fmt.Sprintf("127.0.0.1:%d", port), mux, func(at string) {
		tell(at + secret)
	})
}

// Listen answers at an address, HOST:PORT with port 0 for any, until ctx ends, and then ends what
// is being answered; tell hears "http://HOST:PORT" as soon as it listens.
func Listen(ctx context.Context, address string, h http.Handler, tell func(at string)) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return ctx }}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	tell("http://" + l.Addr().String())
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Marker is a file that a folder of decks has.
const Marker = "talk.js"
