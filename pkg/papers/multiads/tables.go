package multiads

import (
	"fmt"
	"slices"
	"strings"

	"adlab/datasets/published"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
)

var tables = []exhibit.Exhibit{
	{ID: "mads-table21", Paper: Paper, Kind: exhibit.KindTable, Notebook: tablesNotebook,
		Tables: []string{"21"}, Table: table21},
	{ID: "mads-table4", Paper: Paper, Kind: exhibit.KindTable, Notebook: tablesNotebook,
		Tables: []string{"4"}, Table: table4},
	{ID: "mads-table3", Paper: Paper, Kind: exhibit.KindAblation, Notebook: tablesNotebook,
		Tables: []string{"3"}, Table: table3},
	{ID: "mads-seen-unseen", Paper: Paper, Kind: exhibit.KindTable, Notebook: tablesNotebook,
		Tables: seenTables, Table: seenUnseen},
	{ID: "mads-super", Paper: Paper, Kind: exhibit.KindTable, Notebook: tablesNotebook,
		Table: super},
	{ID: "mads-seeds", Paper: Paper, Kind: exhibit.KindTable, Notebook: tablesNotebook,
		Table: seeds},
}

func method(c published.Claim) string { return c.Method }

func dataset(c published.Claim) string { return c.Dataset }

// table21 is few-shot on VisA.
func table21(p experiment.Profile) *exhibit.Table {
	const shots = 4 // of the rows beside
	t := exhibit.Printed(published.Of(Paper, "21"), func(c published.Claim) string {
		return c.Dataset + ", " + c.Setting
	}, method, func(c published.Claim) (of, less []exhibit.Measurement) {
		var k int
		if _, err := fmt.Sscanf(c.Setting, "%d-shot", &k); err != nil ||
			p.Name == "smoke" && !slices.Contains(p.Shots, k) {
			return nil, nil
		}
		return binary(p, c.Method, exhibit.SetOf[c.Dataset], k), nil
	})
	for _, x := range trainingFree {
		t.Beside(fmt.Sprintf("VisA, %d-shot", shots), x.name+", here",
			onTokens(p, x.detector, walked, shots))
	}
	// coop learns by the cross-entropy of labelled pictures, its sources', and Fit takes none of
	// the target's; of the two states that it is to tell apart, normal pictures show one
	t.Notes = append(t.Notes, "CoOp is quoted alone: here it learns from labelled pictures of "+
		"both states, of another data set, and k normal ones show it one")
	return t
}

// table4 is zero-shot on five targets.
func table4(p experiment.Profile) *exhibit.Table {
	return exhibit.Printed(published.Of(Paper, "4"), dataset, method,
		func(c published.Claim) (of, less []exhibit.Measurement) {
			target := exhibit.SetOf[c.Dataset]
			if p.Targets == nil || slices.Contains(p.Targets, target) {
				of = binary(p, c.Method, target, 0)
			}
			return of, nil
		})
}

// table3 is the knowledge base, on and off.
func table3(p experiment.Profile) *exhibit.Table {
	return exhibit.Printed(published.Of(Paper, "3"), dataset, func(c published.Claim) string {
		return c.Method + ", " + c.Detail
	}, func(c published.Claim) (of, less []exhibit.Measurement) {
		return typed(p, exhibit.SetOf[c.Dataset], c.Detail == "without KBA"), nil
	})
}

// seenTables are the paper's parts of one table.
var seenTables = []string{"seen-unseen (a)", "seen-unseen (b)", "seen-unseen (c)",
	"seen-unseen (d)"}

// seenUnseen is a row for each printed defect type.
func seenUnseen(p experiment.Profile) *exhibit.Table {
	t := exhibit.Printed(exhibit.ClaimsOf(Paper, seenTables...), dataset,
		func(c published.Claim) string {
			name, seen, _ := strings.Cut(strings.TrimPrefix(c.Detail, "defect="), "; ")
			return name + ", " + seen
		}, func(c published.Claim) (of, less []exhibit.Measurement) {
			return typed(p, exhibit.SetOf[c.Dataset], false), nil
		})
	for _, row := range t.Rows() {
		row.Defect, _, _ = strings.Cut(row.Name, ", ")
		for i := range row.Cells {
			row.Cells[i].Decimals = 2
		}
	}
	return t
}

// super is adapters that learned from one data set, and from several together.
func super(p experiment.Profile) *exhibit.Table {
	t := &exhibit.Table{Corner: "data set, learned from", Columns: exhibit.AllMetrics()}
	for _, sources := range [][]string{{"mvtec"}, {"mvtec", "mpdd"},
		{"mvtec", "mpdd", "real-iad"}} {
		m := Walked(p)
		m.TrainedOn = sources
		var names []string
		for _, key := range sources {
			names = append(names, exhibit.Vocabulary(key).Name)
		}
		t.Beside("VisA", strings.Join(names, " + "), []exhibit.Measurement{m})
	}
	return t
}

// seeds is the same measurement for each seed, without and with normal references.
func seeds(p experiment.Profile) *exhibit.Table {
	t := &exhibit.Table{Corner: "data set, setting", Columns: exhibit.AllMetrics()}
	reference := Walked(p)
	reference.Experiment.Shots = 4
	t.Beside("VisA", "zero-shot", Walked(p).Seeds(p))
	t.Beside("VisA", "4-shot", reference.Seeds(p))
	return t
}
