package datasets

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"adlab/pkg/imageio"
)

// Problem is something that would make an experiment on the set wrong, and what to do about it.
type Problem struct {
	What  string   `json:"what"`
	Where []string `json:"where"` // files or folders, the first few
	Count int      `json:"count"`
	Do    string   `json:"do"`
}

// Counts are a category's numbers of images.
type Counts struct {
	Name        string         `json:"name"`
	Train       int            `json:"train"`
	Good        int            `json:"test_good"`
	Anomalous   int            `json:"test_anomalous"`
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

// Detect guesses the layout of a folder from what lies in it, "" where it knows none.
func Detect(root string) string {
	has := func(parts ...string) bool {
		_, err := os.Stat(filepath.Join(append([]string{root}, parts...)...))
		return err == nil
	}
	switch {
	case has("labels.csv"):
		return "elpv"
	case has("nominal") && has("local") && has("global"):
		return "textile"
	case has("realiad_jsons"):
		return "realiad"
	case has("split_csv", "1cls.csv"), isDir(filepath.Join(root, "1cls")):
		return "visa"
	case isDir(filepath.Join(root, "train")), isDir(filepath.Join(root, "test")):
		return "folder"
	}
	for _, pattern := range []string{"*/test/Stains", "*/test/Missing", "*/test/Burrs"} {
		if found, _ := filepath.Glob(filepath.Join(root, pattern)); len(found) > 0 {
			return "mad"
		}
	}
	if found, _ := filepath.Glob(filepath.Join(root, "*", "t*")); slices.ContainsFunc(found,
		func(p string) bool {
			return isDir(p) && (filepath.Base(p) == TrainSplit || filepath.Base(p) == TestSplit)
		}) {
		return "mvtec"
	}
	for _, name := range metaFiles {
		if has(name) {
			return "meta"
		}
	}
	return ""
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
	set, err := Open(layout, root, Options{})
	if err != nil {
		report.Problems = append(report.Problems, Problem{err.Error(), []string{root}, 1,
			"mend what the line says, then check again"})
		if set = report.openApart(root); set == nil {
			return report, nil
		}
	}
	for _, c := range set.Categories {
		report.Categories = append(report.Categories, count(c))
	}
	if err := report.look(ctx, set, tell); err != nil {
		return nil, err
	}
	return report, nil
}

// openApart opens the categories of MVTec-AD's layout one by one, so that a bad one does not hide
// the others.
func (r *Checked) openApart(root string) *Set {
	if r.Layout != "mvtec" && r.Layout != "mpdd" && r.Layout != "mad" {
		return nil
	}
	dirs, err := subfolders(root)
	if err != nil {
		return nil
	}
	set := &Set{Name: folderName(root), Root: root}
	r.Problems = nil
	for _, name := range dirs {
		dir := filepath.Join(root, name)
		if !isDir(filepath.Join(dir, TrainSplit)) && !isDir(filepath.Join(dir, TestSplit)) {
			continue
		}
		if err := set.addCategory(dir, name, normalMasks(r.Layout == "mad")); err != nil {
			r.Problems = append(r.Problems, Problem{err.Error(), []string{dir}, 1,
				"mend what the line says, then check again"})
		}
	}
	if len(set.Categories) == 0 && len(r.Problems) == 0 {
		r.Problems = append(r.Problems, Problem{"no category in it", []string{root}, 1,
			"name the folder that holds the categories"})
	}
	return set
}

func count(c Category) Counts {
	n := Counts{Name: c.Name, Train: len(c.Train), DefectTypes: map[string]int{}}
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

// faults are found image by image and gathered by kind.
type faults struct {
	mu    sync.Mutex
	files map[string][]string
	do    map[string]string
}

func (f *faults) add(what, where, do string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.files[what], f.do[what] = append(f.files[what], where), do
}

// look decodes everything, on all cores.
func (r *Checked) look(ctx context.Context, set *Set, tell func(done, total int)) error {
	f := &faults{files: map[string][]string{}, do: map[string]string{}}
	samples := set.All()
	digests, odd := make([]string, len(samples)), 0
	next, done := make(chan int), 0
	var wg sync.WaitGroup
	var mu sync.Mutex
	for range runtime.NumCPU() {
		wg.Go(func() {
			for i := range next {
				x := samples[i]
				strange := f.sample(x)
				digest, err := x.Digest()
				mu.Lock()
				if done++; err == nil {
					digests[i] = digest
				}
				odd += strange
				if tell != nil {
					tell(done, len(samples))
				}
				mu.Unlock()
			}
		})
	}
	for i := range samples {
		select {
		case next <- i:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(next)
	wg.Wait()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if odd > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("%d masks have other values than 0 and 255; those "+
			"above 127 count as anomalous, or all but 0 in VisA and meta.json", odd))
	}
	r.twins(samples, digests, f)
	for _, c := range set.Categories {
		normal, anomalous := 0, 0
		for _, x := range c.Test {
			normal, anomalous = normal+1-x.Label, anomalous+x.Label
		}
		switch {
		case len(c.Train) == 0 && r.Layout != "meta":
			f.add("a category without normal images to learn from", c.Name,
				"add them, or leave the category out")
		case normal == 0 || anomalous == 0:
			f.add("a category whose test images are of one kind only: AUROC is undefined", c.Name,
				"add the other kind, or leave the category out")
		}
	}
	for _, what := range slices.Sorted(maps.Keys(f.files)) {
		where := f.files[what]
		slices.Sort(where)
		r.Problems = append(r.Problems, Problem{what, where[:min(10, len(where))], len(where),
			f.do[what]})
	}
	return nil
}

// sample decodes an image and its masks. It gives the number of masks with values other than 0 and
// 255.
func (f *faults) sample(x Sample) (strange int) {
	m, err := imageio.Decode(x.Path)
	if err != nil {
		f.add("an unreadable image", err.Error(), "replace the files, or remove them")
		return 0
	}
	for _, path := range x.masks() {
		mask, err := imageio.DecodeMask(path)
		if err != nil {
			f.add("an unreadable mask", err.Error(), "replace the files")
			continue
		}
		if mask.W != m.W || mask.H != m.H {
			f.add("a mask of another size than its image",
				fmt.Sprintf("%s: expected %dx%d, got %dx%d", path, m.W, m.H, mask.W, mask.H),
				"replace the masks, or scale them without interpolation")
		}
		anomalous, other := false, false
		for _, v := range mask.Pix {
			anomalous = anomalous || v > 127 || x.NumberedMask && v > 0
			other = other || v != 0 && v != 255
		}
		if !anomalous {
			f.add("a mask without an anomalous pixel", path,
				"replace the masks, or move the images to "+Good)
		}
		if other {
			strange++
		}
	}
	if x.Label == 1 && x.Mask == "" && f.expectsMasks(x) {
		f.add("an anomalous image without a mask", x.Path,
			"add the masks, or remove all of the category to go without")
	}
	return strange
}

// expectsMasks is false for layouts that have none.
func (f *faults) expectsMasks(x Sample) bool { return x.NumberedMask || x.View != "" }

// twins finds images of the same content: between train and test they spoil the experiment, within
// a split they are noted.
func (r *Checked) twins(samples []Sample, digests []string, f *faults) {
	first, within := map[string]int{}, 0
	for i, d := range digests {
		if d == "" {
			continue
		}
		j, again := first[d]
		if !again {
			first[d] = i
			continue
		}
		switch a, b := samples[j], samples[i]; {
		case a.Split != b.Split:
			f.add("an image that is both learned from and tested on", a.ID+" = "+b.ID,
				"remove one of each pair")
		case a.Label != b.Label:
			f.add("an image that is both normal and anomalous", a.ID+" = "+b.ID,
				"remove the wrong one")
		default:
			within++
		}
	}
	if within > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("%d images have the content of another in the same "+
			"split", within))
	}
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
