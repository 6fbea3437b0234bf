package exhibit_test

import (
	"testing"

	. "adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
	"adlab/pkg/papers"

	"github.com/stretchr/testify/require"
)

func TestEstimateCountsSharedHeadsOnce(t *testing.T) {
	r := Smoke(t)
	found, err := papers.Find("inp-ablation-softmax", "inp-ablation-inps", "inp-table1",
		"mads-table4", "mads-super")
	require.NoError(t, err)
	plans, err := r.EstimateFrom(t.Context(), found, nil)
	require.NoError(t, err)
	set, err := r.Set(t.Context(), "mvtec")
	require.NoError(t, err)
	require.Equal(t, 2, plans[0].Heads)
	require.Equal(t, 2*r.Profile.Tables.Steps, plans[0].Steps)
	require.Equal(t, len(set.All()), plans[0].Images)
	require.Positive(t, plans[0].Tested)
	require.Positive(t, plans[0].Seconds)
	require.Equal(t, 3, plans[1].Runs)
	require.Equal(t, 1, plans[1].Cached, "the paper's run is the first exhibit's")
	require.Equal(t, 2, plans[1].Heads)
	require.Zero(t, plans[1].Images)
	require.Zero(t, plans[2].Steps)
	require.Equal(t, 4, plans[3].Heads, "adapters of MultiADS, its filtered kind included, and of "+
		"April-GAN; prompts of two")
	require.Equal(t, 2, plans[4].Heads, "those that learned from MVTec-AD alone are known")
	require.Contains(t, plans[0].String(), "2 runs, 0 of them cached; 2 heads, 6 steps")
	require.Contains(t, plans[2].String(), "cached")
	require.Contains(t, Plan{Runs: 1, Heads: 1, Seconds: 44}.String(),
		"1 run, 0 of them cached; 1 head, 0 steps, 0 images to encode, 0 to test: about 40s")
	require.Contains(t, Plan{ID: "x", Missing: []string{"weights"}}.String(), "missing: weights")
}

// planned is the plan of an exhibit of some measurements alone.
func planned(t *testing.T, r *Runner, ms ...Measurement) Plan {
	plans, err := r.EstimateFrom(t.Context(), []Exhibit{{Heads: func(
		experiment.Profile) []Measurement {
		return ms
	}}}, nil)
	require.NoError(t, err)
	require.Positive(t, plans[0].Seconds)
	return plans[0]
}

// TestEveryDetectorIsPlannedAsItLearns: from variants where it makes them, from a category's shots
// or from all, in the steps that it takes.
func TestEveryDetectorIsPlannedAsItLearns(t *testing.T) {
	r := Smoke(t)
	const k = 2
	few := func(detector string) Measurement {
		return Measuring(r.Profile, detector, "mvtec", 1).Shots(r.Profile, k)
	}
	set, err := r.Set(t.Context(), "mvtec")
	require.NoError(t, err)
	images := len(set.All())
	require.Equal(t, images+k*inpformer.Augmentations, planned(t, r, few("inp-former")).Images)
	for _, name := range []string{"dinomaly", "simplenet"} {
		require.Equal(t, images, planned(t, r, few(name)).Images, "%s makes no variants", name)
	}
	few1, few2 := Measuring(r.Profile, "promptad", "mvtec", 1), few("promptad")
	few1.Experiment.Shots = 1
	p := planned(t, r, few1, few2)
	require.Equal(t, 2*len(set.Categories), p.Heads, "prompts of each category and number of shots")
	require.Equal(t, (r.Profile.Alone.Steps+r.Profile.SingleSteps)*len(set.Categories), p.Steps)

	// the papers' own lengths
	for name, want := range map[string]int{"inp-former": 200 * 10, "rd4ad": 200 * 10,
		"simplenet": 160 * 10, "dinomaly": 10_000, "destseg": 5000} {
		m := Measuring(r.Profile, name, "mvtec", 1)
		m.Experiment.Batch = 4
		steps, err := r.StepsOf(t.Context(), m, 40)
		require.NoError(t, err)
		require.Equal(t, want, steps, name)
	}
}

// TestASpeedIsOfADetector, and of what it learns through.
func TestASpeedIsOfADetector(t *testing.T) {
	r := Smoke(t)
	var ms []Measurement
	for _, name := range []string{"inp-former", "destseg", "simplenet", "knn", "coop", "winclip"} {
		m := Measuring(r.Profile, name, "mvtec", 1)
		if entry, err := experiment.MethodOf(name); err == nil && entry.Sources {
			m = Measuring(r.Profile, name, "visa", 1)
			m.TrainedOn = []string{"mvtec"}
		}
		ms = append(ms, m, m.Shots(r.Profile, 1))
	}
	speeds, err := r.Speeds(t.Context(), ms)
	require.NoError(t, err)
	require.Equal(t, map[string]bool{"inp-former": true, "destseg": true, "simplenet": true,
		"": false, "coop": true, "winclip": false}, speeds, "and whether it learns by steps")
}

func TestAboutIsRounded(t *testing.T) {
	for seconds, want := range map[float64]string{0.2: "10s", 44: "40s", 840: "14m0s"} {
		require.Equal(t, want, About(seconds))
	}
}

func TestCostSaysHeadsAndSteps(t *testing.T) {
	tiny, err := experiment.ProfileOf("tiny")
	require.NoError(t, err)
	paper, err := experiment.ProfileOf("paper")
	require.NoError(t, err)
	for id, want := range map[string][2]string{"inp-table2": {"24 heads, 4800 steps", "18 heads"},
		"inp-figure7": {"1 head, 200 steps", "1 head"}, "inp-table1": {"0 heads", "0 heads"},
		"inp-table4": {"12 heads, 960 steps a category", "12 heads a category"}} {
		found, err := papers.Find(id)
		require.NoError(t, err)
		require.Equal(t, want, [2]string{found[0].Cost(tiny), found[0].Cost(paper)}, id)
	}
}

func TestEstimateKnowsWhatIsStored(t *testing.T) {
	r := Smoke(t)
	found, err := papers.Find("inp-ablation-softmax")
	require.NoError(t, err)
	var stored []*Run
	for _, m := range found[0].Measurements(r.Profile) {
		run, err := r.Addressed(t.Context(), m)
		require.NoError(t, err)
		stored = append(stored, run)
	}
	plans, err := r.EstimateFrom(t.Context(), found, stored)
	require.NoError(t, err)
	require.Equal(t, []Plan{{ID: "inp-ablation-softmax", Runs: 2, Cached: 2}}, plans)
	require.Contains(t, plans[0].String(), "2 runs, cached")

	stored[0].Key = "of another version of the code"
	plans, err = r.EstimateFrom(t.Context(), found, stored[:1])
	require.NoError(t, err)
	require.Zero(t, plans[0].Cached)
	require.Equal(t, 1, plans[0].Heads, "its head is in the cache")
	require.Zero(t, plans[0].Images, "and so are the features")
	require.Positive(t, plans[0].Seconds, "but it is measured again")
}
