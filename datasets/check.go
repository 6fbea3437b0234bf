package datasets

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"adlab/pkg/setting"
)

// Problem is something that would make an experiment on the set wrong, and what to do about it.
type Problem struct {
	What  string   `json:"what"`
	Where []string `json:"where"` // files or folders, the first few
	Count int      `json:"count"`
	Do    string   `json:"do"`
}

// Unreadable is a Problem's What where an image cannot be decoded.
const Unreadable = "an unreadable image"

// String is the problem in a few words.
func (p Problem) String() string {
	return fmt.Sprintf("%s (%d): %s", p.What, p.Count, firstFew(p.Where[:min(3, len(p.Where))]))
}

// Counts are a category's numbers of images.
type Counts struct {
	Name        string         `json:"name"`
	Train       int            `json:"train"`
	Good        int            `json:"test_good"`
	Anomalous   int            `json:"test_anomalous"`
	Validation  int            `json:"validation,omitempty"`
	Masks       int            `json:"masks"`
	TypedMasks  int            `json:"typed_masks"`
	DefectTypes map[string]int `json:"defect_types"`
	Views       []string       `json:"views,omitempty"`
}

// Checked is what Check found.
type Checked struct {
	Root       string    `json:"root"`
	Layout     string    `json:"layout"`
	Categories []Counts  `json:"categories"`
	Problems   []Problem `json:"problems"`
	Notes      []string  `json:"notes"` // worth knowing, wrong for no experiment
}

// Check walks a folder in the given layout ("" to guess it), decodes every image and mask, and
// reports what it holds and what is wrong with it. The error is for folders that cannot be looked
// at at all. Tell is called after each image; it may be nil.
func Check(ctx context.Context, layout, root string, tell func(done, total int)) (*Checked, error) {
	if !isDir(root) {
		return nil, fmt.Errorf("%s: expected the folder of a data set, got none", root)
	}
	if layout == "" {
		if layout = Detect(root); layout == "" {
			return nil, fmt.Errorf("%s: expected a data set in one of the layouts %s, got %s; "+
				"name its layout if it is one", root, strings.Join(Layouts(), ", "),
				contents(root))
		}
	}
	report := &Checked{Root: root, Layout: layout, Categories: []Counts{}, Problems: []Problem{},
		Notes: []string{}}
	// what cannot be measured may be learned from; a link that leads out is said, and followed
	opt := Options{TrainOnly: true, FollowLinks: true}
	set, err := Open(layout, root, opt)
	if err != nil {
		report.Problems = append(report.Problems, Problem{err.Error(), []string{root}, 1,
			"mend what the line says, then check again"})
		if set = report.openApart(root, opt); set == nil {
			return report, nil
		}
	}
	for _, c := range set.Categories {
		report.Categories = append(report.Categories, count(c))
	}
	set.opt.FollowLinks = false
	var leads *setting.Error
	if errors.As(set.checkLinks(), &leads) {
		report.Problems = append(report.Problems, Problem{leads.Err.Error(), []string{root}, 1,
			"mend it, then check again"})
	}
	problems, notes, err := set.Inspect(ctx, tell)
	report.Problems = append(report.Problems, problems...)
	report.Notes = append(report.Notes, notes...)
	return report, err
}

// openApart opens the categories of a layout of MVTec-AD's family one by one, so that a bad one
// does not hide the others.
func (r *Checked) openApart(root string, opt Options) *Set {
	l, known := layoutOf(r.Layout)
	if !known || l.form == nil || l.form.isCategory(root) {
		return nil // there is nothing beside what is bad
	}
	dirs, err := subfolders(root)
	if err != nil {
		return nil
	}
	set := &Set{Name: folderName(root), Root: root, opt: opt}
	r.Problems = nil
	for _, name := range dirs {
		dir := filepath.Join(root, name)
		if !l.form.isCategory(dir) {
			continue
		}
		if err := set.addCategory(dir, name, *l.form); err != nil {
			r.Problems = append(r.Problems, Problem{err.Error(), []string{dir}, 1,
				"mend what the line says, then check again"})
		}
	}
	set.sayFolders()
	if len(set.Categories) == 0 && len(r.Problems) == 0 {
		r.Problems = append(r.Problems, Problem{"no category in it", []string{root}, 1,
			"name the folder that holds the categories"})
	}
	return set
}

func count(c Category) Counts {
	n := Counts{Name: c.Name, Train: len(c.Train), Validation: len(c.Validation),
		DefectTypes: map[string]int{}}
	views := map[string]bool{}
	for _, x := range slices.Concat(c.Train, c.Test) {
		if x.View != "" {
			views[x.View] = true
		}
		if x.Mask != "" {
			n.Masks++
		}
		n.TypedMasks += len(x.TypedMasks)
		for _, kind := range x.DefectTypes() {
			n.DefectTypes[kind]++
		}
	}
	for _, x := range c.Test {
		n.Good, n.Anomalous = n.Good+1-x.Label, n.Anomalous+x.Label
	}
	n.Views = slices.Sorted(maps.Keys(views))
	return n
}

// Text is the report for the screen.
func (r *Checked) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: layout %s, %d categories\n", r.Root, r.Layout, len(r.Categories))
	for _, c := range r.Categories {
		var kinds []string
		for _, k := range slices.Sorted(maps.Keys(c.DefectTypes)) {
			kinds = append(kinds, fmt.Sprintf("%s %d", k, c.DefectTypes[k]))
		}
		fmt.Fprintf(&b, "%-16s train %5d   test %5d good %5d anomalous, %d masks   %s\n", c.Name,
			c.Train, c.Good, c.Anomalous, c.Masks, strings.Join(kinds, ", "))
		if c.Validation > 0 {
			fmt.Fprintf(&b, "%-16s validation %d\n", "", c.Validation)
		}
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "PROBLEM: %s (%d): %s; %s\n", p.What, p.Count, firstFew(p.Where), p.Do)
	}
	if len(r.Problems) == 0 {
		b.WriteString("nothing wrong\n")
	}
	return b.String()
}
