package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"adlab/pkg/exhibit"
	"adlab/pkg/exhibit/render"
	"adlab/pkg/live/playgrounds"
	"adlab/pkg/papers"

	"github.com/spf13/cobra"
)

// newRun makes exhibits, newGallery all of them with a page around them.
func newRun(c *cli) *cobra.Command {
	var p place
	var out, into, part string
	cmd := &cobra.Command{
		Use: "run ID...", Short: "make exhibits, or all: tables and pictures into a folder",
		Args:              some("exhibits, such as inp-table2, or all; adlab list shows them"),
		ValidArgsFunction: words(append(exhibitNames(), "all")...),
		Long: "Makes exhibits: tables as text, Markdown, HTML, CSV and LaTeX, figures as PNG " +
			"and, where they are plots, SVG. What was measured before is\nnot measured again; an " +
			"interrupted run goes on where it stopped. All profiles but smoke say first what " +
			"can run and about how long.\n--part K/N measures the K-th of N parts of what they " +
			"rest on, into the store that processes share, and writes no\ntable: the same " +
			"command without it does, from the store. docs/cluster.md has the rest.",
		Example: "  adlab run inp-table2\n  adlab run inp-figure7 --profile smoke --out out/run\n" +
			"  adlab run all --profile paper --data DIR --encoder FILE --clip FILE\n" +
			"  adlab run all --part 2/4",
		RunE: func(cmd *cobra.Command, ids []string) error {
			found, err := papers.Find(ids...)
			if err != nil {
				return unknownExhibit(err, ids)
			}
			if cmd.Flags().Changed("part") {
				return c.fill(cmd, p, found, part)
			}
			entries, err := c.exhibits(cmd, p, found, out, !c.json)
			for _, e := range entries {
				if into != "" {
					err = errors.Join(err, render.Into(into, e))
				}
			}
			if c.json && entries != nil {
				return errors.Join(c.print(cmd, entries, ""), err)
			}
			return err
		},
	}
	placeFlags(cmd, &p)
	cmd.Flags().StringVar(&out, "out", filepath.Join("out", "run"), "the folder to write to")
	cmd.Flags().StringVar(&into, "into", "", "Markdown file whose lines between <!-- ID --> and "+
		"<!-- /ID --> become the exhibit's table")
	cmd.Flags().StringVar(&part, "part", "", "K/N: the K-th of N parts alone, into the store")
	cmd.MarkFlagsMutuallyExclusive("part", "out")
	cmd.MarkFlagsMutuallyExclusive("part", "into")
	return cmd
}

func newGallery(c *cli) *cobra.Command {
	var p place
	var out string
	var pageOnly bool
	cmd := &cobra.Command{
		Use: "gallery [ID...]", Short: "make every exhibit, or some, with a manifest and pages " +
			"that need no network",
		Long: "Makes every exhibit, or those that are named, into a folder with a page over " +
			"them. A gallery in a folder below, of\nanother profile, is shown in the page " +
			"beside. A gallery of some does not replace one of more.\nWhat the store has no run " +
			"of at this code stays as it stood in the folder, and says so. --page-only makes " +
			"the page alone,\nfrom what lies in the folder.",
		Example: "  adlab gallery\n" +
			"  adlab gallery --profile small --out figures/small inp-figure7\n" +
			"  adlab gallery --page-only",
		ValidArgsFunction: words(exhibitNames()...),
		RunE: func(cmd *cobra.Command, ids []string) error {
			page := filepath.Join(out, "index.html")
			if pageOnly {
				if len(ids) > 0 {
					return fmt.Errorf("--page-only: expected no exhibits, for it makes none, got "+
						"%s", strings.Join(ids, ", "))
				}
				if err := render.WritePage(out); err != nil {
					return err
				}
				fmt.Fprintln(os.Stderr, page)
				return nil
			}
			v, err := c.env()
			if err != nil {
				return err
			}
			r, err := p.runner(v)
			if err != nil {
				return err
			}
			shown, err := shownIn(cmd.Context(), r, ids)
			if err != nil {
				return err
			}
			if lost := render.Beside(out, shown); len(ids) > 0 && len(lost) > 0 {
				return fmt.Errorf("%s holds a gallery with %s: expected a folder without other "+
					"exhibits than those named; name it with --out, or make the whole gallery", out,
					andMore(lost))
			}
			earlier, err := render.Earlier(out, p.profile)
			if err != nil {
				return err
			}
			entries, err := c.exhibits(cmd, p, shown, out, false)
			if err != nil {
				return err
			}
			entries, kept := keep(r, entries, earlier)
			if kept != "" {
				fmt.Fprintln(os.Stderr, kept)
			}
			if err := render.Clean(out, entries); err != nil {
				return err
			}
			if len(ids) == 0 {
				if err := playgrounds.WriteStills(cmd.Context(), r, out); err != nil {
					return err
				}
			}
			if err := render.WriteGallery(out, p.profile, entries); err != nil {
				return err
			}
			fmt.Fprintln(os.Stderr, page)
			return nil
		},
	}
	placeFlags(cmd, &p)
	cmd.Flags().BoolVar(&pageOnly, "page-only", false, "write the page anew over the gallery in "+
		"the folder, and make nothing else")
	cmd.Flags().StringVar(&out, "out", "figures", "the folder to write to")
	return cmd
}

// andMore names the first of some, and how many there are beside it.
func andMore(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return fmt.Sprintf("%s and %d more", names[0], len(names)-1)
}

// shownIn are the exhibits of a gallery: those that are named, or all; of those that are apart what
// is stored.
func shownIn(ctx context.Context, r *exhibit.Runner, ids []string) (shown []exhibit.Exhibit,
	err error) {
	if len(ids) > 0 {
		shown, err = papers.Find(ids...)
		return shown, unknownExhibit(err, ids)
	}
	for _, e := range papers.All() {
		stored := !e.Apart
		if e.Apart && !e.Outside {
			if stored, err = r.Stored(ctx, e); err != nil {
				return nil, err
			}
		}
		if stored {
			shown = append(shown, e)
		}
	}
	return shown, nil
}

// exhibits makes exhibits one after another and says how long each took. Those that lack weights or
// data are left out, and are an error in the end.
func (c *cli) exhibits(cmd *cobra.Command, p place, list []exhibit.Exhibit, out string,
	show bool) (entries []render.Entry, err error) {
	if err := folder("--out", out); err != nil {
		return nil, err
	}
	can, missing, err := p.runnable(list)
	if err != nil {
		return nil, err
	}
	l, err := c.env()
	if err != nil {
		return nil, err
	}
	r, err := p.runner(l)
	if err != nil {
		return nil, err
	}
	if p.profile != "smoke" {
		plans, err := r.Estimate(cmd.Context(), can)
		if err != nil {
			return nil, err
		}
		total := 0.0
		for _, plan := range plans {
			fmt.Fprintln(os.Stderr, plan)
			total += plan.Seconds
		}
		if len(plans) > 1 {
			fmt.Fprintf(os.Stderr, "in all about %s on this machine, by the speed of a few steps "+
				"and images\n", exhibit.About(total))
		}
	}
	for _, e := range can {
		start := time.Now()
		result, err := r.Run(cmd.Context(), e)
		if err != nil {
			return nil, err
		}
		if err := r.Keep(result); err != nil {
			return nil, err
		}
		entry, err := render.Write(result, out)
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry)
		fmt.Fprintf(os.Stderr, "%s: %.1f s\n", e.ID, time.Since(start).Seconds())
		if show {
			showResult(cmd, result, entry, out)
		}
	}
	if missing != nil {
		return entries, fmt.Errorf("left out for what is missing, as said above: %s",
			strings.Join(missing, ", "))
	}
	return entries, nil
}

// exhibitNames are the IDs.
func exhibitNames() (names []string) {
	for _, e := range papers.All() {
		names = append(names, e.ID)
	}
	return names
}

// unknownExhibit is an error about an ID that is none, with the one that was most likely meant.
func unknownExhibit(err error, ids []string) error {
	names := exhibitNames()
	for _, id := range ids {
		if guess := meant(id, names); guess != "" && !slices.Contains(names, id) {
			return fmt.Errorf("no exhibit %q; `adlab list` shows them%s", id, guess)
		}
	}
	return err
}

// showResult prints a result's tables and the names of its pictures.
func showResult(cmd *cobra.Command, result *exhibit.Result, entry render.Entry, out string) {
	for _, t := range result.Tables {
		fmt.Fprintln(cmd.OutOrStdout(), render.Text(t))
	}
	for _, f := range entry.Figures {
		fmt.Fprintln(cmd.OutOrStdout(), "picture: "+filepath.Join(out, f.PNG))
	}
}
