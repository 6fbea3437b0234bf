package world

import (
	"context"
	"fmt"
	"image"
	"strings"
	"sync"

	"adlab/datasets"
	"adlab/pkg/bridge"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/papers/multiads"
	"adlab/pkg/plot"
	"adlab/pkg/view"
)

// transfers are what MultiADS learns from, and the real pictures that it is asked about then.
var transfers = []struct {
	target  string
	sources []string
}{{"mtd", []string{"mvtec", "deeppcb"}}, {"deeppcb", []string{"mvtec", "mtd"}}}

// ofPair are a transfer's measurements, one a seed; on a pair that is not the profile's, with the
// first alone.
func ofPair(p experiment.Profile, target string, sources []string, pair string) (
	all []exhibit.Measurement) {
	m := multiads.Typed(p, target, sources...)
	m.Experiment.Encoder = pair
	if pair != "" {
		return []exhibit.Measurement{m}
	}
	return m.Seeds(p)
}

// typePairs are the pairs that are asked: the profile's own, as "", and the one of DINOv2 where it
// has been fetched.
func typePairs(p experiment.Profile) []string {
	more := ofPair(p, transfers[0].target, transfers[0].sources, bridge.Name)[0]
	if p.Alone.Pair != bridge.Name && here(p, more) {
		return []string{"", bridge.Name}
	}
	return []string{""}
}

// seenBy tells which of a target's types are in a source, by name or concept.
func seenBy(target string, sources []string) map[string]bool {
	seen := map[string]bool{}
	for _, key := range sources {
		for name, known := range datasets.Seen(exhibit.Vocabulary(key),
			exhibit.Vocabulary(target)) {
			seen[name] = seen[name] || known
		}
	}
	return seen
}

// withSeen is a type's name that says whether it was seen.
func withSeen(name string, seen bool) string {
	return name + map[bool]string{true: ", seen", false: ", unseen"}[seen]
}

// transferName is a group's: what is asked about, what was learned from, on which pair.
func transferName(target string, sources []string, pair string) string {
	var names []string
	for _, key := range sources {
		names = append(names, titleOf(key))
	}
	name := fmt.Sprintf("%s, learned from %s", titleOf(target), strings.Join(names, " and "))
	if pair != "" {
		name += ", on " + pair
	}
	return name
}

// realTypes is a row for each type of each target, its pixels against all others, and one for all
// defects against what is normal.
func realTypes(p experiment.Profile) *exhibit.Table {
	t := &exhibit.Table{Corner: "data set, type", Columns: []string{"P-AUROC", "P-AP", "P-F1"}}
	for _, pair := range typePairs(p) {
		for _, x := range transfers {
			of, seen := ofPair(p, x.target, x.sources, pair), seenBy(x.target, x.sources)
			group := transferName(x.target, x.sources, pair)
			for _, kind := range exhibit.Vocabulary(x.target).Types {
				t.Beside(group, withSeen(kind, seen[kind]), of)
				rows := t.Group(group).Rows
				rows[len(rows)-1].Defect = kind
			}
			t.Beside(group, "any defect", of)
		}
	}
	return t
}

// asks are the measurements whose answers are looked at one by one, each with its transfer.
func asks(p experiment.Profile) (all []exhibit.Measurement) {
	for _, pair := range typePairs(p) {
		for _, x := range transfers {
			all = append(all, ofPair(p, x.target, x.sources, pair)[0])
		}
	}
	return all
}

func realTypesKept(ctx context.Context, r *exhibit.Runner) (bool, error) {
	var all []looked
	for _, m := range asks(r.Profile) {
		all = append(all, looked{of: m})
	}
	return looksKept(ctx, r, keptAnswers, all...)
}

// drawRealTypes tells how often a defect's type is told, what it is taken for, and draws the
// defects that are told best, in the middle and worst.
func drawRealTypes(ctx context.Context, r *exhibit.Runner, _ *exhibit.Table) (
	figures []exhibit.Figure, _ []*exhibit.Table, err error) {
	sums := &exhibit.Table{Corner: "percent, or counts", Columns: []string{"defects", "types",
		"chance", "commonest type", "told", "told, seen types", "told, unseen types"}}
	tables := []*exhibit.Table{sums}
	for _, m := range asks(r.Profile) {
		walk := sync.OnceValues(func() (*view.TypeWalk, error) {
			e, err := r.Ready(ctx, m)
			if err != nil {
				return nil, err
			}
			return view.NewTypeWalk(ctx, r.Env, e)
		})
		told, err := answersTo(ctx, r, m, walk)
		if err != nil {
			return nil, nil, err
		}
		seen := seenBy(m.Set, m.TrainedOn)
		sums.Group("first seed").Rows = append(sums.Group("first seed").Rows, told.summary(
			transferName(m.Set, m.TrainedOn, m.Experiment.Encoder), seen))
		if m.Experiment.Encoder != "" {
			continue
		}
		tables = append(tables, told.confusion(titleOf(m.Set), seen))
		w, err := walk()
		if err != nil {
			return nil, nil, err
		}
		picture, err := told.draw(ctx, w)
		if err != nil {
			return nil, nil, err
		}
		figures = append(figures, exhibit.Figure{Name: m.Set, Picture: picture,
			Says: r.Named(m.Set)})
	}
	sums.Notes = []string{"a defect is told as the type whose map has the largest mean within " +
		"the defect's mask; masks without a pixel do not count", perPicture}
	return figures, tables, nil
}

// draw are the types' maps of the defects that are told best, in the middle and worst.
func (a answers) draw(ctx context.Context, w *view.TypeWalk) (image.Image, error) {
	var panels []image.Image
	find := finder(w.Target)
	for _, id := range a.shown() {
		panel, _, err := w.Types(ctx, find(id))
		if err != nil {
			return nil, err
		}
		panels = append(panels, panel)
	}
	return plot.Stack(panels...), nil
}
