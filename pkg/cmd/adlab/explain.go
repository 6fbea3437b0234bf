package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"adlab/pkg/papers"
	"adlab/pkg/plot"

	"github.com/spf13/cobra"
)

// newExplain says what made a picture, and whether this checkout would make the same.
func newExplain(c *cli) *cobra.Command {
	var p place
	cmd := &cobra.Command{
		Use: "explain FILE.png",
		Short: "say what made a picture, and whether this checkout would " +
			"make the same", Args: one("a picture that adlab wrote"),
		RunE: func(cmd *cobra.Command, files []string) error {
			made, err := plot.ReadMade(files[0])
			if err != nil {
				return err
			}
			if len(made) == 0 {
				return fmt.Errorf("%s: expected a picture that adlab wrote, got one that does not "+
					"say what made it", files[0])
			}
			var text strings.Builder
			for _, key := range slices.Sorted(maps.Keys(made)) {
				fmt.Fprintf(&text, "%-10s %s\n", key, made[key])
			}
			answer := struct {
				Made        map[string]string `json:"made"`
				Same        *bool             `json:"same"` // nil where it cannot be told
				Differences []string          `json:"differences,omitempty"`
			}{Made: made}
			if made["exhibit"] == "" {
				text.WriteString("not of the registry of exhibits: whether this checkout would " +
					"make the same cannot be told\n")
				return c.print(cmd, answer, text.String())
			}
			p.profile = made["profile"]
			l, err := c.env()
			if err != nil {
				return err
			}
			r, err := p.runner(l)
			if err != nil {
				return fmt.Errorf("%s: %w", files[0], err)
			}
			of, err := papers.Find(made["exhibit"])
			if err != nil {
				return err
			}
			if answer.Differences, err = r.Explain(cmd.Context(), of[0], made); err != nil {
				return err
			}
			answer.Same = new(answer.Differences == nil)
			if *answer.Same {
				text.WriteString("this checkout would make the same")
				if of[0].Timed {
					text.WriteString(", but for the times in it, which it would measure anew")
				}
				text.WriteString("\n")
			} else {
				text.WriteString("this checkout would not make the same:\n")
				for _, d := range answer.Differences {
					text.WriteString("  " + d + "\n")
				}
			}
			return c.print(cmd, answer, text.String())
		},
	}
	placeFlags(cmd, &p)
	cmd.Flags().MarkHidden("profile")
	return cmd
}
