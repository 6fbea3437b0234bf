package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"adlab/pkg/exhibit"

	"github.com/spf13/cobra"
)

// partOf reads K/N.
func partOf(text string) (part exhibit.Part, err error) {
	var rest string
	n, _ := fmt.Sscanf(text, "%d/%d%s", &part.K, &part.N, &rest)
	if n != 2 || part.K < 1 || part.K > part.N {
		return part, fmt.Errorf("--part: expected K/N with K from 1 to N, such as 2/4, got %q",
			text)
	}
	return part, nil
}

// filledPart is what a process did of its part.
type filledPart struct {
	Part  string `json:"part"`
	Cells int    `json:"cells"`
	exhibit.Filled
}

// fill computes a part of all that exhibits rest on into the store. What needs weights or data that
// are not here is left out, and is an error in the end.
func (c *cli) fill(cmd *cobra.Command, p place, list []exhibit.Exhibit, text string) error {
	part, err := partOf(text)
	if err != nil {
		return err
	}
	can, missing, err := p.runnable(list)
	if err != nil {
		return err
	}
	l, err := c.env()
	if err != nil {
		return err
	}
	r, err := p.runner(l)
	if err != nil {
		return err
	}
	// the split is over the whole list, so that it is the same where less can run
	own, here := part.Of(exhibit.Tasks(list, r.Profile)), exhibit.Tasks(can, r.Profile)
	own = slices.DeleteFunc(own, func(x exhibit.Task) bool {
		return !slices.ContainsFunc(here, func(y exhibit.Task) bool {
			return x.Equal(y.Measurement)
		})
	})
	done, start := 0, time.Now()
	filled, err := r.Fill(cmd.Context(), own, func(x exhibit.Task, fresh bool) {
		done++
		how := "was there"
		if fresh || x.Drawn {
			how = fmt.Sprintf("%.1f s", time.Since(start).Seconds())
		}
		start = time.Now()
		fmt.Fprintf(os.Stderr, "%d of %d: %s: %s\n", done, len(own), x, how)
	})
	if err != nil {
		return err
	}
	if err := c.print(cmd, filledPart{text, len(own), filled}, fmt.Sprintf(
		"part %s: %d cells; %d measured, %d found, %d heads to draw with\n", text, len(own),
		filled.Measured, filled.Found, filled.Heads)); err != nil {
		return err
	}
	if missing != nil {
		return fmt.Errorf("left out for what is missing, as said above: %s",
			strings.Join(missing, ", "))
	}
	return nil
}
