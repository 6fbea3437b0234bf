package inpformer

import (
	"fmt"
	"slices"

	"adlab/datasets/published"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
)

var tables = []exhibit.Exhibit{
	{ID: "inp-table1", Paper: Paper, Kind: exhibit.KindTable, Notebook: tablesNotebook,
		Timed: true, Draw: drawCost},
	{ID: "inp-table2", Paper: Paper, Kind: exhibit.KindTable, Notebook: tablesNotebook,
		Tables: []string{"2"}, Table: table2},
	{ID: "inp-table3", Paper: Paper, Kind: exhibit.KindTable, Notebook: tablesNotebook,
		Tables: []string{"3"}, Table: table3},
	{ID: "inp-table4", Paper: Paper, Kind: exhibit.KindTable, Notebook: tablesNotebook,
		Tables: []string{"4"}, Table: table4},
	{ID: "inp-tableS5", Paper: Paper, Kind: exhibit.KindTable, Notebook: tablesNotebook,
		Tables: []string{"S5"}, Table: tableS5},
	{ID: "inp-tableS8", Paper: Paper, Kind: exhibit.KindTable, Notebook: tablesNotebook,
		Tables: []string{"S8"}, Table: tableS8},
}

// table2 is the multi-class setting. What it prints and is not here is quoted.
func table2(p experiment.Profile) *exhibit.Table {
	multi := func(set string) []exhibit.Measurement { return MultiClass(p, set, 1).Seeds(p) }
	t := exhibit.Printed(published.Of(Paper, "2"), dataset, method, own(multi))
	beside(t, slices.Concat(baselines, trainingFree), multi)
	return t
}

// table3 is few-shot. The deck prints four shots; others stand beside.
func table3(p experiment.Profile) *exhibit.Table {
	few := func(set string) []exhibit.Measurement {
		return []exhibit.Measurement{MultiClass(p, set, 1).Shots(p, 4)}
	}
	t := exhibit.Printed(published.Of(Paper, "3"), dataset, method, own(few))
	for _, g := range t.Groups {
		for _, k := range p.Shots {
			if k != 4 {
				t.Beside(g.Name, fmt.Sprintf("INP-Former, %d-shot", k),
					[]exhibit.Measurement{MultiClass(p, exhibit.SetOf[g.Name], 1).Shots(p, k)})
			}
		}
	}
	beside(t, slices.Concat(baselines, trainingFree), few)
	t.Notes = append(t.Notes, "SPADE judges a picture by the 50 nearest, as its paper has it: "+
		"with so few of each category these are other categories' too, and its image scores say "+
		"little")
	return t
}

// table4 is one model a category.
func table4(p experiment.Profile) *exhibit.Table {
	single := func(set string) []exhibit.Measurement {
		return []exhibit.Measurement{MultiClass(p, set, 1).SingleClass(p)}
	}
	t := exhibit.Printed(published.Of(Paper, "4"), dataset, method, own(single))
	beside(t, baselines, single)
	return t
}

// superSets are learned from together in the super-multi-class setting, in this order.
var superSets = []string{"mvtec", "visa", "real-iad"}

// tableS5 is one model for several sets against one a set, and the difference.
func tableS5(p experiment.Profile) *exhibit.Table {
	super := func(set string) exhibit.Measurement {
		m := head(p, superSets[0]) // the head is the same for every tested set
		m.Set, m.TrainedOn = set, superSets
		return m
	}
	setting := func(c published.Claim) string {
		if c.Unit == "percentage points" {
			return "difference"
		}
		return c.Setting
	}
	return exhibit.Printed(published.Of(Paper, "S5"), dataset, setting,
		func(c published.Claim) (of, less []exhibit.Measurement) {
			set := exhibit.SetOf[c.Dataset]
			switch setting(c) {
			case "multi-class":
				return []exhibit.Measurement{head(p, set)}, nil
			case "super-multi-class":
				return []exhibit.Measurement{super(set)}, nil
			}
			return []exhibit.Measurement{super(set)}, []exhibit.Measurement{head(p, set)}
		})
}

// tableS8 scores a set by the distances of the model that learned from another.
func tableS8(p experiment.Profile) *exhibit.Table {
	source := map[string]string{"mvtec": "visa", "visa": "mvtec"}
	others := own(func(set string) []exhibit.Measurement {
		return []exhibit.Measurement{MultiClass(p, set, 1)}
	})
	return exhibit.Printed(published.Of(Paper, "S8"), dataset, method,
		func(c published.Claim) (of, less []exhibit.Measurement) {
			if c.Method != Paper {
				return others(c)
			}
			set := exhibit.SetOf[c.Dataset]
			m := head(p, source[set])
			m.Set, m.TrainedOn, m.Distance = set, []string{source[set]}, true
			return []exhibit.Measurement{m}, nil
		})
}
