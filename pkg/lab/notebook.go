package lab

import (
	"context"
	"fmt"
	"image"
	"os"
	"strings"

	"adlab/pkg/plot"

	"github.com/janpfeifer/gonb/gonbui"
)

// Notebook opens the lab for a notebook cell. Every cell is a process of its own, so each opens it
// anew; features and trained heads come from the cache.
func Notebook() *Lab {
	return Must(Open("", NewProgress(os.Stdout)))
}

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
func (l *Lab) DemoWalk() *Walk {
	return Must(l.Walk(context.Background(), l.DemoExperiment(), "mono", 0))
}

// DemoTable evaluates the demo's experiment, prints the table and displays the best, median and
// worst cases of each category.
func (l *Lab) DemoTable() {
	e := l.DemoExperiment()
	var scored []Scored
	report := Must(l.Evaluate(context.Background(), e, func(s Scored) {
		scored = append(scored, s)
	}))
	fmt.Print(report.Text())
	if err := e.Validate(); err != nil {
		Must(0, err)
	}
	enc := Must(l.NewEncoder(e))
	scale := TestScale(scored)
	for _, c := range report.Categories {
		labels, picked := Pick(ofCategory(scored, c.Name))
		Show(Must(Overlays("ELPV "+c.Name, enc.Transform(), labels, picked, scale, 74)))
	}
}

func ofCategory(scored []Scored, name string) (of []Scored) {
	for _, s := range scored {
		if s.Category == name {
			of = append(of, s)
		}
	}
	return of
}

// TransferWalk is MultiADS trained on the generated MVTec-like benchmark, ready to look at the
// VisA-like one.
func (l *Lab) TransferWalk() *TypeWalk {
	ctx := context.Background()
	return Must(l.TypeWalk(ctx, Must(l.TransferExperiment(ctx))))
}
