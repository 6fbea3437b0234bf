package lab

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"os"
	"strings"

	"adlab/pkg/experiment"
	"adlab/pkg/plot"
	"adlab/pkg/progress"
	"adlab/pkg/view"

	"github.com/janpfeifer/gonb/gonbui"
)

// Notebook opens the lab for a notebook cell. Every cell is a process of its own, so each opens it
// anew; features and trained heads come from the cache.
func Notebook() *Lab {
	return Must(Open("", progress.New(os.Stdout)))
}

// Profile is the profile that notebooks run in: $ADLAB_PROFILE, or tiny.
func Profile() string { return cmp.Or(os.Getenv("ADLAB_PROFILE"), "tiny") }

// Must ends a cell with one clear line where there is an error.
func Must[T any](value T, err error) T {
	if err != nil {
		line, _, _ := strings.Cut(err.Error(), "\n")
		fmt.Fprintln(os.Stderr, line)
		os.Exit(1)
	}
	return value
}

// Show displays a picture under the cell.
func Show(picture image.Image) {
	gonbui.DisplayPng(Must(plot.PNG(picture, nil)))
}

// DemoWalk takes the first defective mono cell of the demo's experiment through INP-Former.
func (l *Lab) DemoWalk() *view.Walk {
	return Must(view.NewWalk(context.Background(), l.Env, l.DemoExperiment(), "mono", 0))
}

// DemoTable evaluates the demo's experiment, prints the table and displays the best, median and
// worst cases of each category.
func (l *Lab) DemoTable() {
	e := l.DemoExperiment()
	var scored []experiment.Scored
	report := Must(l.Evaluate(context.Background(), e, func(s experiment.Scored) {
		scored = append(scored, s)
	}))
	fmt.Print(report.Text())
	if err := e.Validate(); err != nil {
		Must(0, err)
	}
	enc := Must(l.NewEncoder(e))
	scale := TestScale(scored)
	for _, c := range report.Categories {
		labels, picked := view.Pick(ofCategory(scored, c.Name))
		Show(Must(view.Overlays("ELPV "+c.Name, enc.Transform(), labels, picked, scale, 74)))
	}
}

func ofCategory(scored []experiment.Scored, name string) (of []experiment.Scored) {
	for _, s := range scored {
		if s.Category == name {
			of = append(of, s)
		}
	}
	return of
}

// TransferWalk is MultiADS trained on the generated MVTec-like benchmark, ready to look at the
// VisA-like one.
func (l *Lab) TransferWalk() *view.TypeWalk {
	ctx := context.Background()
	return Must(view.NewTypeWalk(ctx, l.Env, Must(Transfer(ctx, l.Env, Profile()))))
}
