package main

import (
	"os"

	"adlab/pkg/bench"

	"github.com/spf13/cobra"
)

// newBench is for the exhibits that measure speed: adlab's own process beside the peers'.
func newBench(c *cli) *cobra.Command {
	cmd := &cobra.Command{Use: "bench", Hidden: true, Args: verbsAlone,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(&cobra.Command{
		Use: "serve DIR", Short: "do the task in a folder once, then again for each line",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			b, err := c.open()
			if err != nil {
				return err
			}
			return bench.Serve(args[0], b, os.Stdin, os.Stdout)
		}})
	return cmd
}
