package main

import (
	"fmt"
	"strings"

	"adlab/datasets"
	"adlab/pkg/experiment"
	"adlab/pkg/pretrain/pictures"
	"adlab/pkg/pretrain/vision"

	"github.com/spf13/cobra"
)

func newPretrain(c *cli) *cobra.Command {
	return family("pretrain", "make the small encoders that ship with adlab again, from scratch",
		newPretrainVision(c), newPretrainClip(c), newPretrainPair(c))
}

func newPretrainVision(c *cli) *cobra.Command {
	v, out, steps, asItStands := vision.Default(), "", 0, false
	cmd := &cobra.Command{
		Use: "vision --out FILE", Short: "distil the small vision transformer from " +
			"EfficientNet-Lite0", Args: cobra.NoArgs,
		Long: "Fetches pictures with free licences by pinned digests, distils EfficientNet-Lite0 " +
			"into a vision transformer of DINOv2's\narchitecture, and writes its weights and a " +
			"card. An interrupted run goes on from its checkpoint to the same bits.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !strings.HasSuffix(out, ".safetensors") {
				return fmt.Errorf("pretrain vision: --out names the file that the weights are " +
					"written to, NAME.safetensors")
			}
			if err := writable("--out", out); err != nil {
				return err
			}
			if cmd.Flags().Changed("steps") {
				if err := v.Scale(steps); err != nil {
					return err
				}
			}
			l, err := c.env()
			if err != nil {
				return err
			}
			v.Backend, v.Home, v.Cache, v.Say = l.Backend.Backend, datasets.Home(),
				experiment.CacheDir(),
				l.Progress.Say
			v.Bar = func(name string) func(done, total int, unit string) {
				return l.Progress.Bar(name)
			}
			card, err := v.Run(cmd.Context(), out, asItStands, version)
			if err != nil {
				return err
			}
			return c.print(cmd, card, card.Markdown())
		},
	}
	f := cmd.Flags()
	f.StringVar(&out, "out", "", "the weights' file")
	f.IntVar(&steps, "steps", 0, "training steps in all, shared out among the stages as the "+
		"shipped run's are (default: the shipped run's)")
	f.Uint64Var(&v.Seed, "seed", v.Seed, "of initialisation and windows")
	f.StringSliceVar(&v.Without, "without", nil, "sources of pictures to leave out: "+
		strings.Join(pictures.SourceNames(), ", "))
	f.BoolVar(&asItStands, "as-it-stands", false,
		"train no more; write what the run's checkpoint holds")
	return cmd
}
