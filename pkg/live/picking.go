package live

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"adlab/datasets"
)

// picking are the controls that pick an image: category, type of defect, place, previous and next,
// or a file. The list holds what the state picks among; pick changes the category.
func picking(categories, types []string, list []datasets.Sample, state State,
	pick func(*State, string)) Panel {
	types = append([]string{"all"}, types...)
	var names []string
	for i, x := range list {
		names = append(names, fmt.Sprintf("%d of %d: %s", i+1, len(list), short(x.ID)))
	}
	move := func(x *State, n int) {
		x.Image, x.File = ((x.Image+n)%len(list)+len(list))%len(list), ""
	}
	return Panel{
		choice(Select, "category", "category", categories, slices.Index(categories, state.Category),
			func(x *State, i int) {
				pick(x, categories[i])
			}),
		choice(Select, "defect", "defect", types, 1+slices.Index(types[1:], state.Defect),
			func(x *State, i int) {
				if x.Defect, x.Image, x.File = types[i], 0, ""; i == 0 {
					x.Defect = ""
				}
			}),
		choice(Range, "image", "image", names, state.Image, func(x *State, i int) {
			x.Image, x.File = i, ""
		}),
		button("previous", "previous", func(x *State, n int) { move(x, -n) }),
		button("next", "next", func(x *State, n int) { move(x, n) }),
		box(Text, "file", "or a file", state.File, func(x State, path string) (State, error) {
			x.File = strings.TrimSpace(path)
			return x, nil
		}),
	}
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
