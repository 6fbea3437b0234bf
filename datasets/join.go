package datasets

import "fmt"

// Join is one set with the categories of several, in their order: the super-multi-class setting. A category whose name another
// set has too is called SET/CATEGORY; IDs start with the set's name.
func Join(name string, sets ...*Set) (*Set, error) {
	if len(sets) == 0 {
		return nil, fmt.Errorf("joining data sets: expected at least one, got none")
	}
	times, names := map[string]int{}, map[string]bool{}
	for _, s := range sets {
		if names[s.Name] {
			return nil, fmt.Errorf("joining data sets: expected different names, got %q twice", s.Name)
		}
		names[s.Name] = true
		for _, c := range s.Categories {
			times[c.Name]++
		}
	}
	out := &Set{Name: name, HasMasks: true}
	for _, s := range sets {
		out.HasMasks = out.HasMasks && s.HasMasks
		for _, c := range s.Categories {
			joined := Category{Name: c.Name}
			if times[c.Name] > 1 {
				joined.Name = s.Name + "/" + c.Name
			}
			rename := func(samples []Sample) (renamed []Sample) {
				for _, x := range samples {
					x.ID, x.Category = s.Name+"/"+x.ID, joined.Name
					renamed = append(renamed, x)
				}
				return renamed
			}
			joined.Train, joined.Test = rename(c.Train), rename(c.Test)
			out.Categories = append(out.Categories, joined)
		}
	}
	return out, nil
}

// ZeroShot says in one line why target is not new to a model that learned from source: a common category or a common file.
func ZeroShot(source, target *Set) error {
	known, files := map[string]bool{}, map[string]bool{}
	for _, c := range source.Categories {
		known[c.Name] = true
	}
	for _, x := range source.All() {
		files[x.Path] = true
	}
	for _, c := range target.Categories {
		if known[c.Name] {
			return fmt.Errorf("zero-shot: expected a target without the source's categories, got %q in both %s and %s", c.Name, source.Name, target.Name)
		}
	}
	for _, x := range target.All() {
		if files[x.Path] {
			return fmt.Errorf("zero-shot: expected other images than the source's, got %s in both", x.Path)
		}
	}
	return nil
}
