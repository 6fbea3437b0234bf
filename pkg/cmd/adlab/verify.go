package main

import (
	"fmt"

	"adlab/pkg/verify"

	"github.com/spf13/cobra"
)

func newVerify(c *cli) *cobra.Command {
	return &cobra.Command{
		Use: "verify DIR", Short: "compare this build with a folder of reference outputs",
		Args: one("a folder of reference outputs, such as testdata/inpformer"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := c.open()
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			results, err := verify.Folder(b.Backend, args[0], func(r verify.Result) {
				if c.json {
					return
				}
				verdict := "ok  "
				if !r.Pass {
					verdict = "FAIL"
				}
				fmt.Fprintf(out, "%s %-15s error %.2e of %.2e  %s\n", verdict, r.Name, r.MaxError,
					r.Tolerance, r.Why)
			})
			if err != nil {
				return err
			}
			pass := verify.Pass(results)
			if c.json {
				if err := c.print(cmd, map[string]any{"backend": b.Short(), "pass": pass,
					"groups": results}, ""); err != nil {
					return err
				}
			} else {
				fmt.Fprintf(out, "%d groups on %s: %s\n", len(results), b.Short(),
					map[bool]string{true: "all pass", false: "FAILED"}[pass])
			}
			if !pass {
				return errQuiet
			}
			return nil
		},
	}
}
