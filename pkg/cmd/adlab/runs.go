package main

import (
	"fmt"
	"strings"

	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"

	"github.com/spf13/cobra"
)

func newRuns(c *cli) *cobra.Command {
	return &cobra.Command{
		Use: "runs", Short: "list the stored runs behind the exhibits", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			runs, err := exhibit.Runs(experiment.CacheDir())
			if err != nil {
				return err
			}
			if runs == nil {
				runs = []*exhibit.Run{}
			}
			var text strings.Builder
			for _, r := range runs {
				auroc := "-"
				if v, ok := r.Value("I-AUROC", ""); ok {
					auroc = fmt.Sprintf("%.1f", v)
				}
				fmt.Fprintf(&text, "%s  I-AUROC %5s  %6.1f s  %s, profile %s, %s, %s, numbers of "+
					"code %s\n", r.Key[:12], auroc, r.Seconds, r.Measurement,
					r.Measurement.Experiment.Profile, r.Encoder, r.Backend, r.Code)
			}
			fmt.Fprintf(&text, "%d runs in %s\n", len(runs), exhibit.RunsDir(experiment.CacheDir()))
			return c.print(cmd, runs, text.String())
		},
	}
}
