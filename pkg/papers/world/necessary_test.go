package world

import (
	"errors"
	"testing"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/metric"
	"adlab/pkg/papers/inpformer"

	"github.com/stretchr/testify/require"
)

func TestContendersShareTheOtherExhibitsHeads(t *testing.T) {
	p := profile(t, "tiny")
	m := field{generatedSet, ""}.trial(p, "inp-former")
	require.Equal(t, 300, m.Experiment.Bootstrap)
	m.Experiment.Bootstrap = 0
	require.True(t, m.Equal(inpformer.MultiClass(p, generatedSet, 1)), "Table 2's")
	m = field{"mtd", ""}.trial(p, "inp-former")
	m.Experiment.Bootstrap = 0
	require.True(t, m.Equal(realMeasured(p, "inp-former", "", "mtd", true)[0]), "that of real-mtd")
	m = field{"mtd", dino}.trial(p, "patchcore")
	m.Experiment.Bootstrap = 0
	require.True(t, m.Equal(realMeasured(p, "patchcore", dino, "mtd", true)[0]))
	elpv := field{"elpv", ""}.trial(p, "inp-former")
	require.Equal(t, []int{500, 16}, []int{elpv.Experiment.Steps, elpv.Experiment.Batch},
		"that of world-foundation")
	small := profile(t, "small")
	require.Equal(t, encoderSteps,
		field{"elpv", ""}.trial(small, "inp-former").Experiment.Steps, "a step is dear there")
	for _, x := range contending() {
		e := (field{"mtd", ""}).trial(p, x.Name).Experiment
		require.Equal(t, x.Trains, e.Steps > 0, x.name)
		require.NoError(t, e.Validate())
	}
}

func TestStepsAndPicturesOfTheProfiles(t *testing.T) {
	p := profile(t, "tiny")
	require.Equal(t, []int{0, 50, 200, 500, 2000}, stepCounts(p))
	require.Equal(t, []int{0, 3}, stepCounts(profile(t, "smoke")))
	own := field{generatedSet, ""}.trial(p, "inp-former")
	require.True(t, trainedFor(p, "inp-former", 200).Equal(own), "measured once")
	none := trainedFor(p, "inp-former", 0).Experiment
	require.Equal(t, 1, none.Steps)
	require.Equal(t, untrainedRate, none.Rate)
	require.NoError(t, none.Validate())
	require.Equal(t, []int{1, 4, 16}, fewCounts(p), "nothing is fetched here")
	require.True(t, few(p, "inp-former", 4).Equal(inpformer.MultiClass(p, generatedSet, 1).Shots(p,
		4)), "Table 3's")
	require.Zero(t, few(p, "rad", 4).Experiment.Steps)
}

// Every measurement stands in one row, and those of the reasons are there.
func TestRowsOfTheNecessary(t *testing.T) {
	p := profile(t, "tiny")
	rows := necessary(p).Rows()
	find := func(m exhibit.Measurement) (found int) {
		for _, row := range rows {
			if row.Of[0].Equal(m) {
				found++
			}
		}
		return found
	}
	for _, b := range becauses(p) {
		require.Positive(t, find(b.inp), b.name)
		require.Positive(t, find(b.knn), b.name)
	}
	reasons := becauses(p)
	require.Equal(t, "as it is: 200 steps, 2 decoder blocks", reasons[0].name)
	require.Equal(t, "depth: 4 decoder blocks", reasons[len(reasons)-2].name)
	require.Equal(t, experiment.SingleClass, reasons[len(reasons)-1].knn.Experiment.Setting)
}

func TestTheNecessaryInSmoke(t *testing.T) {
	result, r := smoked(t, "is-training-necessary")
	require.Len(t, result.Figures, 4)
	require.Len(t, result.Tables, 6)
	for _, row := range result.Tables[0].Groups[0].Rows {
		cells := row.Cells[len(row.Cells)-len(costColumns):]
		require.Positive(t, cells[0].Ours[0], "%s: seconds", row.Name)
		require.Positive(t, cells[1].Ours[0], "%s: milliseconds", row.Name)
		require.Positive(t, cells[2].Ours[0], "%s: megabytes", row.Name)
	}
	differences := result.Tables[1].Groups[0].Rows
	require.Len(t, differences, len(contending())-1)
	for i, x := range contending()[1:] {
		rows := result.Tables[0].Groups[0].Rows
		require.Equal(t, x.name, differences[i].Name)
		require.InDelta(t, rows[i+1].Cells[0].Ours[0]-rows[0].Cells[0].Ours[0],
			differences[i].Cells[0].Ours[0], 1e-6, x.name)
	}
	require.Equal(t, "the same", result.Tables[3].Groups[0].Rows[len(contending())-1].Cells[1].Text)
	// a contender learns from the set that is given in place of its own
	m := field{generatedSet, ""}.trial(r.Profile, "knn")
	set, err := r.Set(t.Context(), m.Set)
	require.NoError(t, err)
	few, err := set.Shots(1, datasets.Draw{Seed: 1})
	require.NoError(t, err)
	whole, err := exact(t.Context(), r, m)
	require.NoError(t, err)
	again, err := ruledOn(t.Context(), r, m, set)
	require.NoError(t, err)
	require.Equal(t, whole.Values, again.Values)
	of, err := ruledOn(t.Context(), r, m, few)
	require.NoError(t, err)
	require.NotEqual(t, whole.Values, of.Values)
}

func TestPairedRowsByHand(t *testing.T) {
	row := pairedRow("kNN", map[metric.Number]metric.Interval{
		metric.ImageAUROC: {Value: 1.24, Low: -0.5, High: 3},
		metric.RegionArea: {Value: -2, Low: -3, High: -1}})
	require.Equal(t, []string{"1.2", "-0.5 to +3.0", "–", "–", "-2.0", "-3.0 to -1.0 *"},
		texts(row))
	require.Len(t, row.Cells, len(pairedTable("").Columns))
}

func TestRankCorrelationByHand(t *testing.T) {
	require.Equal(t, []float64{0.5, 2, 2, 3.5}, ranks([]float64{1, 5, 5, 9}))
	require.InDelta(t, 1, rankCorrelation([]float64{1, 2, 3}, []float64{10, 100, 1000}), 1e-12)
	require.InDelta(t, -1, rankCorrelation([]float64{1, 2, 3}, []float64{3, 2, 1}), 1e-12)
}

// The time of training is that of one step times their number, and of what comes before.
func TestTheTimeOfTrainingIsExtrapolated(t *testing.T) {
	var asked []int
	fit := func(steps int) (detector.Detector, float64, error) {
		asked = append(asked, steps)
		if len(asked) == 1 {
			return nil, 100, nil // it compiles
		}
		return nil, 5 + 2*float64(steps), nil
	}
	_, seconds, err := trained(fit, 500)
	require.NoError(t, err)
	require.InDelta(t, 5+2*500, seconds, 1e-9)
	require.Len(t, asked, 3)
	failure := errors.New("no")
	_, _, err = trained(func(int) (detector.Detector, float64, error) { return nil, 0, failure }, 5)
	require.ErrorIs(t, err, failure)
}
