package experiment

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/imageio"
	"adlab/pkg/setting"

	"golang.org/x/sync/errgroup"
)

// Own are a person's own pictures, in folders, and what is below them.
type Own struct {
	Good  string
	Bad   string  // "" where there are none
	Masks string  // of the bad ones, "" where there are none
	Rate  float64 // of false alarms
}

// fewPictures is the number of good ones up to which the default is a method that does not train:
// all of their tokens are then in kNN's bank, and what a threshold promises needs no assumption
// but that pictures are exchangeable.
const fewPictures = 50

// OwnMethod is the method that so many good pictures are looked at with where nobody names one:
// up to 50 kNN, which needs no training, beyond that INP-Former.
func OwnMethod(pictures int) string {
	if pictures <= fewPictures {
		return "knn"
	}
	return "inp-former"
}

// OwnSteps follow the number of pictures: 20 times through all of them, at least 60 steps, and at
// most what the profile takes; 0, the method's own, where the profile says nothing.
func OwnSteps(pictures, batch, most int) int {
	const epochs, least = 20, 60
	if most == 0 || batch == 0 {
		return 0
	}
	return min(max(least, epochs*pictures/batch), most)
}

// owned are the pictures, read once.
type owned struct {
	good, bad []datasets.Sample
	left      string // what was left out
	note      string // of how they are read
	reading   imageio.Range
	twins     []string // good pictures whose content another has, too
}

// open lists the pictures and reads each once, so that one which cannot be read is found before the
// work.
func (o Own) open(ctx context.Context) (x owned, err error) {
	good, err := o.list("good pictures", o.Good)
	if err != nil {
		return x, err
	}
	if x.left = good.LeftOut(); o.Bad == "" && o.Masks != "" {
		return x, setting.Errorf("Masks", "they are of bad pictures, and there are none")
	}
	seen := map[string]bool{}
	for _, s := range samplesOf(good.Paths, 0) {
		digest, err := s.Digest()
		if err != nil {
			return x, err
		}
		if seen[digest] {
			x.twins = append(x.twins, s.Path)
			continue
		}
		seen[digest] = true
		x.good = append(x.good, s)
	}
	if len(x.good) < 2 {
		return x, fmt.Errorf("%s: expected at least 2 different good pictures, for one has to be "+
			"judged by others, got %d", o.Good, len(x.good))
	}
	if o.Bad == "" {
		return x, x.read(ctx)
	}
	bad, err := o.list("bad pictures", o.Bad)
	if err != nil {
		return x, err
	}
	x.bad = samplesOf(bad.Paths, 1)
	for _, s := range x.bad {
		if digest, err := s.Digest(); err != nil || seen[digest] {
			return x, cmp.Or(err, fmt.Errorf("%s: it is among the good pictures, too; remove one "+
				"of them", s.Path))
		}
	}
	if o.Masks != "" {
		if err := o.addMasks(x.bad); err != nil {
			return x, err
		}
	}
	return x, x.read(ctx)
}

// read reads every picture once, all in one range of values.
func (x *owned) read(ctx context.Context) (err error) {
	if x.reading, x.note, err = datasets.ShareRange(x.good, x.bad); err != nil {
		return err
	}
	return readable(ctx, slices.Concat(x.good, x.bad))
}

// list lists a folder's pictures, at least one.
func (o Own) list(what, folder string) (Listed, error) {
	if !isFolder(folder) {
		return Listed{}, fmt.Errorf("expected a folder of %s, got %q, which is none", what, folder)
	}
	l, err := ListPictures([]string{folder}, o.Masks)
	if err == nil && len(l.Paths) == 0 {
		err = fmt.Errorf("%s: expected %s (png, jpg, bmp, tif or webp) in it or below, got none; "+
			"%s",
			folder, what, cmp.Or(l.LeftOut(), "it is empty"))
	}
	return l, err
}

func samplesOf(paths []string, label int) (out []datasets.Sample) {
	for _, path := range paths {
		s := datasets.Sample{ID: path, Path: path, Category: "object", Label: label,
			DefectType: datasets.Good}
		if label == 1 {
			s.DefectType = "bad"
		}
		out = append(out, s)
	}
	return out
}

// addMasks gives each bad picture the mask of its place and name, or name_mask, with any ending.
func (o Own) addMasks(bad []datasets.Sample) error {
	masks, err := o.list("masks", o.Masks)
	if err != nil {
		return err
	}
	key := func(path, root string) string {
		rest := strings.TrimPrefix(filepath.Clean(path), filepath.Clean(root))
		return strings.TrimSuffix(strings.TrimSuffix(rest, filepath.Ext(rest)), "_mask")
	}
	of := map[string]string{}
	for _, m := range masks.Paths {
		of[key(m, o.Masks)] = m
	}
	for i := range bad {
		s := &bad[i]
		if s.Mask = of[key(s.Path, o.Bad)]; s.Mask == "" {
			return fmt.Errorf("%s: expected a mask of its name in %s, found none", s.Path, o.Masks)
		}
		if _, err := s.FitMask(s.Mask); err != nil {
			return err
		}
	}
	return nil
}

// readable decodes every picture; those that cannot be read are one error.
func readable(ctx context.Context, samples []datasets.Sample) error {
	errs := unreadable(ctx, samples)
	if err := context.Cause(ctx); err != nil {
		return err
	}
	var first error
	count := 0
	for _, err := range errs {
		if err != nil {
			first, count = cmp.Or(first, err), count+1
		}
	}
	if count > 1 {
		return fmt.Errorf("%w (and %d more pictures that cannot be read)", first, count-1)
	}
	return first
}

// unreadable gives each picture's error, or nil.
func unreadable(ctx context.Context, samples []datasets.Sample) []error {
	errs := make([]error, len(samples))
	var all errgroup.Group
	all.SetLimit(runtime.NumCPU())
	for i, s := range samples {
		all.Go(func() error {
			if ctx.Err() == nil {
				_, errs[i] = s.Decode()
			}
			return nil
		})
	}
	all.Wait()
	return errs
}

// ownExperiment is the experiment, with what the number of pictures decides.
func ownExperiment(e Experiment, own Own, pictures int) (Experiment, error) {
	e.Layout, e.Data, e.Setting = "folder", own.Good, MultiClass
	if e.Detector == "" {
		e = e.By(OwnMethod(pictures))
	}
	m, err := MethodOf(e.Detector)
	if err != nil {
		return e, err
	}
	p, err := ProfileOf(e.Profile)
	if err != nil {
		return e, err
	}
	if m.Sees != detector.Tokens || m.Sources || e.Detector != "knn" && !m.Trains {
		return e, setting.Errorf("Detector", "expected knn or inp-former, got %s", e.Detector)
	}
	if m.Trains {
		batch := cmp.Or(e.Batch, p.Alone.Batch)
		e.Steps = cmp.Or(e.Steps, OwnSteps(pictures, batch, p.Alone.Steps))
		if shallow, err := e.Set("Blocks", fmt.Sprint(p.Blocks)); err == nil && p.Blocks > 0 {
			e = shallow
		}
	}
	return e, e.Validate()
}
