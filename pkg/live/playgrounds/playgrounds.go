// Package playgrounds is the table of the playgrounds: what serves one by its name, draws it for
// the page without a kernel, and says what makes its pictures.
package playgrounds

import (
	"context"
	"fmt"
	"strings"
	"time"

	"adlab/pkg/backend"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/live"
	"adlab/pkg/live/inpformer"
	"adlab/pkg/live/multiads"
	"adlab/pkg/live/still"
	papersinp "adlab/pkg/papers/inpformer"
	papersmads "adlab/pkg/papers/multiads"
)

// entry is one playground.
type entry struct {
	name string
	// measured is what it looks into
	measured func(experiment.Profile) exhibit.Measurement
	serve    func(context.Context, *exhibit.Runner, live.Page, time.Duration) (string, error)
	still    func(context.Context, *exhibit.Runner) (still.Section, error)
	ready    func(context.Context, *exhibit.Runner) (*Ready, error)
}

// table lists the playgrounds; adding one is one entry.
var table = []entry{
	entryOf("inp-former", papersinp.Walked, inpformer.Open),
	entryOf("multiads", papersmads.Walked, multiads.Open),
}

// playground is a session that can be drawn beforehand.
type playground[S any] interface {
	live.Session[S]
	Still() still.Plan[S]
}

func entryOf[S any, P playground[S]](name string,
	measured func(experiment.Profile) exhibit.Measurement,
	open func(context.Context, *exhibit.Runner) (P, error)) entry {
	serve := func(ctx context.Context, s P, page live.Page, limit time.Duration) (string, error) {
		why, err := live.Serve[S](ctx, s, page, limit)
		closed := make(chan struct{})
		go func() { s.Close(); close(closed) }()
		select {
		case <-closed:
		case <-time.After(2 * time.Second): // the process ends, and leaves nothing half written
		}
		return why, err
	}
	return entry{name, measured,
		func(ctx context.Context, r *exhibit.Runner, page live.Page,
			limit time.Duration) (string, error) {
			s, err := open(ctx, r)
			if err != nil {
				return "", err
			}
			return serve(ctx, s, page, limit)
		},
		func(ctx context.Context, r *exhibit.Runner) (still.Section, error) {
			s, err := open(ctx, r)
			if err != nil {
				return still.Section{}, err
			}
			defer s.Close()
			return sectionOf[S](ctx, r, s)
		},
		func(ctx context.Context, r *exhibit.Runner) (*Ready, error) {
			s, err := open(ctx, r)
			if err != nil {
				return nil, err
			}
			draw := func() error {
				_, err := s.Apply(ctx, s.Start())
				return err
			}
			return &Ready{
				Serve: func(ctx context.Context, page live.Page, limit time.Duration) (string,
					error) {
					return serve(ctx, s, page, limit)
				},
				draw: draw, settle: func() error { return settle[S](ctx, s) }, close: s.Close,
			}, draw()
		}}
}

// Ready is a playground that is open and has drawn its first picture, for a page that is to come.
type Ready struct {
	// Serve is the package's, once.
	Serve func(ctx context.Context, page live.Page, limit time.Duration) (why string, err error)

	draw, settle func() error
	close        func()
}

// Open makes a playground ready in the profile of a runner. It is open until ctx ends.
func Open(ctx context.Context, r *exhibit.Runner, name string) (*Ready, error) {
	e, err := of(name)
	if err != nil {
		return nil, err
	}
	return e.ready(ctx, r)
}

// settle draws the first state until the background has nothing more to add.
func settle[S any](ctx context.Context, s live.Session[S]) error {
	again := time.NewTicker(200 * time.Millisecond)
	defer again.Stop()
	for {
		if _, err := live.Settled(ctx, s, s.Start()); err != nil || !s.Busy() {
			return err
		}
		select {
		case <-s.Later():
		case <-again.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// sectionOf draws an open playground.
func sectionOf[S any, P playground[S]](ctx context.Context, r *exhibit.Runner,
	s P) (still.Section, error) {
	bar := r.Env.Progress.Bar("playground " + s.Name())
	return still.Drawn(ctx, s.Still(), func(done, of int) { bar(done, of, "frames") })
}

// of finds a playground.
func of(name string) (entry, error) {
	for _, e := range table {
		if e.name == name {
			return e, nil
		}
	}
	return entry{}, fmt.Errorf("playground: expected %s, got %q", strings.Join(Names(), " or "),
		name)
}

// Serve opens a playground in the profile of a runner and serves it to a page, see live.Serve.
func Serve(ctx context.Context, r *exhibit.Runner, name string, page live.Page,
	limit time.Duration) (why string, err error) {
	e, err := of(name)
	if err != nil {
		return "", err
	}
	return e.serve(ctx, r, page, limit)
}

// Warm opens a playground and draws its first picture, with all that the background adds to it; so
// data, features, heads and programs are there for who opens it next. It gives the time to open it,
// and how long its first picture takes where it is open.
func Warm(ctx context.Context, r *exhibit.Runner, name string) (opened, first time.Duration,
	err error) {
	begun := time.Now()
	ready, err := Open(ctx, r, name)
	if err != nil {
		return 0, 0, err
	}
	defer ready.close()
	opened = time.Since(begun)
	if err := ready.draw(); err != nil {
		return 0, 0, err
	}
	return opened, time.Since(begun) - opened, ready.settle()
}

// Names are those of the playgrounds.
func Names() (names []string) {
	for _, e := range table {
		names = append(names, e.name)
	}
	return names
}

// Measured lists the playgrounds with what each looks into in a profile.
func Measured(p experiment.Profile) (names []string, of []exhibit.Measurement) {
	for _, e := range table {
		names, of = append(names, e.name), append(of, e.measured(p))
	}
	return names, of
}

// Made says what would make a playground's pictures here, in the profile of a runner.
func Made(ctx context.Context, r *exhibit.Runner, name string) (map[string]string, error) {
	e, err := of(name)
	if err != nil {
		return nil, err
	}
	return r.RecordOf(ctx, name, e.measured(r.Profile))
}

// WriteStills writes the playgrounds of a runner's profile, drawn beforehand, into a gallery's
// folder, see still.Write. What is trained and measured already is taken from the cache; the same
// cache and code give the same bytes. Where MultiADS has no playground, in profile paper and,
// without XLA, in tiny, an earlier page is removed.
func WriteStills(ctx context.Context, r *exhibit.Runner, folder string) error {
	profile := r.Profile.Name
	if profile == "paper" || profile == "tiny" && r.Env.Backend.Short() == backend.Go {
		return still.Remove(folder)
	}
	var sections []still.Section
	for _, e := range table {
		section, err := e.still(ctx, r)
		if err != nil {
			return err
		}
		sections = append(sections, section)
	}
	return still.Write(folder, profile, sections)
}
