package main

import (
	"fmt"
	"strings"

	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/papers"

	"github.com/spf13/cobra"
)

func newClaims(c *cli) *cobra.Command {
	return &cobra.Command{
		Use: "claims", Short: "list every published number and what has become of it",
		Args: cobra.NoArgs,
		Long: "Lists every number that the papers' tables print. A claim counts as reproduced, or " +
			"as deviating, only where profile paper has measured it;\nno other profile says " +
			"anything of it.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			claims, err := exhibit.Claims(papers.All(), experiment.CacheDir())
			if err != nil {
				return err
			}
			var text strings.Builder
			counts := map[string]int{}
			for _, x := range claims {
				counts[x.Status]++
				fmt.Fprintf(&text, "%-72s %8s  %s: %s\n", x.ID, x.Printed, x.Status, x.Why)
			}
			fmt.Fprintf(&text, "%d claims: %d reproduced, %d deviate, %d need weights and data\n",
				len(claims), counts[exhibit.Reproduced], counts[exhibit.Deviates],
				counts[exhibit.Needs])
			return c.print(cmd, claims, text.String())
		},
	}
}
