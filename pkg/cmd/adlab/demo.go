package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"adlab/datasets"
	"adlab/pkg/experiment"
	"adlab/pkg/papers/world"
	"adlab/pkg/plot"
	"adlab/pkg/view"

	"github.com/spf13/cobra"
)

func newDemo(c *cli) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use: "demo", Short: "the main job: INP-Former on real solar cells, its table and its maps",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			v, err := c.env()
			if err != nil {
				return err
			}
			for _, name := range []string{"elpv", "textile"} {
				if err := datasets.Fetch(cmd.Context(), name, datasets.Home(),
					os.Stderr); err != nil {
					return err
				}
			}
			if err := os.MkdirAll(out, 0o777); err != nil {
				return err
			}
			text, err := runDemo(cmd.Context(), v, out)
			if err != nil {
				return err
			}
			stored, err := os.ReadFile(filepath.Join(filepath.Dir(datasets.Home()), "figures",
				"world-foundation.md"))
			if err == nil {
				text += "\nover three seeds, stored in figures/world-foundation.md:\n\n" +
					string(stored)
			}
			_, err = fmt.Fprint(cmd.OutOrStdout(), text)
			return err
		},
	}
	cmd.Flags().StringVar(&out, "out", filepath.Join("out", "demo"), "the folder to write to")
	return cmd
}

// runDemo runs the main job and kNN on the same features, writes the report and pictures into out,
// and gives the text to print.
func runDemo(ctx context.Context, v *experiment.Env, out string) (string, error) {
	e := world.Demo(v, os.Getenv("ADLAB_PROFILE"))
	var scored []experiment.Scored
	report, err := v.Evaluate(ctx, e, func(s experiment.Scored) { scored = append(scored, s) })
	if err != nil {
		return "", err
	}
	text := report.Text()
	other := e
	other.Detector = "knn"
	nearest, err := v.Evaluate(ctx, other, nil)
	if err != nil {
		return "", err
	}
	text += "\n" + nearest.Text()
	enc, err := v.NewEncoder(e)
	if err != nil {
		return "", err
	}
	made := map[string]string{"adlab": "demo", "detector": report.Detector, "encoder": enc.Name() +
		" " + enc.Digest()[:16], "backend": report.Backend, "seed": fmt.Sprint(report.Seed)}
	for _, c := range report.Categories {
		panel, err := view.Extremes(fmt.Sprintf("ELPV %s: INP-Former, image AUROC %.3f", c.Name,
			*c.ImageAUROC), enc.Transform(), scored, c.Name, 180)
		if err != nil {
			return "", err
		}
		path := filepath.Join(out, "overlays_"+c.Name+".png")
		if err := plot.WritePNG(path, panel, made); err != nil {
			return "", err
		}
		text += "picture: " + path + "\n"
	}
	data, err := json.MarshalIndent([]*experiment.Report{report, nearest}, "", " ")
	if err != nil {
		return "", err
	}
	path := filepath.Join(out, "reports.json")
	return text + "reports: " + path + "\n", os.WriteFile(path, append(data, '\n'), 0o666)
}
