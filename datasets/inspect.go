package datasets

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"

	"adlab/pkg/imageio"
)

// faults are found image by image and gathered by kind.
type faults struct {
	mu     sync.Mutex
	files  map[string][]string
	do     map[string]string
	masked map[string]bool // categories with masks
	any    bool            // of them
}

func (f *faults) add(what, where, do string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.files[what], f.do[what] = append(f.files[what], where), do
}

// Inspect decodes every image and mask of a set, on all cores, and says what would make an
// experiment on it wrong, and what is worth knowing. Tell is called after each image; it may be
// nil.
func (s *Set) Inspect(ctx context.Context, tell func(done, total int)) (problems []Problem,
	notes []string, err error) {
	f := &faults{files: map[string][]string{}, do: map[string]string{}, masked: map[string]bool{}}
	samples := s.All()
	for _, x := range samples {
		f.masked[x.Category] = f.masked[x.Category] || x.Mask != ""
		f.any = f.any || x.Mask != ""
	}
	digests, odd := make([]string, len(samples)), maskKinds{}
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
				odd.add(strange)
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
		return nil, nil, err
	}
	notes = slices.Concat(s.Notes, odd.notes(), f.twins(samples, digests))
	for _, c := range s.Categories {
		normal, anomalous := 0, 0
		for _, x := range c.Test {
			normal, anomalous = normal+1-x.Label, anomalous+x.Label
		}
		switch {
		case len(c.Train) == 0 && !s.untrained:
			f.add("a category without normal images to learn from", c.Name,
				"add them, or leave the category out")
		case len(c.Test) == 0:
			f.add("a category without test images: it can be learned from, not measured", c.Name,
				"add a folder test, or leave it for training alone")
		case normal == 0 || anomalous == 0:
			f.add("a category whose test images are of one kind only: AUROC is undefined", c.Name,
				"add the other kind, or leave the category out")
		}
	}
	for _, what := range slices.Sorted(maps.Keys(f.files)) {
		where := f.files[what]
		slices.Sort(where)
		problems = append(problems, Problem{what, where[:min(10, len(where))], len(where),
			f.do[what]})
	}
	return problems, notes, nil
}

// maskKinds count masks, and what is worth knowing of them and their images.
type maskKinds struct {
	masks       int
	odd, graded int // that hold other values than 0 and 255; of them those with soft edges
	large       int // that mark more than half of their image
	empty       int // where the set is known to have such
	pages       int // images in files of several
}

func (k *maskKinds) add(more maskKinds) {
	k.masks, k.odd, k.graded = k.masks+more.masks, k.odd+more.odd, k.graded+more.graded
	k.large, k.pages, k.empty = k.large+more.large, k.pages+more.pages, k.empty+more.empty
}

func (k *maskKinds) notes() []string {
	var out []string
	if k.odd > 0 {
		note := fmt.Sprintf("%d masks have other values than 0 and 255: every value but 0 counts "+
			"as anomalous", k.odd)
		if k.graded > 0 {
			note += fmt.Sprintf(", in the %d with soft edges what is above half of the range",
				k.graded)
		}
		out = append(out, note)
	}
	if k.empty > 0 {
		out = append(out, fmt.Sprintf("%d masks have no anomalous pixel, as the set is published: "+
			"their images count as anomalous ones without one", k.empty))
	}
	if 2*k.large > k.masks {
		out = append(out, fmt.Sprintf("%d of %d masks mark more than half of their image as "+
			"anomalous: turn them over if they are inverted", k.large, k.masks))
	}
	if k.pages > 0 {
		out = append(out, fmt.Sprintf("%d TIFF files hold several pictures: the first of each is "+
			"read", k.pages))
	}
	return out
}

// sample decodes an image and its masks. It counts masks with values other than 0 and 255.
func (f *faults) sample(x Sample) (kinds maskKinds) {
	m, err := x.Decode()
	if err != nil {
		f.add(Unreadable, err.Error(), "replace the files, or remove them")
		return kinds
	}
	if imageio.Pages(x.Path) > 1 {
		kinds.pages++
	}
	unreadable := false
	for _, path := range x.masks() {
		mask, kind, err := x.inspectMask(path)
		if err != nil {
			f.add("an unreadable mask", err.Error(), "replace the files")
			unreadable = true
			continue
		}
		if mask.W != m.W || mask.H != m.H {
			f.add("a mask of another size than its image",
				fmt.Sprintf("%s: expected %dx%d, got %dx%d", path, m.W, m.H, mask.W, mask.H),
				"replace the masks, or scale them without interpolation")
		}
		switch empty := !anomalous(mask); {
		case empty && x.emptyMask:
			kinds.empty++
		case empty:
			f.add("a mask without an anomalous pixel", path,
				"replace the masks, or move the images to "+Good)
		}
		if !slices.Contains(mask.Pix, 0) {
			f.add("a mask without a normal pixel", path, "turn it over, if it is inverted")
		}
		kinds.masks++
		if 2*anomalousPixels(mask) > len(mask.Pix) {
			kinds.large++
		}
		if kind == imageio.Graded {
			kinds.graded++
		}
		if kind == imageio.Graded || kind == imageio.Values && !x.NumberedMask {
			kinds.odd++ // where the layout does not say what they mean
		}
	}
	if _, err := x.Defects(); err != nil && !unreadable {
		f.add("a mask of no defect that the list names", err.Error(), "mend the list or the mask")
	}
	if x.Label == 1 && x.Mask == "" && (f.masked[x.Category] ||
		f.any && (x.NumberedMask || x.View != "")) {
		f.add("an anomalous image without a mask", x.Path,
			"add the masks, or remove all of the category to go without")
	}
	return kinds
}

// inBoth says what is wrong with an image that is in two splits.
func inBoth(a, b string) string {
	var does []string
	for _, split := range [][2]string{{TrainSplit, "learned from"},
		{ValidationSplit, "kept for thresholds"}, {TestSplit, "tested on"}} {
		if split[0] == a || split[0] == b {
			does = append(does, split[1])
		}
	}
	return "an image that is both " + strings.Join(does, " and ")
}

// twins finds images of the same content: between splits they spoil the experiment, within
// a split they are noted.
func (f *faults) twins(samples []Sample, digests []string) (notes []string) {
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
			f.add(inBoth(a.Split, b.Split), a.ID+" = "+b.ID, "remove one of each pair")
		case a.Label != b.Label:
			f.add("an image that is both normal and anomalous", a.ID+" = "+b.ID,
				"remove the wrong one")
		default:
			within++
		}
	}
	if within > 0 {
		notes = append(notes, fmt.Sprintf("%d images have the content of another in the same "+
			"split", within))
	}
	return notes
}
