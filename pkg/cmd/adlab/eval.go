package main

import (
	"fmt"
	"os"
	"strings"

	"adlab/datasets"
	"adlab/datasets/kba"
	"adlab/pkg/lab"
	"adlab/pkg/multiads"

	"github.com/spf13/cobra"
)

// experimentFlags are the flags that describe an experiment.
func experimentFlags(cmd *cobra.Command, e *lab.Experiment) {
	f := cmd.Flags()
	f.StringVar(&e.Layout, "layout", e.Layout, "how the data lie on disk: "+
		strings.Join(datasets.Layouts(), ", "))
	f.StringVar(&e.Data, "data", "", "the data's folder (elpv and textile: the fetched copy)")
	f.StringVar(&e.Detector, "detector", e.Detector, strings.Join(lab.Detectors(), ", "))
	f.StringVar(&e.Profile, "profile", e.Profile,
		"smoke, tiny (EfficientNet-Lite0) or paper (DINOv2 from --encoder)")
	f.StringVar(&e.Setting, "setting", e.Setting,
		"single-class (one model a category) or multi-class (one for all)")
	f.StringVar(&e.Encoder, "encoder", "", "random, vit, vit-random, hog, pixels, or a "+
		"safetensors file (default: the profile's)")
	f.Uint64Var(&e.Seed, "seed", e.Seed, "of initialisation and order")
	f.IntVar(&e.INPs, "inps", e.INPs, "number of prototypes, M")
	f.StringVar(&e.Ablation, "ablation", "", "of inp-former: "+strings.Join(lab.Ablations(), ", "))
	f.IntVar(&e.Blocks, "blocks", 0, "decoder blocks of inp-former (default 8)")
	f.IntVar(&e.Steps, "steps", 0, "training steps (default: the profile's; multiads: the "+
		"revision's epochs)")
	f.IntVar(&e.Batch, "batch", 0, "images a step (default: the profile's; multiads: the "+
		"revision's)")
	f.Float64Var(&e.Rate, "rate", 0, "largest learning rate (default 0.001; multiads: the "+
		"revision's)")
	f.IntVar(&e.Resize, "resize", 0, "pixels a side before the crop (default: the encoder's)")
	f.IntVar(&e.Crop, "crop", 0, "pixels a side that the encoder sees (default: the encoder's at "+
		"the profile's size)")
	f.IntVar(&e.Limit.TrainLimit, "train-limit", 0,
		"use at most so many images in all to learn from")
	f.IntVar(&e.Shots, "shots", 0, "learn from so many normal images a category, drawn with the "+
		"seed (default: all)")
	f.BoolVar(&e.OfficialShots, "official-shots", false,
		"draw the shots as INP-Former's scripts do (1, 2 or 4 of MVTec-AD or VisA)")
	f.IntVar(&e.Limit.TestLimit, "test-limit", 0,
		"use at most so many images a category and label to test on")
	multiadsFlags(cmd, &e.MultiADS)
}

// multiadsFlags are those of MultiADS alone.
func multiadsFlags(cmd *cobra.Command, m *lab.MultiADS) {
	f := cmd.Flags()
	var variants []string
	for _, v := range multiads.Variants {
		variants = append(variants, v.Name)
	}
	f.StringArrayVar(&m.Sources, "source", nil,
		"multiads: KEY=FOLDER of a data set whose test images it learns from; several: "+
			"super-multi-class")
	f.StringVar(&m.KBA, "kba", "", "multiads: the target's knowledge base, one of "+
		strings.Join(kba.Names(), ", ")+", or a YAML file (default: the layout's)")
	f.StringArrayVar(&m.Extend, "kba-add", nil,
		"multiads: YAML file with further defect types, or other prompts for known ones")
	f.BoolVar(&m.Single, "no-kba", false, "multiads: one prompt a type, which names it")
	f.StringVar(&m.Sentences, "sentences", "",
		"multiads: YAML file with normal phrases and templates")
	f.StringVar(&m.Variant, "revision", "", "multiads: settings of published numbers, "+
		strings.Join(variants, ", "))
	f.StringVar(&m.Objective, "objective", "",
		"multiads: sum, mean or focal_only (default: the variant's)")
	f.StringVar(&m.Rule, "score-rule", "", "multiads: score_max, score_top3, score_blend or "+
		"score_text (default: the variant's)")
	f.StringVar(&m.Mosaic, "mosaic", "", "multiads: off, on, or one-type with the first release's "+
		"labels (default: the variant's)")
	f.StringVar(&m.Columns, "column-order", "",
		"multiads: by-name, or exchanged as in first-release or later-revision (default: the "+
			"variant's)")
	f.BoolVar(&m.Filter, "filter", false,
		"MultiADS-F: only the types that can occur on the product")
	f.BoolVar(&m.Types, "types", false, "multiads: measure multi-type segmentation, too")
}

func newEval(c *cli) *cobra.Command {
	e := lab.Default("mvtec")
	cmd := &cobra.Command{
		Use: "eval", Short: "train a detector and measure it", Args: cobra.NoArgs,
		Example: "  adlab eval --layout elpv\n  adlab eval --data DIR --layout mvtec --detector " +
			"inp-former --profile tiny --json\n  adlab eval --data VISA --layout visa --detector " +
			"multiads --source mvtec=MVTEC --types",
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
	cmd.Flags().StringVar((*string)(&e.Convention), "metrics", string(e.Convention),
		"pixel metrics exact, or as the official evaluation of inp-former or multiads prints them")
	return cmd
}

func newTrain(c *cli) *cobra.Command {
	e, out := lab.Default("mvtec"), ""
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
	asked := lab.Asked{}
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
			l, err := c.lab()
			if err != nil {
				return err
			}
			m, err := l.OpenModel(model)
			if err != nil {
				return err
			}
			if m.Experiment.Detector != "multiads" && cmd.Flags().Changed("category") {
				return fmt.Errorf("--category: the model is of %s, which has no prompts; leave it "+
					"out", m.Experiment.Detector)
			}
			asked.Images = images
			results, err := l.Predict(cmd.Context(), m, asked, out)
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
	cmd.Flags().StringVar(&asked.Category, "category", "object",
		"multiads: what is in the pictures, as its prompts call it")
	cmd.Flags().StringArrayVar(&asked.References, "reference", nil,
		"multiads: a normal picture of the same; several: few-shot")
	return cmd
}
