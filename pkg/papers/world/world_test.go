package world

import (
	"path/filepath"
	"testing"

	"adlab/pkg/exhibit"
	"adlab/pkg/exhibit/testworld"
	"adlab/pkg/experiment"
	"adlab/pkg/progress"
	"adlab/pkg/store"

	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) { testworld.Main(m) }

func profile(t *testing.T, name string) experiment.Profile {
	p, err := experiment.ProfileOf(name)
	require.NoError(t, err)
	return p
}

// TestATableGoesOnWhereItStopped measures a part, then all: the part is not measured again.
func TestATableGoesOnWhereItStopped(t *testing.T) {
	v, err := experiment.Open("", t.TempDir(), progress.New(nil))
	require.NoError(t, err)
	found, err := exhibit.Find(Exhibits(), "world-hardness")
	require.NoError(t, err)
	r := exhibit.NewRunner(v, profile(t, "smoke"))
	first, err := r.Measure(t.Context(), found[0].Measurements(r.Profile)[0])
	require.NoError(t, err)
	stored, err := r.Stored(t.Context(), found[0])
	require.NoError(t, err)
	require.False(t, stored)

	first.Seconds = 12345 // a mark
	require.NoError(t, store.WriteJSON(filepath.Join(exhibit.RunsDir(v.Cache), first.Key+".json"),
		first))
	r = exhibit.NewRunner(v, r.Profile)
	result, err := r.Run(t.Context(), found[0])
	require.NoError(t, err)
	require.Len(t, result.Runs, 2)
	require.Contains(t, result.Keys(), first.Key)
	stored, err = r.Stored(t.Context(), found[0])
	require.NoError(t, err)
	require.True(t, stored)
	runs, err := exhibit.Runs(v.Cache)
	require.NoError(t, err)
	require.Len(t, runs, 2)
	for _, run := range runs {
		require.Equal(t, run.Key == first.Key, run.Seconds == 12345)
	}
	require.Contains(t, result.Tables[0].Notes[0], "a category where either exceeds 97 is too easy")
}

func TestColumnsOfTheEncoders(t *testing.T) {
	p := profile(t, "tiny")
	table := encoders(p)
	require.Equal(t, []string{"ms an image", "MB", "elpv mono I-AUROC", "elpv poly I-AUROC",
		"elpv I-AUROC", "textile I-AUROC", "mvtec I-AUROC", "mvtec AUPRO", "visa I-AUROC",
		"visa AUPRO"}, table.Columns)
	rows := table.Rows()
	require.Len(t, rows, 12)
	for i, row := range rows {
		seeds := len(p.Seeds)
		if i >= 8 { // INP-Former on controls and on DINOv2
			seeds = 1
		}
		require.Len(t, row.Of, 4*seeds)
	}
	require.Equal(t, "hog-cells", rows[10].Of[0].Experiment.Encoder)
	require.Equal(t, 120, rows[11].Of[0].Experiment.Steps)
}

// The foundation trains as long as an experiment of the profile, and less where more changes
// nothing.
func TestStepsOfTheFoundation(t *testing.T) {
	table := foundation(profile(t, "tiny"))
	require.Equal(t, []string{"elpv mono", "elpv poly", "elpv mean", "textile local",
		"textile global", "textile mean"}, table.Columns)
	for _, row := range table.Rows() {
		for _, m := range row.Of {
			e := m.Experiment
			switch {
			case e.Detector != "inp-former":
				require.Zero(t, e.Steps)
			case m.Set == "textile" || e.Encoder == "random":
				require.Equal(t, 350, e.Steps)
			default:
				require.Equal(t, []int{500, 16}, []int{e.Steps, e.Batch})
			}
		}
	}
}

// What the pair tells, and beside it what the pair costs.
func TestThePairInSmoke(t *testing.T) {
	result, _ := smoked(t, "world-pair")
	require.Len(t, result.Tables, 2)
	require.Len(t, result.Tables[0].Groups, 2, "among all types, and among a category's own")
	costs := result.Tables[1].Rows()
	require.Len(t, costs, 1)
	require.Equal(t, "random", costs[0].Name)
	for i, c := range costs[0].Cells {
		require.Len(t, c.Ours, 1)
		require.Positive(t, c.Ours[0], result.Tables[1].Columns[i])
	}
}

func TestTooEasyNamesTheCategories(t *testing.T) {
	table := &exhibit.Table{Columns: []string{"a", "b"}}
	table.Beside("visa", "candles", nil)
	table.Beside("visa", "biscuit", nil)
	rows := table.Rows()
	rows[0].Cells[0].Ours, rows[0].Cells[1].Ours = []float64{97}, []float64{50}
	require.Empty(t, tooEasy(table))
	rows[1].Cells[1].Ours = []float64{97.1}
	require.Equal(t, []string{"visa/biscuit"}, tooEasy(table))
}

func TestAnImageShowsWhatStandsOutInIt(t *testing.T) {
	normal, hole, crack := []float32{1, 0, 0}, []float32{0, 1, 0}, []float32{0, 0, 1}
	texts := [][]float32{normal, hole, crack}
	x := seen{image: normal}
	for i := range 20 { // two like a hole
		x.patches = append(x.patches, [][]float32{normal, hole}[min(i/18, 1)])
	}
	shown := x.shows(texts)
	require.InDelta(t, 2./3, shown[1], 1e-6)
	require.InDelta(t, 0, shown[2], 1e-6)
	x.image = crack
	require.InDelta(t, 1, x.shows(texts)[2], 1e-6)
}
