package report

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"adlab/pkg/experiment"
	"adlab/pkg/view"
)

// PageFile is the page of predictions in their folder.
const PageFile = "report.html"

// Predict is view.Predict with a line for each picture in results.csv and results.jsonl and, at the
// end, the page, all in w.Out. See is told of each picture as it is known.
func (c *Predictions) Predict(ctx context.Context, v *experiment.Env, m *experiment.Model,
	asked experiment.Asked, w view.Writing, see func(view.Predicted) error) error {
	ledger, err := view.NewLedger(w.Out)
	if err != nil {
		return err
	}
	err = view.Predict(ctx, v, m, asked, w, func(r view.Predicted) error {
		c.Add(r)
		return errors.Join(ledger.Add(r), see(r))
	})
	if err := errors.Join(err, ledger.Close()); err != nil {
		return err
	}
	return Write(filepath.Join(w.Out, PageFile), c.Page())
}

// Folders says how many pictures are in each folder of one's own.
func Folders(own experiment.Own) (text string, err error) {
	for _, x := range [][2]string{{"good", own.Good}, {"bad", own.Bad}, {"masks", own.Masks}} {
		if x[1] == "" {
			continue
		}
		list, err := experiment.ListPictures(x[1:], "")
		if err != nil {
			return "", err
		}
		category, kind := filepath.Split(x[1])
		text += fmt.Sprintf("%-5s  %d pictures in %s\n", x[0], len(list.Paths),
			filepath.Join("...", filepath.Base(filepath.Dir(filepath.Clean(category))),
				filepath.Base(category), kind))
	}
	return text, nil
}
