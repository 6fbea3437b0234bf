package world

import (
	"testing"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/imageio"
	"adlab/pkg/progress"

	"github.com/stretchr/testify/require"
)

// smoked runs an exhibit of this room in profile smoke.
func smoked(t *testing.T, id string) (*exhibit.Result, *exhibit.Runner) {
	found, err := exhibit.Find(Exhibits(), id)
	require.NoError(t, err)
	v, err := experiment.Open("", t.TempDir(), progress.New(nil))
	require.NoError(t, err)
	r := exhibit.NewRunner(v, profile(t, "smoke"))
	result, err := r.Run(t.Context(), found[0])
	require.NoError(t, err)
	stored, err := r.Stored(t.Context(), found[0])
	require.NoError(t, err)
	require.True(t, stored)
	return result, r
}

func TestRowsOfTheRealSets(t *testing.T) {
	p := profile(t, "tiny")
	rows := realTable(p, "mtd").Groups[0].Rows
	var names []string
	for _, row := range rows {
		names = append(names, row.Name)
	}
	require.Equal(t, []string{"DifferNet", "PatchCore-10%", "INP-Former", "kNN", "PaDiM"}, names)
	require.Nil(t, rows[0].Of)
	require.Equal(t, "97.9", rows[1].Cells[0].Printed)
	require.Equal(t, []string{exhibit.Quoted, exhibit.Claimed, exhibit.Beside},
		[]string{rows[0].Kind, rows[1].Kind, rows[2].Kind})
	require.Len(t, rows[1].Of, len(p.Seeds))
	require.Len(t, rows[2].Of, len(p.Seeds))
	require.Len(t, rows[3].Of, 1)
	require.Equal(t, []int{350, 16}, []int{rows[2].Of[0].Experiment.Steps,
		rows[2].Of[0].Experiment.Batch})
	require.Len(t, realTable(p, "deeppcb").Groups[0].Rows, 4)
}

// The one uneven tile among smoke's twins of MTD has an empty mask: nothing can be found in it.
func TestTheRealExhibitsInSmoke(t *testing.T) {
	for set, types := range map[string]int{"mtd": 4, "deeppcb": 6} {
		result, r := smoked(t, "real-"+set)
		require.Equal(t, "generated, in the layout of "+titleOf(set), r.NameOf(set))
		require.Len(t, result.Figures, len(onReal))
		require.Len(t, result.Tables, 2)
		require.Len(t, result.Tables[1].Columns, len(onReal))
		require.Len(t, result.Tables[1].Groups[0].Rows, types, set)
		for _, note := range realNotes[set] {
			require.Contains(t, result.Tables[0].Notes, note)
		}
	}
}

// Of twenty normal pictures one may exceed the height; a defect counts as found by what the map
// says within its mask.
func TestADefectIsFoundWithinItsMask(t *testing.T) {
	flat := func(at int, v float32) (m []float32) {
		m = make([]float32, detector.MapSide*detector.MapSide)
		m[at] = v
		return m
	}
	var scored []experiment.Scored
	for i := range 20 {
		scored = append(scored, experiment.Scored{Prediction: detector.Prediction{
			Map: flat(0, float32(i))}})
	}
	set, err := datasets.Open("mtd", generated(t, "mtd"), datasets.Options{})
	require.NoError(t, err)
	transform := imageio.Transform{Resize: 64, Crop: 64, Std: [3]float32{1, 1, 1}}
	for _, s := range set.Categories[0].Test {
		if s.DefectType != "crack" && s.DefectType != "fray" {
			continue
		}
		mask, err := typeMask(s, s.DefectType, transform)
		require.NoError(t, err)
		at, height := 0, float32(18) // not above the nineteenth
		if s.DefectType == "crack" {
			height = 18.5
		}
		for i, v := range mask {
			if v != 0 {
				at = i
			}
		}
		m := flat(at, height)
		m[0] = 100 // elsewhere
		scored = append(scored, experiment.Scored{Sample: s,
			Prediction: detector.Prediction{Map: m}})
	}
	types, err := typesFound(scored, transform)
	require.NoError(t, err)
	require.Equal(t, []string{"crack", "fray"}, []string{types[0].Name, types[1].Name})
	require.Positive(t, types[0].Count)
	require.Equal(t, types[0].Count, types[0].Found)
	require.Positive(t, types[1].Count)
	require.Zero(t, types[1].Found)
}

// The bank holds 10,000 patches; MTD's 761 pictures of 14 by 14 have 149,156.
func TestABankBelowATenthIsSaid(t *testing.T) {
	require.Equal(t, []string{"our PatchCore keeps 10000 patches of 149156, 6.7 %; the printed " +
		"row keeps 10 %"}, bankNote(761, 14))
	require.Nil(t, bankNote(500, 14), "a tenth of 98,000 is less")
}

func TestFoundDefectsByHand(t *testing.T) {
	table := foundTable()
	addFound(table, "A", []typeFound{{"crack", 8, 6}, {"pit", 1, 0}})
	addFound(table, "B", []typeFound{{"crack", 8, 1}, {"pit", 1, 1}})
	require.Equal(t, []string{"A", "B"}, table.Columns)
	rows := table.Groups[0].Rows
	require.Equal(t, "crack, 8", rows[0].Name)
	require.Equal(t, []string{"75.0", "12.5"}, texts(rows[0]))
	require.Equal(t, []string{"0.0", "100.0"}, texts(rows[1]))
}

// generated is the folder of a generated set of the tests' size.
func generated(t *testing.T, name string) string {
	v, err := experiment.Open("", t.TempDir(), progress.New(nil))
	require.NoError(t, err)
	folder, err := v.Generated(t.Context(), name, "smoke")
	require.NoError(t, err)
	return folder
}

// Scores of two categories are never compared with one another.
func TestKindsAreMeasuredCategoryByCategory(t *testing.T) {
	var scored []experiment.Scored
	add := func(category, kind string, label int, scores ...float64) {
		for _, v := range scores {
			scored = append(scored, experiment.Scored{Sample: datasets.Sample{Category: category,
				DefectType: kind, Label: label}, Prediction: detector.Prediction{Score: v}})
		}
	}
	add("a", datasets.Good, 0, 1, 3)
	add("a", "crack", 1, 2)
	add("b", datasets.Good, 0, 10, 30)
	add("b", "crack", 1, 40)
	add("b", "pit", 1, 5)
	kinds, err := kindsFound(scored)
	require.NoError(t, err)
	require.Equal(t, map[string]float64{"crack": 0.75, "pit": 0}, kinds)
}
