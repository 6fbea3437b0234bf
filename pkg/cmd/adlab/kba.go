package main

import (
	"fmt"
	"strings"

	"adlab/datasets/kba"
	"adlab/pkg/multiads"

	"github.com/spf13/cobra"
)

func newKBA(c *cli) *cobra.Command {
	cmd := &cobra.Command{
		Use: "kba [NAME|FILE]", Short: "list the knowledge bases, or print one to edit",
		Args: cobra.MaximumNArgs(1), ValidArgsFunction: words(kba.Names()...),
		Example: "  adlab kba\n  adlab kba visa > mine.yaml\n  adlab kba mine.yaml     # check " +
			"it\n  adlab eval --detector multiads --kba mine.yaml ...",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				k, err := multiads.NewKnowledge(args[0], nil)
				if err != nil {
					return err
				}
				text, err := k.Base.YAML()
				if err != nil {
					return err
				}
				return c.print(cmd, k.Base, text)
			}
			var all []*kba.Base
			var text strings.Builder
			for _, name := range kba.Names() {
				b, err := kba.Open(name)
				if err != nil {
					return err
				}
				prompts := 0
				for _, t := range b.Types {
					prompts += len(t.Prompts)
				}
				all = append(all, b)
				fmt.Fprintf(&text, "%-10s %3d types, %3d prompts; %s\n", name, len(b.Types),
					prompts, b.Source)
			}
			return c.print(cmd, all, text.String())
		},
	}
	return cmd
}
