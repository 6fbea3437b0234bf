package live

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"adlab/datasets"
)

// View is what the states of all playgrounds have in common: which image is shown, and how its maps
// are drawn.
type View struct {
	Category  string // of the data set
	Defect    string // a defect type of the category: only its images; "" for all of them
	Image     int    // place in that list
	File      string // a picture of the user's, instead of the data set's; "" for none
	Blend     int    // percent of the map over the picture
	Threshold int    // percent of the colour scale from where on a pixel is called anomalous
}

// List are the test images of a set that the view picks among.
func (v View) List(set *datasets.Set) (of []datasets.Sample) {
	c, _ := set.Category(v.Category)
	for _, x := range c.Test {
		if v.Defect == "" || x.DefectType == v.Defect {
			of = append(of, x)
		}
	}
	return of
}

// FirstDefect is the first image of the set's first category that has a defect, half blended.
func FirstDefect(set *datasets.Set) View {
	v := View{Category: set.Categories[0].Name, Blend: 50, Threshold: 50}
	for i, x := range v.List(set) {
		if x.Label == 1 {
			v.Image = i
			break
		}
	}
	return v
}

// Picking are the controls that pick an image: category, type of defect, place, previous and next,
// or a file. view is that of a state, which moved hears of when its category has changed.
func Picking[S any](set *datasets.Set, state S, view func(*S) *View, moved func(*S)) Panel[S] {
	now := *view(&state)
	list := now.List(set)
	var categories, names []string
	for _, c := range set.Categories {
		categories = append(categories, c.Name)
	}
	types := append([]string{"all"}, defects(set, now.Category)...)
	for i, x := range list {
		names = append(names, fmt.Sprintf("%d of %d: %s", i+1, len(list), short(x.ID)))
	}
	if now.File != "" {
		names[now.Image] = "not of the data set"
	}
	step := func(x *S, n int) {
		v := view(x)
		v.Image, v.File = ((v.Image+n)%len(list)+len(list))%len(list), ""
	}
	return Panel[S]{
		Choice(Select, "category", "category", categories, slices.Index(categories, now.Category),
			func(x *S, i int) {
				v := view(x)
				v.Category, v.Defect, v.Image, v.File = categories[i], "", 0, ""
				moved(x)
			}),
		Choice(Select, "defect", "defect", types, 1+slices.Index(types[1:], now.Defect),
			func(x *S, i int) {
				v := view(x)
				if v.Defect, v.Image, v.File = types[i], 0, ""; i == 0 {
					v.Defect = ""
				}
			}),
		Choice(Range, "image", "image", names, now.Image, func(x *S, i int) {
			v := view(x)
			v.Image, v.File = i, ""
		}),
		Press("previous", "previous", func(x *S, n int) { step(x, -n) }),
		Press("next", "next", func(x *S, n int) { step(x, n) }),
		Box(Text, "file", "or a file", now.File, func(x S, path string) (S, error) {
			view(&x).File = strings.TrimSpace(path)
			return x, nil
		}).Tipped("the path of a picture of yours, from the folder of the notebooks"),
	}
}

// BlendSlider is the map's part over the picture.
func BlendSlider[S any](state S, view func(*S) *View) Control[S] {
	return Slider("blend", "blend", 0, 100, view(&state).Blend, " %", func(x *S, v int) {
		view(x).Blend = v
	}).Tipped("how much of the map lies over the picture")
}

// ThresholdSlider is where on the colour scale a pixel is called anomalous.
func ThresholdSlider[S any](state S, view func(*S) *View) Control[S] {
	return Slider("threshold", "threshold", 0, 100, view(&state).Threshold, " %",
		func(x *S, v int) { view(x).Threshold = v }).
		Tipped("from which place of the colour bar on a pixel is called anomalous")
}

// defects are the types in a category's test images, the normal one first.
func defects(set *datasets.Set, category string) (types []string) {
	c, _ := set.Category(category)
	for _, x := range c.Test {
		if !slices.Contains(types, x.DefectType) {
			types = append(types, x.DefectType)
		}
	}
	slices.SortFunc(types, func(a, b string) int {
		return cmp.Or(btoi(b == datasets.Good)-btoi(a == datasets.Good), strings.Compare(a, b))
	})
	return types
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// short is the end of an image's name, such as good/001.png.
func short(id string) string {
	parts := strings.Split(id, "/")
	return strings.Join(parts[max(0, len(parts)-2):], "/")
}

// ShotCounts are the numbers of normal references to choose among, 0 for zero-shot.
var ShotCounts = []int{0, 1, 2, 4}

// Texts are numbers as a person reads them.
func Texts(numbers []int) (out []string) {
	for _, n := range numbers {
		out = append(out, strconv.Itoa(n))
	}
	return out
}
