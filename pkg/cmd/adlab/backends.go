package main

import (
	"fmt"
	"strings"

	"adlab/pkg/backend"

	"github.com/spf13/cobra"
)

func newBackends(c *cli) *cobra.Command {
	var bits bool
	cmd := &cobra.Command{
		Use:   "backends",
		Short: "list the backends that are here, which one is used, and what its bits depend on",
		Example: `  adlab backends
  adlab backends --bits > here.txt   # and the same on another machine: diff here.txt there.txt`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := c.open()
			if err != nil {
				return err
			}
			text := fmt.Sprintf("available: %v\nin use: %s (%s)\nbits: %s\n", backend.Choices(),
				b.Short(), b.Description(), b.Bits())
			if backend.KeepsMemory() {
				text += "memory: C's allocator keeps what it once had\n"
			}
			gpu := "ready, --backend cuda"
			if _, err := cuda(); err != nil {
				gpu = strings.TrimPrefix(err.Error(), "cuda ")
			}
			text += "cuda: " + gpu + "\n"
			if b.Notice != "" {
				text += b.Notice + "\n"
			}
			values := map[string]any{"available": backend.Choices(), "in_use": b.Short(),
				"description": b.Description(), "notice": b.Notice, "bits": b.Bits(),
				"machine": b.Machine(), "keeps_memory": backend.KeepsMemory(), "cuda": gpu}
			if bits {
				digests, err := backend.Probe(b.Backend)
				if err != nil {
					return err
				}
				text = b.Bits() + "\n"
				for _, d := range digests {
					text += d.Bytes + "  " + d.Operation + "\n"
				}
				values["probe"] = digests
			}
			return c.print(cmd, values, text)
		},
	}
	cmd.Flags().BoolVar(&bits, "bits", false, "run each operation and a short training, and print "+
		"digests of their bytes: where all are those of another machine, results are too")
	return cmd
}
