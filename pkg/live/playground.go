package live

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/lab"
)

// playgrounds opens a session by its name.
var playgrounds = map[string]func(ctx context.Context, l *experiment.Env, profile string) (Session,
	error){
	"inp-former": func(ctx context.Context, l *experiment.Env, profile string) (Session, error) {
		return newINP(ctx, l, profile)
	},
	"multiads": func(ctx context.Context, l *experiment.Env, profile string) (Session, error) {
		return newMADS(ctx, l, profile)
	},
}

// Open opens a playground, "inp-former" or "multiads", in a profile.
func Open(ctx context.Context, l *experiment.Env, name, profile string) (Session, error) {
	open, ok := playgrounds[name]
	if !ok {
		return nil, fmt.Errorf("playground: expected inp-former or multiads, got %q", name)
	}
	return open(ctx, l, profile)
}

// Playground is a notebook cell: it opens a playground in the notebooks' profile and serves it
// until Stop, or for Limit, or for another time if one is given. Without a browser it shows the
// first picture and ends. A mistake ends the cell with one line.
func Playground(name string, limit ...time.Duration) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s := lab.Must(Open(ctx, lab.Notebook().Env, name, exhibit.Profile()))
	why := lab.Must(Serve(ctx, s, newGonbPage(), append(limit, Limit)[0]))
	closed := make(chan struct{})
	go func() { s.Close(); close(closed) }()
	select {
	case <-closed:
	case <-time.After(2 * time.Second): // the process ends, and leaves nothing half written
	}
	fmt.Println(strings.ToUpper(why[:1]) + why[1:] + ".")
}
