package main

import (
	"fmt"
	"os"
	"strings"

	"adlab/pkg/experiment"
	"adlab/pkg/multiads"
	"adlab/pkg/view"

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
		"pixel metrics exact, or as the official evaluation of inp-former or multiads prints them")
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

func newPredict(c *cli) *cobra.Command {
	var model, out, encoder string
	asked := experiment.Asked{}
	cmd := &cobra.Command{
		Use:   "predict --model FILE IMAGE... --out DIR",
		Short: "score images; write map and overlay of each", Args: some("pictures"),
		Example: "  adlab predict --model elpv.safetensors cell.png --out maps",
		RunE: func(cmd *cobra.Command, images []string) error {
			if model == "" || out == "" {
				return fmt.Errorf("predict: --model names a file that `adlab train` wrote, --out " +
					"the folder to write to")
			}
			if _, err := os.Stat(model); err != nil {
				return fmt.Errorf("--model: no file %s; adlab train writes one", model)
			}
			if err := folder("--out", out); err != nil {
				return err
			}
			l, err := c.env()
			if err != nil {
				return err
			}
			m, err := l.OpenModel(model, encoder)
			if err != nil {
				return err
			}
			if m.Experiment.Detector != "multiads" && cmd.Flags().Changed("category") {
				return fmt.Errorf("--category: the model is of %s, which has no prompts; leave it "+
					"out", m.Experiment.Detector)
			}
			asked.Images = images
			results, err := view.Predict(cmd.Context(), l, m, asked, out)
			if err != nil {
				return err
			}
			var text strings.Builder
			for _, r := range results {
				fmt.Fprintf(&text, "%.6f  %s  %s", r.Score, r.Image, r.Overlay)
				if r.Types != nil {
					fmt.Fprintf(&text, "  %s", multiads.Words(r.Types))
				}
				fmt.Fprintln(&text)
			}
			return c.print(cmd, map[string]any{"model": model, "images": results}, text.String())
		},
	}
	cmd.Flags().StringVar(&model, "model", "", "a file that adlab train wrote")
	cmd.Flags().StringVar(&out, "out", "", "the folder to write to")
	cmd.Flags().StringVar(&encoder, "encoder", "", "the file of the encoder that the model was "+
		"trained on, where it is not found by its digest")
	cmd.Flags().StringVar(&asked.Category, "category", "object",
		"multiads: what is in the pictures, as its prompts call it")
	cmd.Flags().StringArrayVar(&asked.References, "reference", nil,
		"multiads: a normal picture of the same; several: few-shot")
	return cmd
}
