package main

import (
	"fmt"
	"strings"

	"adlab/datasets"
	"adlab/pkg/lab"

	"github.com/spf13/cobra"
)

// experimentFlags are the flags that describe an experiment.
func experimentFlags(cmd *cobra.Command, e *lab.Experiment) {
	f := cmd.Flags()
	f.StringVar(&e.Layout, "layout", e.Layout, "how the data lie on disk: "+strings.Join(datasets.Layouts(), ", "))
	f.StringVar(&e.Data, "data", "", "the data's folder (elpv and textile: the fetched copy)")
	f.StringVar(&e.Detector, "detector", e.Detector, strings.Join(lab.Detectors(), ", "))
	f.StringVar(&e.Profile, "profile", e.Profile, "smoke, tiny (EfficientNet-Lite0) or paper (DINOv2 from --encoder)")
	f.StringVar(&e.Setting, "setting", e.Setting, "single-class (one model a category) or multi-class (one for all)")
	f.StringVar(&e.Encoder, "encoder", "", "random, vit, vit-random, hog, pixels, or a safetensors file (default: the profile's)")
	f.Uint64Var(&e.Seed, "seed", e.Seed, "of initialisation and order")
	f.IntVar(&e.INPs, "inps", e.INPs, "number of prototypes, M")
	f.IntVar(&e.Steps, "steps", 0, "training steps (default: the profile's)")
	f.IntVar(&e.Batch, "batch", 0, "images a step (default: the profile's)")
	f.Float64Var(&e.Rate, "rate", 0, "largest learning rate (default 0.001)")
	f.IntVar(&e.Resize, "resize", 0, "pixels a side before the crop (default: the encoder's)")
	f.IntVar(&e.Crop, "crop", 0, "pixels a side that the encoder sees (default: the encoder's at the profile's size)")
	f.IntVar(&e.Limit.TrainLimit, "train-limit", 0, "use at most so many images in all to learn from")
	f.IntVar(&e.Shots, "shots", 0, "learn from so many normal images a category, drawn with the seed (default: all)")
	f.BoolVar(&e.OfficialShots, "official-shots", false, "draw the shots as INP-Former's scripts do (1, 2 or 4 of MVTec-AD or VisA)")
	f.IntVar(&e.Limit.TestLimit, "test-limit", 0, "use at most so many images a category and label to test on")
}

func newEval(c *cli) *cobra.Command {
	e := lab.Default("mvtec")
	cmd := &cobra.Command{
		Use: "eval", Short: "train a detector and measure it", Args: cobra.NoArgs,
		Example: "  adlab eval --layout elpv\n  adlab eval --data DIR --layout mvtec --detector inp-former --profile tiny --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := e.Validate(); err != nil {
				return err
			}
			l, err := c.lab()
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
	experimentFlags(cmd, &e)
	return cmd
}

func newTrain(c *cli) *cobra.Command {
	e, out := lab.Default("mvtec"), ""
	cmd := &cobra.Command{
		Use: "train --out FILE", Short: "train INP-Former and write the model", Args: cobra.NoArgs,
		Example: "  adlab train --layout elpv --out elpv.safetensors",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if out == "" {
				return fmt.Errorf("train: --out names the file that the model is written to")
			}
			if err := e.Validate(); err != nil {
				return err
			}
			l, err := c.lab()
			if err != nil {
				return err
			}
			if _, err := l.Train(cmd.Context(), e, out); err != nil {
				return err
			}
			return c.print(cmd, map[string]string{"model": out}, "model written to "+out+"\n")
		},
	}
	experimentFlags(cmd, &e)
	cmd.Flags().StringVar(&out, "out", "", "the model's file")
	return cmd
}

func newPredict(c *cli) *cobra.Command {
	var model, out string
	cmd := &cobra.Command{
		Use: "predict --model FILE IMAGE... --out DIR", Short: "score images; write map and overlay of each", Args: cobra.MinimumNArgs(1),
		Example: "  adlab predict --model elpv.safetensors cell.png --out maps",
		RunE: func(cmd *cobra.Command, images []string) error {
			if model == "" || out == "" {
				return fmt.Errorf("predict: --model names a file that `adlab train` wrote, --out the folder to write to")
			}
			l, err := c.lab()
			if err != nil {
				return err
			}
			m, err := l.OpenModel(model)
			if err != nil {
				return err
			}
			results, err := l.Predict(cmd.Context(), m, images, out)
			if err != nil {
				return err
			}
			var text strings.Builder
			for _, r := range results {
				fmt.Fprintf(&text, "%.6f  %s  %s\n", r.Score, r.Image, r.Overlay)
			}
			return c.print(cmd, map[string]any{"model": model, "images": results}, text.String())
		},
	}
	cmd.Flags().StringVar(&model, "model", "", "a file that `adlab train` wrote")
	cmd.Flags().StringVar(&out, "out", "", "the folder to write to")
	return cmd
}
