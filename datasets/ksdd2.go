package datasets

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// ksdd2Mask ends the name of a mask.
const ksdd2Mask = "_GT"

// openKSDD2 reads KolektorSDD2: ROOT/{train,test} with NUMBER.png and its mask NUMBER_GT.png for
// every image; one is normal if its mask is empty. The anomalous images of train are left out. So
// is "NUMBER (copy).png", which the published archive holds by mistake. Source: Božič et al.,
// Mixed Supervision for Surface-Defect Detection, Computers in Industry 129, 2021.
func openKSDD2(root string, opt Options) (*Set, error) {
	set := &Set{Name: folderName(root), Root: root, opt: opt, HasMasks: true}
	c := Category{Name: "kolektor"}
	for _, split := range []string{TrainSplit, TestSplit} {
		dir := child(root, split)
		if dir == "" && split == TestSplit && opt.TrainOnly {
			continue
		}
		if dir == "" {
			return nil, fmt.Errorf("%s: expected folders train and test in it, got %s", root,
				contents(root))
		}
		samples, err := set.kolektor(dir, c.Name, split)
		if err != nil {
			return nil, err
		}
		left := 0
		for _, x := range samples {
			switch {
			case split == TestSplit:
				c.Test = append(c.Test, x)
			case x.Label == 0:
				c.Train = append(c.Train, x)
			default:
				left++
				set.pass(x.Path, x.Mask)
			}
		}
		if left > 0 {
			set.note("%d anomalous images of %s are left out: normal ones are learned from", left,
				split)
		}
	}
	if len(c.Train) == 0 {
		return nil, fmt.Errorf("%s: expected images with an empty mask to learn from, got none",
			filepath.Join(root, TrainSplit))
	}
	set.Categories = []Category{c}
	set.sayLeftOut(root)
	return set, nil
}

// looksKSDD2 tells a folder of that layout by its masks.
func looksKSDD2(root string) bool { return hasAny(root, "train/*"+ksdd2Mask+".png") }

// kolektor reads the images of one folder, on all cores.
func (s *Set) kolektor(dir, category, split string) ([]Sample, error) {
	files, err := looseImages(dir)
	if err != nil {
		return nil, err
	}
	copies := 0
	files = slices.DeleteFunc(files, func(f string) bool {
		if !strings.HasSuffix(stem(f), "(copy)") {
			return false
		}
		copies++
		s.pass(f)
		return true
	})
	if copies > 0 {
		s.note("%d files of %s called (copy) are left out", copies, split)
	}
	names := besideMasks{"NAME.png", "NAME" + ksdd2Mask + ".png", func(f string) (string, bool) {
		return strings.CutSuffix(stem(f), ksdd2Mask)
	}, false}
	paths, masks, err := names.pair(dir, files)
	if err != nil {
		return nil, err
	}
	var samples []Sample
	for _, path := range paths {
		x := s.sample(path, category, split, Good)
		x.Mask = masks[path]
		samples = append(samples, x)
	}
	return samples, s.label(samples)
}

// label calls the samples with an anomalous pixel in their mask anomalous, and takes the others'
// masks away. The error is of the first that cannot be read.
func (s *Set) label(samples []Sample) error {
	err := onAllCores(len(samples), func(i int) error {
		x := &samples[i]
		m, _, err := x.inspectMask(x.Mask)
		if err == nil && anomalous(m) {
			x.Label, x.DefectType = 1, "defect"
		}
		return err
	})
	for i := range samples {
		if x := &samples[i]; x.Label == 0 {
			s.pass(x.Mask)
			x.Mask = ""
		}
	}
	return err
}
