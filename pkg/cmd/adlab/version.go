package main

import (
	"encoding/json"
	"errors"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// newVersion says which build this is, and what is in it.
func newVersion(c *cli) *cobra.Command {
	var bill bool
	cmd := &cobra.Command{
		Use: "version", Short: "say which build this is, and what it is made of",
		Example: "  adlab version\n  adlab version --sbom > adlab.cdx.json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !bill {
				return c.print(cmd, map[string]string{"version": version}, version+"\n")
			}
			info, ok := debug.ReadBuildInfo()
			if !ok {
				return errors.New("this program was built without a list of its modules; build " +
					"it in its checkout, with `make build`")
			}
			b, err := billOf(info, version)
			if err != nil {
				return err
			}
			encoder := json.NewEncoder(cmd.OutOrStdout())
			encoder.SetIndent("", "  ")
			encoder.SetEscapeHTML(false)
			return encoder.Encode(b)
		},
	}
	cmd.Flags().BoolVar(&bill, "sbom", false, "print the bill of materials: every Go module in "+
		"this program with its checksum, as CycloneDX in JSON")
	return cmd
}
