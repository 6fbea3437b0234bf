package main

import (
	"fmt"

	"adlab/pkg/experiment"

	"github.com/spf13/cobra"
)

func newEval(c *cli) *cobra.Command {
	d := described{Experiment: experiment.Default("mvtec")}
	cmd := &cobra.Command{
		Use: "eval", Short: "train a detector and measure it", Args: cobra.NoArgs,
		Example: "  adlab eval --layout elpv\n  adlab eval --data DIR --layout mvtec --detector " +
			"inp-former --profile tiny --json\n  adlab eval --data VISA --layout visa --detector " +
			"multiads --source mvtec=MVTEC --types",
		RunE: func(cmd *cobra.Command, _ []string) error {
			e, err := d.checked()
			if err != nil {
				return err
			}
			l, err := c.env()
			if err != nil {
				return err
			}
			report, err := l.Evaluate(cmd.Context(), e, nil)
			if err != nil {
				return err
			}
			return c.print(cmd, report, report.Text())
		},
	}
	experimentFlags(cmd, &d)
	cmd.Flags().StringVar((*string)(&d.Convention), "metrics", string(d.Convention),
		"pixel metrics exact, or as the official evaluation of inp-former or multiads prints "+
			"them; all: exact, and every ruler of adlab metrics beside")
	cmd.Flags().IntVar(&d.Bootstrap, "bootstrap", 0, "intervals from so many resamples of the "+
		"test pictures, such as 1000")
	return cmd
}

func newTrain(c *cli) *cobra.Command {
	d, out := described{Experiment: experiment.Default("mvtec")}, ""
	cmd := &cobra.Command{
		Use: "train --out FILE", Short: "train INP-Former or MultiADS and write the model",
		Args:    cobra.NoArgs,
		Example: "  adlab train --layout elpv --out elpv.safetensors",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if out == "" {
				return fmt.Errorf("train: --out names the file that the model is written to")
			}
			if err := writable("--out", out); err != nil {
				return err
			}
			e, err := d.checked()
			if err != nil {
				return err
			}
			l, err := c.env()
			if err != nil {
				return err
			}
			if _, err := l.Train(cmd.Context(), e, out); err != nil {
				return err
			}
			return c.print(cmd, map[string]string{"model": out}, "model written to "+out+"\n")
		},
	}
	experimentFlags(cmd, &d)
	cmd.Flags().StringVar(&out, "out", "", "the model's file")
	return cmd
}
