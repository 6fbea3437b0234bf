package multiads

import (
	"fmt"
	"slices"
	"strings"

	"adlab/datasets"
	"adlab/datasets/kba"
	"adlab/pkg/setting"
)

// Knowledge is what MultiADS knows of a data set: its defect types with their prompts, and how its
// raw types are called in them.
type Knowledge struct {
	Base       *kba.Base
	Vocabulary datasets.Vocabulary // the zero value where the base is of no published data set
	TypeOf     TypeOf
}

// NewKnowledge is the knowledge base called name, a data set's key such as "visa" or a YAML file,
// with the types of further YAML files.
func NewKnowledge(name string, extend []string) (*Knowledge, error) {
	return words(nil).knowledge(name, extend)
}

func (w words) knowledge(name string, extend []string) (*Knowledge, error) {
	k := &Knowledge{}
	var err error
	if k.Base, err = w.base(name); err != nil {
		return nil, err
	}
	for _, file := range extend {
		more, err := w.added(file)
		if err != nil {
			return nil, err
		}
		k.Base = k.Base.Extend(more)
	}
	k.Vocabulary, _ = datasets.VocabularyOf(k.Base.Dataset)
	k.TypeOf = func(raw string) (string, bool) {
		if name, ok := k.Vocabulary.Type(raw); ok && slices.Contains(k.Base.Names(), name) {
			return name, true
		}
		return raw, slices.Contains(k.Base.Names(), raw)
	}
	return k, nil
}

// knowledgeOf is the knowledge base of a layout, where that is the layout of one data set.
func knowledgeOf(layout string) (string, error) {
	var keys []string
	for _, v := range datasets.Vocabularies() {
		if v.Layout == layout {
			keys = append(keys, v.Key)
		}
	}
	switch len(keys) {
	case 1:
		return keys[0], nil
	case 0:
		return "", setting.Errorf("KBA", "layout %s is of no data set with defect types: expected "+
			"one "+
			"of %s, or a YAML file", layout, strings.Join(kba.Names(), ", "))
	}
	return "", setting.Errorf("KBA", "layout %s is of several data sets: expected one of %s",
		layout,
		strings.Join(keys, ", "))
}

// ProductTypes are the types that can occur on each category: those of the published table, or of
// the test images where the table does not have the category.
func (k *Knowledge) ProductTypes(set *datasets.Set,
	published map[string][]string) (map[string][]string, error) {
	out := map[string][]string{}
	for _, c := range set.Categories {
		types := published[c.Name]
		if types == nil {
			seen := map[string]bool{}
			for _, s := range c.Test {
				for _, raw := range s.DefectTypes() {
					if name, ok := k.TypeOf(raw); ok {
						seen[name] = true
					}
				}
			}
			for _, name := range k.Base.Names() {
				if seen[name] {
					types = append(types, name)
				}
			}
		}
		var known []string // VisA's discolor and leak are in a table, but in no list of prompts
		for _, name := range types {
			if slices.Contains(k.Base.Names(), name) {
				known = append(known, name)
			}
		}
		if len(known) == 0 {
			return nil, fmt.Errorf("category %q: expected defect types of the knowledge base "+
				"(%s), got none", c.Name, strings.Join(k.Base.Names(), ", "))
		}
		out[c.Name] = known
	}
	return out, nil
}
