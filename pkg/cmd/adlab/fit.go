package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"adlab/pkg/experiment"
	"adlab/pkg/report"
	"adlab/pkg/setting"
	"adlab/pkg/verdict"

	"github.com/spf13/cobra"
)

// fitted is what fit prints for a program.
type fitted struct {
	Model    string                  `json:"model"`
	Report   string                  `json:"report"`
	Detector string                  `json:"detector"`
	Good     int                     `json:"good"`
	Image    verdict.Threshold       `json:"threshold"`
	Pixel    verdict.Threshold       `json:"pixel_threshold"`
	Bad      int                     `json:"bad,omitempty"`
	AUROC    *verdict.Interval       `json:"auroc,omitempty"`
	AP       *verdict.Interval       `json:"ap,omitempty"`
	F1       *verdict.Interval       `json:"f1,omitempty"`
	Best     *float64                `json:"threshold_of_best_f1,omitempty"`
	Counts   map[string]confusionRow `json:"confusions,omitempty"`
	Seconds  float64                 `json:"seconds"`
}

type confusionRow struct {
	Above float64 `json:"above"`
	verdict.Confusion
}

// fitting are the detectors that fit takes: how long the others train is not foretold.
var fitting = []string{"knn", "inp-former"}

func newFit(c *cli) *cobra.Command {
	e := experiment.Default("folder")
	e.Detector = ""
	own := experiment.Own{Rate: 0.01}
	var out string
	cmd := &cobra.Command{
		Use:   "fit GOOD --out FILE",
		Short: "learn what good pictures look like, and where NG begins",
		Args:  one("a folder of good pictures"),
		Long: "Learns from a folder of good pictures, and what is below it, and writes a model " +
			"that " +
			"`adlab predict` answers OK or NG with,\nand beside it a page, FILE.report.html. Up " +
			"to 50 " +
			"pictures the method is knn, which needs no training, beyond that inp-former.\nThe " +
			"threshold " +
			"comes from good pictures that are judged by others: of new good pictures at most " +
			"the " +
			"share --far is NG, on average;\nwhere there are too few to promise that, it says " +
			"how " +
			"many it takes. Bad pictures are not learned from: they are measured.",
		Example: "  adlab fit GOOD --out part.model\n  adlab fit GOOD --bad BAD --masks MASKS " +
			"--far " +
			"0.05 --out part.model\n  adlab predict part.model NEW",
		RunE: func(cmd *cobra.Command, args []string) error {
			own.Good = args[0]
			if out == "" {
				return errors.New("fit: --out names the file that the model is written to")
			}
			if own.Rate <= 0 || own.Rate >= 1 {
				return fmt.Errorf("--far: expected a rate of false alarms between 0 and 1, got %g",
					own.Rate)
			}
			if e.Detector != "" && !slices.Contains(fitting, e.Detector) {
				return setting.Errorf("Detector", "expected %s, got %s",
					strings.Join(fitting, " or "), e.Detector)
			}
			if err := writable("--out", out); err != nil {
				return err
			}
			v, err := c.env()
			if err != nil {
				return err
			}
			f, err := v.FitOwn(cmd.Context(), e, own, out)
			if err != nil {
				return err
			}
			page, path, err := report.WriteFitted(f, out, [][2]string{
				{"adlab", version}, {"good", own.Good}, {"bad", own.Bad},
				{"detector", f.Experiment.Detector},
				{"encoder", f.Encoder.Name() + " " + f.Encoder.Digest()[:16]},
				{"seed", fmt.Sprint(f.Experiment.Seed)},
				{"held out in", fmt.Sprintf("%d parts", f.Calibration.Folds)},
				{"backend", v.Backend.Short() + " " + v.Backend.Bits()}})
			if err != nil {
				return err
			}
			said := fitted{Model: out, Report: path,
				Detector: f.Experiment.Detector, Good: len(f.Normals), Bad: len(f.Bad),
				Image: f.Calibration.Image,
				Pixel: f.Calibration.Pixel, Seconds: f.Seconds}
			if told := f.Calibration.Told; told != nil {
				said.AUROC, said.AP, said.F1 = &told.AUROC, &told.AP, &told.F1
				said.Best = &told.Best
				said.Counts = map[string]confusionRow{}
				for _, m := range page.Marks {
					said.Counts[m.Name.EN] = confusionRow{m.Value, *m.Confusion}
				}
			}
			return c.print(cmd, said, said.text(f.Calibration))
		},
	}
	f := cmd.Flags()
	f.StringVar(&out, "out", "", "the model's file")
	f.StringVar(&own.Bad, "bad", "", "folder of bad pictures, which are measured")
	f.StringVar(&own.Masks, "masks", "", "folder of the bad pictures' masks: of the same name, or "+
		"name_mask; what is not black is defective")
	f.Float64Var(&own.Rate, "far", own.Rate, "rate of false alarms: the share of new good "+
		"pictures "+
		"that may be called NG")
	f.StringVar(&e.Detector, "detector", "", strings.Join(fitting, " or ")+
		" (default: by the number of pictures)")
	f.StringVar(&e.Profile, "profile", e.Profile, "smoke, tiny (EfficientNet-Lite0), small "+
		"(DINOv2-S) or paper (DINOv2 from --encoder)")
	f.StringVar(&e.Encoder, "encoder", "", strings.Join(experiment.EncoderNames(false), ", ")+
		", or a safetensors file (default: the profile's)")
	f.Uint64Var(&e.Seed, "seed", e.Seed, "of the parts that are held out, and of training")
	f.IntVar(&e.Steps, "steps", 0, "training steps (default: by the number of pictures)")
	f.IntVar(&e.Batch, "batch", 0, "images a step (default: the profile's)")
	f.IntVar(&e.Resize, "resize", 0, "pixels a side before the crop (default: the encoder's)")
	f.IntVar(&e.Crop, "crop", 0, "pixels a side that the encoder sees (default: the encoder's at "+
		"the profile's size)")
	complete(cmd, "detector", fitting...)
	complete(cmd, "profile", experiment.Profiles()...)
	completeOrFile(cmd, "encoder", experiment.EncoderNames(false)...)
	return cmd
}

// text says what a person has to know.
func (f fitted) text(c *experiment.Calibration) string {
	var b strings.Builder
	fmt.Fprintf(&b, "NG is a score above %.6g: %s\n", f.Image.Value, c.Promise())
	if f.AUROC != nil {
		fmt.Fprintf(&b, "good and bad told apart: AUROC %.3f (%.3f to %.3f), AP %.3f (%.3f to "+
			"%.3f), best F1 %.3f at a score of %.6g\n", f.AUROC.Value, f.AUROC.Low, f.AUROC.High,
			f.AP.Value, f.AP.Low, f.AP.High, f.F1.Value, *f.Best)
		for _, name := range []string{"threshold", "best F1"} {
			row := f.Counts[name]
			fmt.Fprintf(&b, "%-9s %.6g: of %d bad %d found and %d missed; of %d good %d false "+
				"alarms\n", name, row.Above, f.Bad, row.Found, row.Missed, f.Good, row.Wrong)
		}
	}
	fmt.Fprintf(&b, "model written to %s, page to %s, in %.0f s\n", f.Model, f.Report, f.Seconds)
	return b.String()
}
