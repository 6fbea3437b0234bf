package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"adlab/pkg/experiment"
	"adlab/pkg/report"
	"adlab/pkg/view"

	"github.com/spf13/cobra"
)

// predicting is what predict is asked.
type predicting struct {
	model, out, encoder    string
	asked                  experiment.Asked
	threshold, far         float64
	thresholdSet, farSet   bool
	scoresOnly, categorial bool
}

func newPredict(c *cli) *cobra.Command {
	p := predicting{}
	cmd := &cobra.Command{
		Use:   "predict MODEL PICTURE...",
		Short: "say OK or NG of pictures; write score, map, mask, overlay and a page",
		Args:  some("pictures, or folders of them"),
		Long: "Says of each picture OK or NG, with its score and p-value, and writes into --out " +
			"its map, heat map, mask and overlay with the regions' boxes,\nin the picture's own " +
			"size, " +
			"under its place below the pictures' common folder; " + view.TableFile + " and " +
			view.LinesFile + ", a line a picture;\nand report.html, a page that needs nothing " +
			"else. " +
			"Folders are looked through with what is below them. A model that `adlab train` " +
			"wrote\n" +
			"has no threshold: it gives scores alone, unless --threshold names one.\n\nExit " +
			"status: 0 " +
			"where every picture is OK, or was only scored; 2 where one is NG; 1 where one " +
			"could not " +
			"be read, or on another error.",
		Example: "  adlab predict part.model NEW\n  adlab predict --model elpv.safetensors " +
			"cell.png " +
			"--threshold 0.35 --out maps",
		RunE: func(cmd *cobra.Command, args []string) error {
			if p.model == "" {
				p.model, args = args[0], args[1:]
			}
			if len(args) == 0 {
				return fmt.Errorf("predict: expected pictures or folders behind the model %s, got "+
					"nothing; see adlab predict --help", p.model)
			}
			p.thresholdSet, p.farSet = cmd.Flags().Changed("threshold"), cmd.Flags().Changed("far")
			p.categorial = cmd.Flags().Changed("category")
			return c.predict(cmd, p, args)
		},
	}
	f := cmd.Flags()
	f.StringVar(&p.model, "model", "", "a file that adlab fit or train wrote (default: the first "+
		"argument)")
	f.StringVar(&p.out, "out", filepath.Join("out", "predict"), "the folder to write to")
	f.Float64Var(&p.threshold, "threshold", 0, "NG is a score above it (default: the model's)")
	f.Float64Var(&p.far, "far", 0, "rate of false alarms that the threshold is set for anew "+
		"(default: as in fit)")
	f.BoolVar(&p.scoresOnly, "scores-only", false, "write no maps and no pictures")
	f.StringVar(&p.encoder, "encoder", "", "the file of the encoder that the model was "+
		"trained on, where it is not found by its digest")
	f.StringVar(&p.asked.Category, "category", "object",
		"multiads: what is in the pictures, as its prompts call it")
	f.StringArrayVar(&p.asked.References, "reference", nil,
		"multiads: a normal picture of the same; several: few-shot")
	return cmd
}

// open opens the model, with the thresholds that were asked for.
func (p *predicting) open(v *experiment.Env) (*experiment.Model, error) {
	m, err := v.OpenModel(p.model, p.encoder)
	if err != nil {
		return nil, err
	}
	if m.Experiment.Detector != "multiads" && p.categorial {
		return nil, fmt.Errorf("--category: the model is of %s, which has no prompts; leave it out",
			m.Experiment.Detector)
	}
	if !p.farSet {
		return m, nil
	}
	if m.Calibration == nil {
		return nil, fmt.Errorf("--far: %s has no held-out good pictures to set a threshold by; "+
			"`adlab fit` writes models that have", p.model)
	}
	if p.far <= 0 || p.far >= 1 {
		return nil, fmt.Errorf("--far: expected a rate of false alarms between 0 and 1, got %g",
			p.far)
	}
	m.Calibration, err = m.Calibration.At(p.far)
	return m, err
}

// predict looks at the pictures that the arguments stand for.
func (c *cli) predict(cmd *cobra.Command, p predicting, args []string) (err error) {
	if info, err := os.Stat(p.model); err != nil || info.IsDir() {
		return fmt.Errorf("--model: no file %s; adlab fit and adlab train write one", p.model)
	}
	if err := folder("--out", p.out); err != nil {
		return err
	}
	list, err := experiment.ListPictures(args, p.out)
	if err != nil {
		return err
	}
	if len(list.Paths) == 0 {
		return fmt.Errorf("predict: no picture in %s; %s", strings.Join(args, ", "),
			list.LeftOut())
	}
	v, err := c.env()
	if err != nil {
		return err
	}
	if os.Getenv("GOGC") == "" { // maps are large and short-lived: memory stays flat early
		debug.SetGCPercent(30)
	}
	bar := v.Progress.Bar("pictures")
	quiet := *v
	quiet.Progress = v.Progress.WithoutBars()
	m, err := p.open(&quiet)
	if err != nil {
		return err
	}
	if left := list.LeftOut(); left != "" {
		v.Progress.Say("note: %s", left)
	}
	collected := &report.Predictions{Model: filepath.Base(p.model), Calibration: m.Calibration,
		Made: [][2]string{{"adlab", version}, {"model", p.model + ", SHA-256 " + m.Digest},
			{"detector", m.Experiment.Detector},
			{"encoder", m.Encoder.Name() + " " + m.Encoder.Digest()[:16]},
			{"backend", v.Backend.Short() + " " + v.Backend.Bits()}}}
	w := view.Writing{Out: p.out, Root: list.Root, Calibration: m.Calibration,
		ScoresOnly: p.scoresOnly}
	switch {
	case p.thresholdSet:
		w.Threshold, collected.Threshold = &p.threshold, &p.threshold
	case m.Calibration == nil:
		v.Progress.Say("note: %s has no threshold, for it was trained and not fitted: scores "+
			"alone; "+
			"--threshold names one, `adlab fit` finds one", p.model)
	default:
		v.Progress.Say("NG is a score above %.6g: %s", m.Calibration.Image.Value,
			m.Calibration.Promise())
	}
	p.asked.Images = list.Paths
	printed := newPrinted(cmd, c.json, p.model)
	done := 0
	err = collected.Predict(cmd.Context(), v, m, p.asked, w, func(r view.Predicted) error {
		done++
		bar(done, len(list.Paths), "pictures")
		return printed.add(r)
	})
	if err != nil {
		return err
	}
	if err := printed.end(); err != nil {
		return err
	}
	return p.ends(v, collected)
}

// ends says what came of it, and fails where a picture could not be read or is NG.
func (p *predicting) ends(v *experiment.Env, collected *report.Predictions) error {
	ok, ng, unread := collected.Counts()
	page := filepath.Join(p.out, report.PageFile)
	if collected.Calibration != nil || p.thresholdSet {
		v.Progress.Say("%d OK, %d NG: %s", ok, ng, page)
	} else {
		v.Progress.Say("%d pictures scored: %s", ok, page)
	}
	switch {
	case unread > 0:
		first := collected.Unread()[0]
		return fmt.Errorf("%d of %d pictures could not be read, the others are done: %s", unread,
			ok+ng+unread, first.Says)
	case ng > 0:
		return errNG
	}
	return nil
}

// printed writes what is said of each picture as it comes: a line, or an element of one JSON value.
type printed struct {
	cmd  *cobra.Command
	json bool
	any  bool
}

func newPrinted(cmd *cobra.Command, asJSON bool, model string) *printed {
	if asJSON {
		name, _ := json.Marshal(view.Legible(model)) // of a string: no error
		fmt.Fprintf(cmd.OutOrStdout(), "{\n  \"model\": %s,\n  \"images\": [", name)
	}
	return &printed{cmd: cmd, json: asJSON}
}

func (p *printed) add(r view.Predicted) error {
	w := p.cmd.OutOrStdout()
	if p.json {
		b, err := json.MarshalIndent(r, "    ", "  ")
		if err != nil {
			return err
		}
		comma := ""
		if p.any {
			comma = ","
		}
		p.any = true
		_, err = fmt.Fprintf(w, "%s\n    %s", comma, b)
		return err
	}
	if r.Error != "" {
		_, err := fmt.Fprintf(w, "-  %s  cannot be read: %s\n", r.Image,
			oneLine(errors.New(r.Error)))
		return err
	}
	line := fmt.Sprintf("%.6f", r.Score)
	if r.Verdict != "" {
		line += "  " + r.Verdict
	}
	if r.P != nil {
		line += fmt.Sprintf("  p=%.3g", *r.P)
	}
	line += "  " + r.Image
	if r.Overlay != "" {
		line += "  " + view.Legible(r.Overlay)
	}
	if r.Says != "" {
		line += "  " + r.Says
	}
	_, err := fmt.Fprintln(w, line)
	return err
}

func (p *printed) end() error {
	if !p.json {
		return nil
	}
	_, err := fmt.Fprintln(p.cmd.OutOrStdout(), "\n  ]\n}")
	return err
}
