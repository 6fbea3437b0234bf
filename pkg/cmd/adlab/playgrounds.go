package main

import (
	"fmt"
	"strings"

	"adlab/pkg/live/playgrounds"

	"github.com/spf13/cobra"
)

// playground is an entry of the table of playgrounds, as `adlab list --playgrounds --json` prints
// it.
type playground struct {
	Name    string `json:"name"`
	Command string `json:"command"` // measures the model that it looks into
}

// listPlaygrounds prints the table of playgrounds in a profile. Generated data that are not there
// yet are made.
func (c *cli) listPlaygrounds(cmd *cobra.Command, p place) (rows []playground, text string,
	err error) {
	v, err := c.env()
	if err != nil {
		return nil, "", err
	}
	r, err := p.runner(v)
	if err != nil {
		return nil, "", err
	}
	var b strings.Builder
	names, measured := playgrounds.Measured(r.Profile)
	for i, m := range measured {
		e, err := r.Ready(cmd.Context(), m)
		if err != nil {
			return nil, "", err
		}
		row := playground{names[i], commandOf(m, e)}
		rows = append(rows, row)
		fmt.Fprintf(&b, "%-11s %s\n", row.Name, row.Command)
	}
	return rows, b.String(), nil
}
