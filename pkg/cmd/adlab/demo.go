package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
	"adlab/pkg/papers/world"
	"adlab/pkg/plot"
	"adlab/pkg/store"
	"adlab/pkg/train"
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

// runDemo runs kNN and then the main job on the same features, for kNN's maps are there when the
// features are; writes report and pictures into out, each as soon as it can be, and gives the text
// to print.
func runDemo(ctx context.Context, v *experiment.Env, out string) (string, error) {
	begun, pictures := time.Now(), ""
	written := func(path string) {
		pictures += "picture: " + path + "\n"
		v.Progress.Say("picture, %.0f s after the start: %s", time.Since(begun).Seconds(), path)
	}
	e := world.Demo(v, os.Getenv("ADLAB_PROFILE"))
	enc, err := v.NewEncoder(e)
	if err != nil {
		return "", err
	}
	var scored []experiment.Scored
	see := func(s experiment.Scored) { scored = append(scored, s) }
	nearest, err := v.Evaluate(ctx, e.By("knn"), see)
	if err != nil {
		return "", err
	}
	if err := demoPictures(nearest, "kNN", "nearest", enc, scored, out, written); err != nil {
		return "", err
	}
	sample := shownWhileLearning(scored)
	scored = nil
	report, err := learn(ctx, v, e, enc, sample, out, written, see)
	if err != nil {
		return "", err
	}
	if err := demoPictures(report, "INP-Former", "overlays", enc, scored, out,
		written); err != nil {
		return "", err
	}
	data, err := json.MarshalIndent([]*experiment.Report{report, nearest}, "", " ")
	if err != nil {
		return "", err
	}
	path := filepath.Join(out, "reports.json")
	return report.Text() + "\n" + nearest.Text() + pictures + "reports: " + path + "\n",
		store.WriteFile(path, append(data, '\n'))
}

// demoPictures draws the best, the median and the worst of each category.
func demoPictures(r *experiment.Report, name, file string, enc encoder.Encoder,
	scored []experiment.Scored, out string, written func(path string)) error {
	for _, c := range r.Categories {
		panel, err := view.Extremes(fmt.Sprintf("ELPV %s: %s, image AUROC %.3f", c.Name, name,
			*c.ImageAUROC), enc.Transform(), scored, c.Name, 180)
		if err != nil {
			return err
		}
		path := filepath.Join(out, file+"_"+c.Name+".png")
		if err := plot.WritePNG(path, panel, demoMade(r.Detector, r.Backend, r.Seed,
			enc)); err != nil {
			return err
		}
		written(path)
	}
	return nil
}

// demoMade says what made a picture.
func demoMade(detector, backend string, seed uint64, enc encoder.Encoder) map[string]string {
	return map[string]string{"adlab": "demo", "detector": detector, "encoder": enc.Name() + " " +
		enc.Digest()[:16], "backend": backend, "seed": fmt.Sprint(seed)}
}

// shownWhileLearning is the anomalous image that nearest neighbour is in the middle about.
func shownWhileLearning(scored []experiment.Scored) datasets.Sample {
	_, picked := view.Pick(scored)
	return picked[len(picked)-2].Sample // best, median and worst of the anomalous come last
}

// lookEvery is how many steps pass between two looks at what has been learned.
const lookEvery = 50

// learn trains and measures INP-Former, and draws what it says of an image while it learns; nothing
// of that where it is trained already.
func learn(ctx context.Context, v *experiment.Env, e experiment.Experiment, enc encoder.Encoder,
	sample datasets.Sample, out string, written func(path string), see func(experiment.Scored)) (
	*experiment.Report, error) {
	if err := e.Validate(); err != nil { // it fills in what the profile says
		return nil, err
	}
	set, err := e.Open()
	if err != nil {
		return nil, err
	}
	begun := time.Now()
	learning := &view.Learning{Sample: sample, Every: lookEvery}
	path := filepath.Join(out, "learning.png")
	report, err := v.Test(ctx, e, enc, set, func(datasets.Category) (detector.Detector, error) {
		fitted, err := v.NewDetector(e, enc, set.Train(), set)
		if err != nil {
			return nil, err
		}
		d := fitted.(*inpformer.Detector) // world.Demo's
		tell := d.Options.Report
		var failed error
		d.Options.Report = func(s train.Step) {
			tell(s)
			fresh, err := learning.Look(ctx, d, s)
			if err != nil || !fresh {
				failed = errors.Join(failed, err)
				return
			}
			panel, err := learning.Draw(fmt.Sprintf("INP-Former learns: %s, every %d steps",
				sample.ID, lookEvery), enc.Transform(), 150)
			if err == nil {
				err = plot.WritePNG(path, panel, demoMade(d.Name(), v.Backend.Short(), e.Seed,
					enc))
			}
			if failed = errors.Join(failed, err); s.Number == 1 {
				written(path)
			}
		}
		if err := d.Fit(ctx, set.Train()); err != nil {
			return nil, err
		}
		return d, failed
	}, see)
	if err == nil {
		report.Seconds = math.Round(10*time.Since(begun).Seconds()) / 10
	}
	return report, err
}
