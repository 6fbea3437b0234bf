package lab

import (
	"context"
	"fmt"
	"path/filepath"

	"adlab/pkg/experiment"
	"adlab/pkg/report"
	"adlab/pkg/verdict"
	"adlab/pkg/view"
)

// SomeParts are folders of generated pictures that stand for one's own: good ones, bad ones and
// their masks, at a rate of false alarms of 5 %.
func (l *Lab) SomeParts() experiment.Own {
	dir := filepath.Join(Must(l.Generated(context.Background(), "mvtec", l.Runner.Profile.Size)),
		"bottle")
	return experiment.Own{Good: filepath.Join(dir, "train", "good"),
		Bad:   filepath.Join(dir, "test", "broken_large"),
		Masks: filepath.Join(dir, "ground_truth", "broken_large"), Rate: 0.05}
}

// ShowParts says how many pictures are in each folder.
func (l *Lab) ShowParts(own experiment.Own) { fmt.Print(Must(report.Folders(own))) }

// FitParts is `adlab fit`: it learns from good pictures, prints what the threshold promises, shows
// the worst good picture and the most harmless bad one, and writes the model with its page beside
// it.
func (l *Lab) FitParts(own experiment.Own, out string) {
	e := experiment.Default("folder")
	e.Detector, e.Profile = "", l.Runner.Profile.Name
	f := Must(l.FitOwn(context.Background(), e, own, out))
	c := f.Calibration
	fmt.Printf("NG is a score above %.4g: %s\n", c.Image.Value, c.Promise())
	if told := c.Told; told != nil {
		at := verdict.Confuse(c.Scores, c.Bad, c.Image.NG)
		fmt.Printf("of %d bad pictures %d are found, of %d good ones %d are called NG\n",
			len(c.Bad), at.Found, len(c.Scores), at.Wrong)
	}
	shown := f.Normals[:1]
	if len(f.Bad) > 0 {
		shown = append(shown[:1:1], f.Bad[0])
	}
	for _, j := range shown {
		_, jpeg, err := view.Card(f.Model, j)
		send("image/jpeg", Must(jpeg, err))
	}
	_, page, err := report.WriteFitted(f, out, nil)
	fmt.Println("page:", Must(page, err))
}

// CheckParts is `adlab predict`: it says OK or NG of pictures and folders, shows the first few that
// are NG, and writes results and a page into out.
func (l *Lab) CheckParts(model, out string, pictures ...string) {
	const few = 3
	list := Must(experiment.ListPictures(pictures, out))
	quiet := *l.Env
	quiet.Progress = l.Progress.WithoutBars()
	m := Must(quiet.OpenModel(model, ""))
	c := &report.Predictions{Model: filepath.Base(model), Calibration: m.Calibration}
	shown := 0
	Must(0, c.Predict(context.Background(), l.Env, m, experiment.Asked{Images: list.Paths},
		view.Writing{Out: out, Root: list.Root, Calibration: m.Calibration},
		func(r view.Predicted) error {
			if r.Verdict == verdict.NG && shown < few {
				shown++
				send("image/jpeg", Must(view.Read(r)))
			}
			return nil
		}))
	ok, ng, unread := c.Counts()
	fmt.Printf("%d OK, %d NG, %d could not be read\npage: %s\n", ok, ng, unread,
		filepath.Join(out, report.PageFile))
}
