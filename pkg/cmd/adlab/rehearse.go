package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"adlab/pkg/exhibit"
	"adlab/pkg/exhibit/render"
	"adlab/pkg/live"
	"adlab/pkg/live/playgrounds"
	"adlab/pkg/papers"
	"adlab/pkg/talk"

	"github.com/spf13/cobra"
)

// warmed is what warm says of a playground.
type warmed struct {
	Playground string  `json:"playground"`
	Open       float64 `json:"open"`  // seconds, where it is warm
	First      float64 `json:"first"` // seconds to the first picture of an open one
}

// newWarm makes playgrounds ready, newRehearse whole talks.
func newWarm(c *cli) *cobra.Command {
	var p place
	cmd := &cobra.Command{
		Use:   "warm [PLAYGROUND...]",
		Short: "make ready what live cells need: data, features, heads, compiled programs",
		Long: "Makes ready what the first picture of a playground needs, so that a live cell " +
			"shows it within seconds,\nand says after how many. From nothing this takes minutes: " +
			"data are generated and heads trained.",
		ValidArgsFunction: words(playgrounds.Names()...),
		RunE: func(cmd *cobra.Command, names []string) error {
			if len(names) == 0 {
				names = playgrounds.Names()
			}
			var all []warmed
			var text strings.Builder
			for _, name := range names {
				opened, first, err := c.warm(cmd.Context(), p, name)
				if err != nil {
					return err
				}
				all = append(all, warmed{name, opened.Seconds(), first.Seconds()})
				fmt.Fprintf(&text, "%-11s open after %.1f s, first picture %.1f s later\n", name,
					opened.Seconds(), first.Seconds())
			}
			return c.print(cmd, all, text.String())
		},
	}
	placeFlags(cmd, &p)
	return cmd
}

// warm opens a playground twice: what the first opening has computed the second one finds, as a
// live cell will.
func (c *cli) warm(ctx context.Context, p place, name string) (opened, first time.Duration,
	err error) {
	for range 2 {
		r, err := c.runner(p)
		if err != nil {
			return 0, 0, err
		}
		if opened, first, err = playgrounds.Warm(ctx, r, name); err != nil {
			return 0, 0, err
		}
	}
	return opened, first, nil
}

// runner is one in a profile, of an environment of its own.
func (c *cli) runner(p place) (*exhibit.Runner, error) {
	v, err := c.env()
	if err != nil {
		return nil, err
	}
	return p.runner(v)
}

// ahead serves playgrounds of a name: the next one is open, with its first picture, before a page
// asks.
func (c *cli) ahead(ctx context.Context, p place, name string) func(context.Context, live.Page) (
	string, error) {
	type opened struct {
		*playgrounds.Ready
		err error
	}
	next := make(chan opened, 1)
	open := func() {
		r, err := c.runner(p)
		if err != nil {
			next <- opened{nil, err}
			return
		}
		ready, err := playgrounds.Open(ctx, r, name)
		next <- opened{ready, err}
	}
	go open()
	return func(ctx context.Context, page live.Page) (string, error) {
		select {
		case o := <-next:
			go open()
			if o.err != nil {
				return "", o.err
			}
			return o.Serve(ctx, page, live.Limit)
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
}

func newRehearse(c *cli) *cobra.Command {
	var p place
	var notebooks, gallery string
	cmd := &cobra.Command{
		Use: "rehearse [TALK...]",
		Short: "go through a talk's slides: is every picture there and fresh, every live cell " +
			"warm",
		Long: "Goes through the slides of talks, or of all: whether what each cell has shown is " +
			"stored, and this checkout would\nmake the same; makes ready what live cells need; " +
			"looks for what is shown where there is no kernel. It fails where\nthe talk would " +
			"stand still: a slide without a picture, a live cell without another way, or a wait " +
			"of more than 5 s.",
		Example: "  adlab rehearse\n  adlab rehearse seminar",
		RunE: func(cmd *cobra.Command, names []string) (err error) {
			if len(names) == 0 {
				if names, err = talk.Names(notebooks); err != nil {
					return err
				}
			}
			stage, err := c.stage(p, gallery)
			if err != nil {
				return err
			}
			rehearsed, stalls := map[string][]talk.Line{}, 0
			for _, name := range names {
				d, err := talk.Read(notebooks, name)
				if err != nil {
					return err
				}
				lines, err := c.rehearse(cmd, stage, d)
				if err != nil {
					return err
				}
				for _, l := range lines {
					if l.Stalls != "" {
						stalls++
					}
				}
				rehearsed[name] = lines
			}
			if c.json {
				if err := c.print(cmd, rehearsed, ""); err != nil {
					return err
				}
			}
			if stalls > 0 {
				return fmt.Errorf("a talk would stand still at slides: %d, as said above", stalls)
			}
			return nil
		},
	}
	placeFlags(cmd, &p)
	f := cmd.Flags()
	f.StringVar(&notebooks, "notebooks", "notebooks", "the folder of the notebooks, with the "+
		"talks in "+talk.Folder)
	f.StringVar(&gallery, "gallery", "figures", "the folder of the stored exhibits")
	if found, err := talk.Names("notebooks"); err == nil {
		cmd.ValidArgsFunction = words(found...)
	}
	return cmd
}

// rehearse goes through a deck and prints a line a slide, then what comes of all.
func (c *cli) rehearse(cmd *cobra.Command, stage *talk.Stage, d *talk.Deck) ([]talk.Line, error) {
	say := func(format string, args ...any) {
		if !c.json {
			fmt.Fprintf(cmd.OutOrStdout(), format, args...)
		}
	}
	say("%s: %d slides, %d minutes\n", d.Name, len(d.Slides)+1, d.Minutes)
	lines, err := stage.Rehearse(cmd.Context(), d, func(l talk.Line) { say("%s\n", l) })
	if err != nil {
		return nil, err
	}
	older, wait, at := 0, 0.0, 0
	for _, l := range lines {
		if l.Older {
			older++
		}
		if l.Wait > wait {
			wait, at = l.Wait, l.Number
		}
	}
	say("%d of %d slides show what this checkout would make otherwise", older, len(lines))
	if at > 0 {
		say("; the longest wait is %.1f s, at slide %d", wait, at)
	}
	say("\n")
	return lines, nil
}

// newTalk serves the decks with their live slides live.
func newTalk(c *cli) *cobra.Command {
	var p place
	var slides string
	port := 0
	cmd := &cobra.Command{
		Use:   "talk",
		Short: "serve the talk's slides on this machine, with their live slides live",
		Long: "Serves the folder of make slides to browsers on this machine, under an address " +
			"that nobody else knows. On a live slide M\nthen shows the playground itself; where " +
			"it goes away, the page that needs none. Ctrl-C ends it.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			serve := map[string]func(context.Context, live.Page) (string, error){}
			for _, name := range playgrounds.Names() {
				serve[name] = c.ahead(cmd.Context(), p, name)
			}
			cells := &live.Web{Serve: func(ctx context.Context, name string, page live.Page) (
				string, error) {
				if serve[name] == nil {
					return "", fmt.Errorf("no playground %q", name)
				}
				return serve[name](ctx, page)
			}}
			return talk.Serve(cmd.Context(), slides, port, cells, func(address string) {
				decks, _ := filepath.Glob(filepath.Join(slides, "*.pdf"))
				pages, _ := filepath.Glob(filepath.Join(slides, "*.html"))
				for _, deck := range append(pages, decks...) {
					if filepath.Base(deck) != render.PlaygroundPage {
						fmt.Fprintln(cmd.OutOrStdout(), address+filepath.Base(deck))
					}
				}
			})
		},
	}
	placeFlags(cmd, &p)
	cmd.Flags().StringVar(&slides, "slides", filepath.Join("out", "slides"), "the folder of the "+
		"decks")
	cmd.Flags().IntVar(&port, "port", 0, "0 for any that is free")
	return cmd
}

// stage is where talks are rehearsed, in a profile.
func (c *cli) stage(p place, gallery string) (*talk.Stage, error) {
	if _, err := os.Stat(gallery); err != nil {
		return nil, fmt.Errorf("--gallery: expected the folder of the stored exhibits, found none "+
			"at %s", filepath.Clean(gallery))
	}
	r, err := c.runner(p)
	if err != nil {
		return nil, err
	}
	here := func(ctx context.Context, made map[string]string) (map[string]string, error) {
		if name := made["playground"]; name != "" {
			return playgrounds.Made(ctx, r, name)
		}
		found, err := papers.Find(made["exhibit"])
		if err != nil {
			return nil, err
		}
		return r.Made(ctx, found[0])
	}
	return &talk.Stage{Gallery: gallery, Here: here,
		Warm: func(ctx context.Context, name string) (opened, first time.Duration, err error) {
			return c.warm(ctx, p, name)
		}}, nil
}
