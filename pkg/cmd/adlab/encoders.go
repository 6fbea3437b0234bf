package main

import (
	"adlab/pkg/lab"

	"github.com/spf13/cobra"
)

func newEncoders(c *cli) *cobra.Command {
	return &cobra.Command{
		Use: "encoders [FILE...]", Short: "list the encoders that can be read, where each comes " +
			"from, and which are here",
		RunE: func(cmd *cobra.Command, files []string) error {
			known, err := lab.KnownEncoders(files)
			if err != nil {
				return err
			}
			return c.print(cmd, known, lab.EncodersText(known))
		},
	}
}
