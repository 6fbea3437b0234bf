// Package lab is what a notebook types: exhibits, walks through both methods, tables, playgrounds.
// Every cell is a process of its own, so each opens what it needs anew; features and trained heads
// come from the cache. A mistake ends a cell with one line.
package lab

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/live"
	"adlab/pkg/live/playgrounds"
	"adlab/pkg/progress"
)

// Lab is where a notebook's experiments run.
type Lab struct {
	*experiment.Env
	Runner *exhibit.Runner
}

// Notebook opens the lab for a notebook cell, in profile $ADLAB_PROFILE, or tiny. Profile paper
// takes its files from $ADLAB_PAPER_DATA, $ADLAB_DINOV2 and $ADLAB_CLIP.
func Notebook() *Lab {
	v := Must(experiment.Open("", experiment.CacheDir(), progress.New(os.Stdout)))
	r := exhibit.NewRunner(v,
		Must(experiment.ProfileOf(cmp.Or(os.Getenv("ADLAB_PROFILE"), "tiny"))))
	r.Data, r.Encoder, r.Pair = os.Getenv("ADLAB_PAPER_DATA"), os.Getenv("ADLAB_DINOV2"),
		os.Getenv("ADLAB_CLIP")
	return &Lab{v, r}
}

// Must ends a cell with one clear line where there is an error.
func Must[T any](value T, err error) T {
	if err != nil {
		line, _, _ := strings.Cut(err.Error(), "\n")
		fmt.Fprintln(os.Stderr, line)
		os.Exit(1)
	}
	return value
}

// Playground is a notebook cell: it opens a playground, "inp-former" or "multiads", and serves it
// until Stop, or for live.Limit, or for another time if one is given. Without a browser it shows
// the first picture and ends.
func Playground(name string, limit ...time.Duration) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	why := Must(playgrounds.Serve(ctx, Notebook().Runner, name, live.NewGonbPage(),
		append(limit, live.Limit)[0]))
	fmt.Println(strings.ToUpper(why[:1]) + why[1:] + ".")
}
