package lab

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"adlab/datasets"
	"adlab/pkg/backend"
	"adlab/pkg/experiment"
	"adlab/pkg/plot"
	"adlab/pkg/view"
)

// DemoExperiment is the main job: INP-Former on ELPV, one model for both kinds of cell. On the
// pure-Go backend, where the encoder is some thirty times slower, it uses a part of the images and
// fewer steps, and says so.
func (l *Lab) DemoExperiment() experiment.Experiment {
	e := experiment.Default("elpv")
	if os.Getenv("ADLAB_PROFILE") == "smoke" {
		e.Profile = "smoke"
	}
	if l.Backend.Short() == backend.Go && e.Profile == "tiny" {
		e.Steps, e.Batch, e.Limit = 40, 8, datasets.Options{TrainLimit: 120, TestLimit: 30}
		l.Progress.Say("pure-Go backend: 120 images to learn from, 30 a label to test on, %d "+
			"steps of %d; the figures are rougher for it", e.Steps, e.Batch)
	}
	return e
}

// Demo runs the main job and kNN on the same features, writes the report and pictures into out, and
// gives the text to print.
func (l *Lab) Demo(ctx context.Context, out string) (string, error) {
	e := l.DemoExperiment()
	var scored []experiment.Scored
	report, err := l.Evaluate(ctx, e, func(s experiment.Scored) { scored = append(scored, s) })
	if err != nil {
		return "", err
	}
	text := report.Text()
	other := e
	other.Detector = "knn"
	nearest, err := l.Evaluate(ctx, other, nil)
	if err != nil {
		return "", err
	}
	text += "\n" + nearest.Text()
	if err := e.Validate(); err != nil {
		return "", err
	}
	enc, err := l.NewEncoder(e)
	if err != nil {
		return "", err
	}
	made := map[string]string{"adlab": "demo", "detector": report.Detector, "encoder": enc.Name() +
		" " + enc.Digest()[:16], "backend": report.Backend, "seed": fmt.Sprint(report.Seed)}
	scale := TestScale(scored)
	for _, c := range report.Categories {
		labels, picked := view.Pick(ofCategory(scored, c.Name))
		panel, err := view.Overlays(fmt.Sprintf("ELPV %s: INP-Former, image AUROC %.3f", c.Name,
			*c.ImageAUROC), enc.Transform(), labels, picked, scale, 180)
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

// TestScale is one colour scale for a data set's test images: up to the largest value but for one
// in two hundred.
func TestScale(scored []experiment.Scored) plot.Scale {
	var maps [][]float32
	for i := 0; i < len(scored); i += max(1, len(scored)/200) {
		maps = append(maps, scored[i].Map)
	}
	return plot.ScaleOf(0.995, maps...)
}
