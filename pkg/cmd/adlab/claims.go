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
	var only exhibit.ClaimFilter
	cmd := &cobra.Command{
		Use: "claims", Short: "list every published number and what has become of it",
		Args: cobra.NoArgs,
		Long: "Lists every number that the papers' tables print. A claim counts as reproduced, " +
			"or as deviating, only where profile paper has measured it;\nno other profile says " +
			"anything of it. Until then it is open. Numbers of other systems are quoted: they " +
			"are not measured here.",
		Example: "  adlab claims --status open\n  adlab claims --paper INP-Former --table 2 --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			claims, err := exhibit.Claims(papers.All(), experiment.CacheDir())
			if err != nil {
				return err
			}
			if claims, err = only.Of(claims); err != nil {
				return err
			}
			var text strings.Builder
			counts := map[string]int{}
			for _, x := range claims {
				counts[x.Status]++
				fmt.Fprintf(&text, "%-72s %8s  %s: %s\n", x.ID, x.Printed, x.Status, x.Why)
			}
			fmt.Fprintf(&text, "%d claims: %d reproduced, %d deviate, %d open, %d quoted\n",
				len(claims), counts[exhibit.Reproduced], counts[exhibit.Deviates],
				counts[exhibit.Open], counts[exhibit.Quoted])
			return c.print(cmd, claims, text.String())
		},
	}
	f := cmd.Flags()
	f.StringVar(&only.Paper, "paper", "", "of one paper alone, INP-Former or MultiADS")
	f.StringVar(&only.Table, "table", "", "of one table alone, as the paper numbers it, such as S5")
	f.StringVar(&only.Status, "status", "", "of one status alone: "+
		strings.Join(exhibit.ClaimStatuses(), ", "))
	complete(cmd, "paper", "INP-Former", "MultiADS")
	complete(cmd, "status", exhibit.ClaimStatuses()...)
	return cmd
}
