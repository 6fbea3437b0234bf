package main

import (
	"fmt"

	"adlab/pkg/experiment"

	"github.com/spf13/cobra"
)

func newBench(c *cli) *cobra.Command {
	e, out := experiment.Default("elpv"), ""
	var sets []string
	var seeds int
	cmd := &cobra.Command{
		Use: "bench", Short: "measure INP-Former beside the baselines on the real images, over " +
			"several seeds", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			list, err := firstSeeds(seeds)
			if err != nil {
				return err
			}
			if e.Profile == "paper" { // whose weights no flag names here
				return fmt.Errorf("--profile: expected smoke or tiny, got paper")
			}
			if out != "" {
				if err := writable("--out", out+".json"); err != nil {
					return err
				}
			}
			l, err := c.lab()
			if err != nil {
				return err
			}
			t, err := l.Bench(cmd.Context(), e, sets, list, version)
			if err != nil {
				return err
			}
			if out != "" {
				if err := t.Write(out); err != nil {
					return err
				}
			}
			return c.print(cmd, t, t.Markdown())
		},
	}
	cmd.Flags().StringVar(&e.Profile, "profile", e.Profile, "smoke or tiny")
	cmd.Flags().IntVar(&e.Steps, "steps", 0,
		"training steps of INP-Former (default: the profile's)")
	cmd.Flags().StringSliceVar(&sets, "sets", []string{"elpv", "textile"}, "data sets, by layout")
	cmd.Flags().IntVar(&seeds, "seeds", 3, "number of seeds, from 1")
	cmd.Flags().StringVar(&out, "out", "", "write the table to FILE.json and FILE.md")
	return cmd
}

// firstSeeds are so many seeds, from 1.
func firstSeeds(n int) (seeds []uint64, err error) {
	if n < 1 {
		return nil, fmt.Errorf("--seeds: expected at least 1, got %d", n)
	}
	for s := range n {
		seeds = append(seeds, uint64(s+1))
	}
	return seeds, nil
}
