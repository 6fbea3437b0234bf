package experiment

import (
	"math"
	"slices"
	"strings"

	"adlab/datasets"
	"adlab/pkg/setting"
)

// Profile is all that the name of a profile stands for: encoders, sizes, steps. It is looked up
// once and handed down.
type Profile struct {
	Name string `json:"profile"`
	// Alone is for one experiment as a person asks for it.
	Alone `json:"-"`
	Tables
}

// Alone is what an experiment by itself takes where it says nothing. Zeros mean the method's own.
type Alone struct {
	Encoder, Pair string // by name; "" where only the user can name one
	Image         int    // side of the convnet's input in pixels; a transformer keeps its own
	Steps, Batch  int
	Limit         datasets.Options
	PairSteps     bool // whether methods on a pair take the steps, too, instead of the revision's
}

// Tables is what the exhibits take.
type Tables struct {
	// of the generated benchmarks; "" for the published data sets
	Size        string   `json:"size,omitempty"`
	Seeds       []uint64 `json:"seeds"`        // of the tables' main rows; all else takes the first
	Steps       int      `json:"steps"`        // of a head for one or several sets
	SingleSteps int      `json:"single_steps"` // of a head for one category, or for a few images
	Batch       int      `json:"batch"`
	// of MultiADS: few, of many images, for adapters that learn longer learn what is the source's
	// alone
	AdapterSteps int `json:"adapter_steps"`
	AdapterBatch int `json:"adapter_batch"`
	// decoder blocks; tiny has the fewest, for on its generated sets 8 are no better and slower
	Blocks     int   `json:"blocks"`
	Prototypes []int `json:"prototypes"` // the values of M in Figure 6
	Shots      []int `json:"shots"`
	Cases      int   `json:"cases"` // pictures in a row of a figure
	// of MultiADS's zero-shot table that are measured; none stands for all
	Targets []string `json:"targets,omitempty"`
}

// Whole is a limit that no data set reaches: all images, whatever the profile says.
var Whole = datasets.Options{TrainLimit: math.MaxInt32, TestLimit: math.MaxInt32}

// tinyTables are those of tiny, and but for the seeds of the profile with larger encoders.
var tinyTables = Tables{Size: "tiny", Seeds: []uint64{1, 2, 3}, Steps: 200, SingleSteps: 80,
	Batch: 8, AdapterSteps: 60, AdapterBatch: 32, Blocks: 2,
	Prototypes: []int{1, 2, 4, 6, 8, 16}, Shots: []int{1, 2, 4}, Cases: 6}

// oneSeed are the tables with the first seed alone.
func oneSeed(t Tables) Tables {
	t.Seeds = t.Seeds[:1]
	return t
}

var profiles = []Profile{
	{Name: "smoke",
		Alone: Alone{Encoder: "efficientnet-lite0", Pair: "random", Image: 112, Steps: 8, Batch: 4,
			Limit: datasets.Options{TrainLimit: 12, TestLimit: 6}, PairSteps: true},
		Tables: Tables{Size: "smoke", Seeds: []uint64{1}, Steps: 3, SingleSteps: 3, Batch: 4,
			AdapterSteps: 3, AdapterBatch: 4, Blocks: 2, Prototypes: []int{1, 6}, Shots: []int{4},
			Cases: 2, Targets: []string{"mad-real"}}},
	{Name: "tiny",
		Alone: Alone{Encoder: "efficientnet-lite0", Pair: "small", Image: 224, Steps: 500,
			Batch: 16},
		Tables: tinyTables},
	// hours on two cores, or minutes on a GPU: tiny's pictures through the papers' own family
	{Name: "small",
		Alone: Alone{Encoder: "dinov2-small", Pair: "dinov2-minilm", Image: 224, Steps: 500,
			Batch: 16},
		Tables: oneSeed(tinyTables)},
	{Name: "paper", Alone: Alone{Batch: 16},
		Tables: Tables{Seeds: []uint64{1}, Prototypes: []int{1, 2, 4, 6, 8, 16},
			Shots: []int{1, 2, 4}, Cases: 6}},
}

// Profiles lists the profiles' names.
func Profiles() (names []string) {
	for _, p := range profiles {
		names = append(names, p.Name)
	}
	return names
}

// ProfileOf gives the profile of a name.
func ProfileOf(name string) (Profile, error) {
	i := slices.IndexFunc(profiles, func(p Profile) bool { return p.Name == name })
	if i < 0 {
		return Profile{}, setting.Errorf("Profile", "expected %s, got %q",
			strings.Join(Profiles(), ", "), name)
	}
	return profiles[i], nil
}
