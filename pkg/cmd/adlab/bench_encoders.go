package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"adlab/pkg/lab"

	"github.com/spf13/cobra"
)

func newBenchEncoders(c *cli) *cobra.Command {
	o, out, seeds, data := lab.BenchOptions{Steps: 120, Version: version}, "", 3, ""
	var only []string
	cmd := &cobra.Command{
		Use: "bench-encoders",
		Short: "measure the small encoders beside each other, over several " +
			"seeds", Args: cobra.NoArgs,
		Long: "Measures every encoder with nearest neighbour and INP-Former on ELPV, the textile " +
			"images and two generated benchmarks. Every\nfinished cell is kept: an interrupted " +
			"run goes on from there, and a table that is in FILE.json is added to.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			l, err := c.lab()
			if err != nil {
				return err
			}
			var names []string
			for _, s := range lab.BenchSets(generated(data)) {
				names = append(names, s.Name)
				if len(only) == 0 || slices.Contains(only, s.Name) {
					o.Sets = append(o.Sets, s)
				}
			}
			for _, name := range only {
				if !slices.Contains(names, name) {
					return fmt.Errorf("--sets: expected some of %s, got %q",
						strings.Join(names, ", "), name)
				}
			}
			if o.Seeds, err = firstSeeds(seeds); err != nil {
				return err
			}
			known, err := knownCells(out)
			if err != nil {
				return err
			}
			last := known
			err = l.BenchEncoders(cmd.Context(), o, func(t *lab.EncoderTable) error {
				last = added(known, t)
				if out == "" || o.Report {
					return nil
				}
				return last.Write(out)
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
	f.IntVar(&o.Steps, "steps", o.Steps, "INP-Former's training steps")
	f.StringVar(&data, "data", "", "folder of the generated benchmarks (default: synth-tiny "+
		"beside the fetched data)")
	f.BoolVar(&o.Report, "report", false, "measure nothing; the table of what was measured")
	f.StringVar(&out, "out", "", "write the table to FILE.json and FILE.md, after every cell")
	return cmd
}

// knownCells is the table in FILE.json; nil where there is none, or no file is named.
func knownCells(file string) (*lab.EncoderTable, error) {
	if file == "" {
		return nil, nil
	}
	b, err := os.ReadFile(file + ".json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	t := &lab.EncoderTable{}
	if err == nil {
		err = json.Unmarshal(b, t)
	}
	if err != nil {
		return nil, fmt.Errorf("%s.json: %w; delete it, or name another file with --out", file, err)
	}
	return t, nil
}

// added is a new table with the known cells that it lacks, as far as both are of the same encoders,
// sets and settings.
func added(known, t *lab.EncoderTable) *lab.EncoderTable {
	if known == nil || known.Backend != t.Backend || known.Batch != t.Batch ||
		known.INPs != t.INPs || differ(known.Digests, t.Digests) || differ(known.Sets, t.Sets) {
		return t
	}
	all := *t
	all.Digests, all.Sets, all.Milliseconds = union(known.Digests, t.Digests),
		union(known.Sets, t.Sets), union(known.Milliseconds, t.Milliseconds)
	for name, ms := range known.Milliseconds { // the smaller is of the quieter machine
		all.Milliseconds[name] = min(ms, all.Milliseconds[name])
	}
	all.Cells = slices.Clone(t.Cells)
	for _, c := range known.Cells {
		measured := func(n lab.EncoderCell) bool {
			return n.Encoder == c.Encoder && n.Method == c.Method &&
				(n.Steps != c.Steps || n.Set == c.Set && n.Seed == c.Seed)
		}
		if !slices.ContainsFunc(t.Cells, measured) { // one row has one number of steps
			all.Cells = append(all.Cells, c)
		}
	}
	return &all
}

// differ tells whether a key that both have has two values.
func differ(a, b map[string]string) bool {
	for k, v := range a {
		if w, both := b[k]; both && v != w {
			return true
		}
	}
	return false
}

// union has the keys of both; b's values count.
func union[V any](a, b map[string]V) map[string]V {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}
