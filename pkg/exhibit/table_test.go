package exhibit

import (
	"testing"

	"adlab/pkg/experiment"

	"github.com/stretchr/testify/require"
)

// A column may take a category of some of a row's runs, over their seeds.
func TestColumnsReadCategoriesOfSomeRuns(t *testing.T) {
	x := func(v float64) *float64 { return &v }
	category := func(name string, v float64) experiment.CategoryReport {
		return experiment.CategoryReport{Name: name, Metrics: experiment.Metrics{ImageAUROC: x(v)}}
	}
	elpv, mvtec := Measurement{Set: "elpv"}, Measurement{Set: "mvtec"}
	on := func(set string) func(Measurement) bool {
		return func(m Measurement) bool { return m.Set == set }
	}
	table := &Table{Columns: []string{"ms", "elpv mono", "elpv poly", "elpv", "mvtec", "AUPRO"},
		Readings: []Reading{{}, {"I-AUROC", "mono", on("elpv")}, {"I-AUROC", "poly", on("elpv")},
			{"I-AUROC", "", on("elpv")}, {"I-AUROC", "", on("mvtec")}, {"AUPRO", "", on("mvtec")}}}
	table.Beside("kNN", "HOG", []Measurement{elpv, elpv, mvtec})
	row := table.Rows()[0]
	require.NoError(t, row.fill(table, []*Run{
		{Measurement: elpv, Mean: experiment.Metrics{ImageAUROC: x(0.6)},
			Categories: []experiment.CategoryReport{category("mono", 0.5), category("poly", 0.7)}},
		{Measurement: elpv, Mean: experiment.Metrics{ImageAUROC: x(0.65)},
			Categories: []experiment.CategoryReport{category("mono", 0.6), category("poly", 0.7)}},
		{Measurement: mvtec, Mean: experiment.Metrics{ImageAUROC: x(0.9), AUPRO: x(0.8)}},
	}, nil))
	var got []string
	for _, c := range row.Cells {
		got = append(got, c.String())
	}
	require.Equal(t, []string{"–", "55.0 ± 7.1", "70.0 ± 0.0", "62.5 ± 3.5", "90.0", "80.0"}, got)
}

func TestAWiderTableKeepsItsCells(t *testing.T) {
	table := &Table{Columns: []string{"P-AP", "I-AUROC"}, Groups: []Group{{Rows: []Row{{
		Cells: []Cell{{Printed: "1"}, {Printed: "2"}}}}}}}
	table.Widen([]string{"I-AUROC", "AUPRO", "P-AP"})
	var printed []string
	for _, c := range table.Rows()[0].Cells {
		printed = append(printed, c.Printed)
	}
	require.Equal(t, []string{"2", "", "1"}, printed)
}
