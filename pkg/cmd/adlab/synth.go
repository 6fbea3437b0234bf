package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"adlab/datasets"
	"adlab/datasets/synth"
	"adlab/pkg/progress"
	"adlab/pkg/view"

	"github.com/spf13/cobra"
)

func newSynth(c *cli) *cobra.Command {
	var size, out string
	var seed uint64
	var workers int
	var sets []string
	cmd := &cobra.Command{
		Use: "synth", Short: "generate benchmarks in the layouts of the published data sets",
		Args: cobra.NoArgs,
		Long: "Generates benchmarks that stand in for the published data sets: other pictures, " +
			"of the same layout and vocabulary. The same\nseed gives the same bytes, whatever " +
			"the number of workers. Without --sets they are those of both papers; by name there " +
			"are,\nbesides, " + strings.Join(namesOf(synth.MoreBenchmarks()), ", ") + ".",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, ok := synth.Sizes[size]; !ok {
				return fmt.Errorf("--size: expected smoke, tiny or large, got %q", size)
			}
			if workers < 0 {
				return fmt.Errorf("--workers: expected 0 (one a core) or more, got %d", workers)
			}
			if out == "" {
				c.placeData()
				out = filepath.Join(datasets.Home(), "synth-"+size)
			}
			chosen := synth.Benchmarks()
			if len(sets) > 0 {
				chosen = nil
			}
			for _, name := range sets {
				b, known := synth.Find(name)
				if !known {
					return fmt.Errorf("--sets: expected some of %s, got %q", strings.Join(namesOf(
						append(synth.Benchmarks(), synth.MoreBenchmarks()...)), ", "), name)
				}
				chosen = append(chosen, b)
			}
			type row struct {
				Name      string `json:"name"`
				Layout    string `json:"layout"`
				StandsFor string `json:"stands_in_for"`
				Folder    string `json:"folder"`
			}
			var rows []row
			var text strings.Builder
			progress := progress.New(os.Stderr)
			for _, b := range chosen {
				folder := filepath.Join(out, b.Name)
				bar := progress.Bar(b.Name)
				if err := synth.Write(cmd.Context(), b, size, seed, folder, workers,
					func(done, total int) {
						bar(done, total, "pictures")
					}); err != nil {
					return err
				}
				rows = append(rows, row{b.Name, b.Layout, b.StandsFor, folder})
				fmt.Fprintf(&text, "%-10s in the layout of %-13s --layout %-10s --data %s\n",
					b.Name, b.StandsFor, b.Layout, folder)
			}
			return c.print(cmd, rows, text.String())
		},
	}
	f := cmd.Flags()
	f.StringVar(&size, "size", "tiny", "smoke (seconds), tiny (two thousand pictures) or large")
	complete(cmd, "size", slices.Sorted(maps.Keys(synth.Sizes))...)
	f.StringVar(&out, "out", "", "folder for the benchmarks (default: synth-SIZE beside the "+
		"fetched data)")
	f.Uint64Var(&seed, "seed", 1, "of everything that is drawn")
	f.IntVar(&workers, "workers", 0, "pictures drawn at once (default: one a core)")
	f.StringSliceVar(&sets, "sets", nil, "benchmarks, by name (default: those of both papers)")
	return cmd
}

// namesOf lists the names of benchmarks.
func namesOf(all []synth.Benchmark) (names []string) {
	for _, b := range all {
		names = append(names, b.Name)
	}
	return names
}

func newSheets(c *cli) *cobra.Command {
	var out string
	var seed uint64
	cmd := &cobra.Command{
		Use: "sheets", Short: "draw a contact sheet of every generated category and defect type",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			files, err := view.Sheets(out, seed, version)
			if err != nil {
				return err
			}
			return c.print(cmd, files, strings.Join(files, "\n")+"\n")
		},
	}
	cmd.Flags().StringVar(&out, "out", "figures/datasets", "folder for the sheets")
	cmd.Flags().Uint64Var(&seed, "seed", 1, "of the pictures")
	return cmd
}
