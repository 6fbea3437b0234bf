package view_test

import (
	"context"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"slices"

	"adlab/datasets"
	"adlab/datasets/synth"
	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
	"adlab/pkg/progress"
	"adlab/pkg/view"
)

// An anomalous picture of a generated category on its way through INP-Former: where each of four
// prototypes looks, as a PNG file. Every step of the walk makes one picture.
func ExampleINPFormerWalk() {
	check := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "walk")
	check(err)
	defer os.RemoveAll(dir)
	visa := synth.Benchmarks()[slices.IndexFunc(synth.Benchmarks(),
		func(b synth.Benchmark) bool { return b.Name == "visa" })]
	visa.Categories = visa.Categories[:1]
	check(synth.Write(ctx, visa, "smoke", 1, filepath.Join(dir, "visa"), 0, nil))

	v, err := experiment.Open("", dir, progress.New(nil))
	check(err)
	e := experiment.Default("visa").By("inp-former")
	e.Profile, e.Data, e.Crop = "smoke", filepath.Join(dir, "visa"), 64
	e.Steps, e.Batch = 3, 2
	e = experiment.With(e, func(s *inpformer.Settings) { s.INPs, s.Blocks = 4, 2 })
	check(e.Validate())
	set, err := e.Open()
	check(err)
	enc, err := v.NewEncoder(e)
	check(err)
	d, err := v.Fit(ctx, e, enc, set.Train(), set)
	check(err)

	test := set.Categories[0].Test
	at := slices.IndexFunc(test, func(s datasets.Sample) bool { return s.Label == 1 })
	walk := view.INPFormerWalk{Sample: test[at], Set: set,
		Head: func(context.Context, int) (*inpformer.Detector, error) {
			return d.(*inpformer.Detector), nil
		}}
	picture, err := walk.Attention()(ctx)
	check(err)
	f, err := os.Create(filepath.Join(dir, "attention.png"))
	check(err)
	check(png.Encode(f, picture))
	check(f.Close())
	trace, err := view.NewTrace(ctx, d.(*inpformer.Detector), walk.Sample)
	check(err)
	fmt.Println(len(trace.Attention)/len(trace.Distance), "prototypes look at",
		len(trace.Distance), "patch tokens")
	fmt.Println("one anomaly map of", len(trace.Map), "values")
	// Output:
	// 4 prototypes look at 16 patch tokens
	// one anomaly map of 65536 values
}
