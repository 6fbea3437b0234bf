package main

import (
	"fmt"
	"path/filepath"

	"adlab/pkg/bert"
	towers "adlab/pkg/bridge"
	"adlab/pkg/encoder"
	"adlab/pkg/experiment"
	"adlab/pkg/pretrain/bridge"
	"adlab/pkg/vit"

	"github.com/spf13/cobra"
)

func newPretrainPair(c *cli) *cobra.Command {
	p := bridge.Default()
	var out string
	cmd := &cobra.Command{
		Use: "pair --out FILE", Short: "train what lies between a frozen DINOv2 and a frozen " +
			"sentence encoder, or go on from its checkpoint", Args: cobra.NoArgs,
		Long: `Draws pictures of the generator's training family, which no benchmark has, tells
each in words, keeps what a frozen DINOv2 ViT-S/14 sees in them and what a frozen
sentence encoder (MiniLM) makes of the words, and trains maps of both into one space.
Both towers are fetched once by their digests. Checkpoints lie in .cache; a run that
was interrupted goes on to the same bits.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if filepath.Ext(out) != ".safetensors" {
				return fmt.Errorf("--out: expected a file that ends in .safetensors, got %q", out)
			}
			if err := writable("--out", out); err != nil {
				return err
			}
			v, err := c.env()
			if err != nil {
				return err
			}
			if _, err = v.FetchEncoder(cmd.Context(), towers.Name); err != nil {
				return err
			}
			dir := encoder.Dir()
			p.Vision, p.Text = filepath.Join(dir, vit.DINOv2Small.File),
				filepath.Join(dir, bert.MiniLM[0].File)
			p.Backend, p.Cache, p.Bar = v.Backend.Backend, experiment.CacheDir(), v.Progress.Bar
			card, err := p.Run(cmd.Context(), out, version)
			if err != nil {
				return err
			}
			return c.print(cmd, card, fmt.Sprintf("%s: %d bytes, %d steps, %.0f minutes, "+
				"SHA-256 %s\n", out, card.Bytes, card.Steps, card.Minutes, card.Digest))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&out, "out", "", "where the weights go; the card lies beside them")
	flags.IntVar(&p.Steps, "steps", p.Steps, "training steps")
	flags.IntVar(&p.Pictures, "pictures", p.Pictures, "pictures to draw")
	flags.Uint64Var(&p.Seed, "seed", p.Seed, "seed of pictures, sentences and training")
	flags.Float64Var(&p.Rate, "rate", p.Rate, "largest learning rate")
	return cmd
}
