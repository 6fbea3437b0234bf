package page

import (
	"context"
	"fmt"

	"adlab/datasets"
	"adlab/pkg/convnet"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/setting"
)

// How many good pictures a head learns from at most, and how many pictures of each kind are shown.
const (
	learned     = 60
	shownGood   = 2
	shownFlawed = 4
)

// Sets are those of the page: solar cells, which were fetched, with heads of two and of six
// prototypes, and generated bottles. Heads are trained as a profile says whose encoder is in the
// module.
func Sets(ctx context.Context, v *experiment.Env, profile string) ([]Set, error) {
	p, err := experiment.ProfileOf(profile)
	if err != nil {
		return nil, err
	}
	if p.Alone.Encoder != convnet.Entries[0].Name {
		return nil, setting.Errorf("Profile", "expected smoke or tiny, whose encoder runs in "+
			"a tab, got %s", profile)
	}
	cells, err := of("elpv", "", "mono")
	if err != nil {
		return nil, err
	}
	cells.Title = exhibit.Words{EN: "solar cells (ELPV)", KO: "태양 전지(ELPV)"}
	cells.From = exhibit.Words{
		EN: "Solar cells: ELPV, elpv-dataset by ZAE Bayern and others, CC BY-NC-SA 4.0.",
		KO: "태양 전지: ELPV, ZAE Bayern 등의 elpv-dataset, CC BY-NC-SA 4.0."}
	cells.INPs = []int{6, 2}
	cells.Product = "solar cell"
	cells.Types = []string{"crack", "broken", "scratch", "contamination"}
	folder, err := v.Generated(ctx, "mvtec", p.Size)
	if err != nil {
		return nil, err
	}
	bottles, err := of("mvtec", folder, "bottle")
	if err != nil {
		return nil, err
	}
	bottles.Title = exhibit.Words{EN: "bottles (generated)", KO: "병(생성)"}
	bottles.From = exhibit.Words{EN: "Bottles: drawn by adlab's generator, Apache-2.0.",
		KO: "병: adlab의 생성기로 그렸다, Apache-2.0."}
	bottles.INPs = []int{6}
	bottles.Product, bottles.Types = "bottle", []string{"broken", "contamination"}
	cells.By.Profile, bottles.By.Profile = profile, profile
	return []Set{cells, bottles}, nil
}

// of takes a category of a data set: good pictures to learn from, and others to show.
func of(layout, root, category string) (s Set, err error) {
	set, err := datasets.Open(layout, root, datasets.Options{})
	if err != nil {
		return s, err
	}
	c, ok := set.Category(category)
	if !ok {
		return s, fmt.Errorf("%s: no category %q", set.Name, category)
	}
	s = Set{Name: category, Good: c.Train[:min(learned, len(c.Train))],
		By: experiment.Default("folder")}
	for label, count := range []int{shownGood, shownFlawed} {
		var all []datasets.Sample
		for _, x := range c.Test {
			if x.Label == label {
				all = append(all, x)
			}
		}
		for i := range min(count, len(all)) {
			s.Shown = append(s.Shown, all[(2*i+1)*len(all)/(2*count)])
		}
	}
	return s, nil
}
