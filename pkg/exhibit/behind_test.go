package exhibit

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRowRunsAreThoseOfTheRow(t *testing.T) {
	seed := func(n uint64) Measurement {
		m := Measurement{Set: "mvtec"}
		m.Experiment.Seed = n
		return m
	}
	runs := []*Run{{Key: "two", Measurement: seed(2)}, {Key: "one", Measurement: seed(1)}}
	table := &Table{Groups: []Group{{Name: "set", Says: "generated", Rows: []Row{
		{Name: "ours", Of: []Measurement{seed(1), seed(2), seed(3)}},
		{Name: "gain", Of: []Measurement{seed(2)}, Less: []Measurement{seed(1), seed(2)}},
		{Name: "quoted"},
	}}}}
	require.Equal(t, map[string][]string{"set/ours": {"one", "two"}, "set/gain": {"two", "one"}},
		table.RowRuns(runs))
}
