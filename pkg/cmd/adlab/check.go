package main

import (
	"fmt"
	"os"

	"adlab/datasets"
	"adlab/pkg/progress"

	"github.com/spf13/cobra"
)

func newCheck(c *cli) *cobra.Command {
	var layout string
	cmd := &cobra.Command{
		Use: "check DIR", Short: "look at every file of a data set and say what would make an " +
			"experiment wrong", Args: one("the folder of a data set"),
		RunE: func(cmd *cobra.Command, args []string) error {
			bar := progress.New(os.Stderr).Bar("checking " + args[0])
			r, err := datasets.Check(cmd.Context(), layout, args[0], func(done, total int) {
				bar(done, total, "images")
			})
			if err != nil {
				return err
			}
			if err := c.print(cmd, r, r.Text()); err != nil {
				return err
			}
			if n := len(r.Problems); n > 0 {
				return fmt.Errorf("%w: %d problems in %s", errQuiet, n, args[0])
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&layout, "layout", "", "how the data lie on disk (default: as it looks)")
	complete(cmd, "layout", datasets.Layouts()...)
	return cmd
}
