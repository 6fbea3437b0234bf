package main

import (
	"fmt"
	"path/filepath"

	"adlab/datasets"
	"adlab/pkg/experiment"
	"adlab/pkg/pretrain/pair"

	"github.com/spf13/cobra"
)

func newPretrainClip(c *cli) *cobra.Command {
	p := pair.Default()
	var out string
	var asItStands bool
	cmd := &cobra.Command{
		Use: "clip --out FILE", Short: "train the small vision-language pair from scratch, or go " +
			"on from its checkpoint", Args: cobra.NoArgs,
		Long: `Draws pictures of the generator's training family, which no benchmark has, tells
each in words, and trains a vision and a text tower on them. The text tower learns
first, also what a sentence encoder, fetched once by its digest, knows of synonyms;
the vision tower starts as the small vision transformer that "adlab pretrain vision"
makes. Checkpoints lie in .cache; a run that was interrupted goes on to the same
bits. It takes 8 GB of memory and, from nothing, some two and a half hours on two
cores, or minutes on a GPU.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if filepath.Ext(out) != ".safetensors" {
				return fmt.Errorf("--out: expected a file that ends in .safetensors, got %q", out)
			}
			if err := writable("--out", out); err != nil {
				return err
			}
			l, err := c.env()
			if err != nil {
				return err
			}
			p.Backend, p.Home, p.Cache, p.Say, p.Bar = l.Backend.Backend, datasets.Home(),
				experiment.CacheDir(), l.Progress.Say, l.Progress.Bar
			card, err := p.Run(cmd.Context(), out, asItStands, version)
			if err != nil {
				return err
			}
			return c.print(cmd, card, fmt.Sprintf("%s: %d bytes, %d of %d steps, %.0f minutes, "+
				"SHA-256 %s\n", out, card.Bytes, card.Steps, card.Of, card.Minutes, card.Digest))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&out, "out", "", "where the weights go; the card lies beside them")
	flags.StringVar(&p.Start, "start", "", "file of the small vision transformer, from which the "+
		"vision tower starts (default: the shipped one)")
	flags.IntVar(&p.Steps, "steps", p.Steps, "training steps of the vision tower")
	flags.IntVar(&p.Pictures, "pictures", p.Pictures, "pictures to draw")
	flags.IntVar(&p.Sketches, "sketches", p.Sketches, "pictures to draw smaller and enlarge")
	flags.Uint64Var(&p.Seed, "seed", p.Seed, "seed of pictures, sentences and training")
	flags.Float64Var(&p.Rate, "rate", p.Rate, "largest learning rate")
	flags.BoolVar(&asItStands, "as-it-stands", false,
		"train no more: write what the checkpoint of these settings holds")
	return cmd
}
