package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"adlab/datasets"
	"adlab/pkg/lab"

	"github.com/spf13/cobra"
)

func newBenchEncoders(c *cli) *cobra.Command {
	o, out, seeds, data := lab.BenchOptions{Steps: 500, ControlSteps: 150, Version: version}, "", 3, ""
	var only []string
	cmd := &cobra.Command{
		Use: "bench-encoders", Short: "measure the small encoders beside each other, over several seeds", Args: cobra.NoArgs,
		Long: "Measures every encoder with nearest neighbour and INP-Former on ELPV, the textile images and two generated benchmarks. Every\nfinished cell is kept: an interrupted run goes on from there.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			l, err := c.lab()
			if err != nil {
				return err
			}
			if data == "" {
				data = filepath.Join(datasets.Home(), "synth-tiny")
			}
			var names []string
			for _, s := range lab.BenchSets(data) {
				names = append(names, s.Name)
				if len(only) == 0 || slices.Contains(only, s.Name) {
					o.Sets = append(o.Sets, s)
				}
			}
			for _, name := range only {
				if !slices.Contains(names, name) {
					return fmt.Errorf("--sets: expected some of %s, got %q", strings.Join(names, ", "), name)
				}
			}
			for s := range seeds {
				o.Seeds = append(o.Seeds, uint64(s+1))
			}
			var last *lab.EncoderTable
			err = l.BenchEncoders(cmd.Context(), o, func(t *lab.EncoderTable) error {
				last = t
				if out == "" || o.Report {
					return nil
				}
				return t.Write(out)
			})
			if err != nil {
				return err
			}
			if last == nil {
				return fmt.Errorf("bench-encoders: nothing was measured yet")
			}
			if out != "" {
				if err := last.Write(out); err != nil {
					return err
				}
			}
			return c.print(cmd, last, last.Markdown())
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&only, "sets", nil, "data sets, by name (default: all)")
	f.StringSliceVar(&o.Methods, "methods", []string{"knn", "inp-former"}, "detectors")
	f.StringSliceVar(&o.Encoders, "encoders", nil, "encoders, by the table's names (default: all)")
	f.IntVar(&seeds, "seeds", seeds, "number of seeds, from 1")
	f.IntVar(&o.Steps, "steps", o.Steps, "INP-Former's training steps on the pretrained encoders")
	f.IntVar(&o.ControlSteps, "control-steps", o.ControlSteps, "and on the others")
	f.StringVar(&data, "data", "", "folder of the generated benchmarks (default: synth-tiny beside the fetched data)")
	f.BoolVar(&o.Report, "report", false, "measure nothing; the table of what was measured")
	f.StringVar(&out, "out", "", "write the table to FILE.json and FILE.md, after every cell")
	return cmd
}
