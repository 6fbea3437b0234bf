package inpformer

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"

	"adlab/pkg/baseline"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
	"adlab/pkg/live"
	"adlab/pkg/live/livetest"
	"adlab/pkg/papers"
	"adlab/pkg/progress"

	"github.com/stretchr/testify/require"
)

var shared = livetest.Shared[State, *Session]{Open: Open}

func TestMain(m *testing.M) { livetest.Main(m, shared.Close) }

// TestNumbersAreThoseOfEval compares what is under the picture with adlab eval in the same setting.
func TestNumbersAreThoseOfEval(t *testing.T) {
	ctx := context.Background()
	s := shared.Get(t)
	l, err := experiment.Open("", experiment.CacheDir(), progress.New(nil))
	require.NoError(t, err)
	for _, m := range []int{6, 3} {
		e := experiment.With(s.experiment, func(own *inpformer.Settings) { own.INPs = m })
		scores := map[string]float64{}
		report, err := l.Evaluate(ctx, e, func(x experiment.Scored) { scores[x.ID] = x.Score })
		require.NoError(t, err)
		state := s.Start()
		state.M = m
		for _, c := range report.Categories {
			state.Category = c.Name
			f := livetest.Drawn(t, s, state)
			for name, want := range map[string]*float64{"image AUROC": report.Mean.ImageAUROC,
				"pixel AUROC": report.Mean.PixelAUROC, "AUPRO": report.Mean.AUPRO,
				"image AUROC of " + c.Name: c.ImageAUROC} {
				require.Equal(t, live.Fraction(want), livetest.Number(t, f, name))
			}
			for i := range state.List(s.set) {
				state.Image = i
				f := livetest.Drawn(t, s, state)
				got, err := strconv.ParseFloat(livetest.Number(t, f, "score"), 64)
				require.NoError(t, err)
				require.InDelta(t, scores[state.List(s.set)[i].ID], got, 1e-4)
			}
			state.Image = 0
		}
	}
}

// TestHeadsAreThoseOfFigure6 finds the head that the exhibit has trained, by its address.
func TestHeadsAreThoseOfFigure6(t *testing.T) {
	r := livetest.Runner(t)
	six, err := papers.Find("inp-figure6")
	require.NoError(t, err)
	_, err = r.Run(context.Background(), six[0])
	require.NoError(t, err)
	s := shared.Get(t)
	for _, m := range r.Profile.Prototypes {
		h, err := s.newHead(m)
		require.NoError(t, err)
		require.True(t, h.trained(), "M = %d", m)
	}
	h, err := s.newHead(12)
	require.NoError(t, err)
	require.False(t, h.trained())
}

func TestSameStateSameBytes(t *testing.T) {
	s, again := shared.Get(t), shared.New(t)
	t.Cleanup(again.Close)
	other := s.Start()
	other.Threshold, other.Blend, other.Image = 20, 80, 0
	livetest.SameStateSameBytes(t, s, again, s.Start(), other)
}

// TestEveryControlOfINPFormerMoves moves each control to each end and sees the picture change.
func TestEveryControlOfINPFormerMoves(t *testing.T) {
	s := shared.Get(t)
	moves := map[string]string{
		"category": "1", "defect": "1", "image": "2", "previous": "1", "next": "1", "m": "0",
		"level": "1", "inp": "2", "blend": "90",
		"scale": "1", "threshold": "10", "compare": "2", "shots": "1", "file": s.tests[0].Path,
		"neighbours": "1", "radius": "1", "variance": "1", "unmasked": "2",
	}
	beside := map[string]string{"shots": "multiads", "neighbours": "rad", "radius": "rad",
		"variance": "subspacead", "unmasked": "anomalydino"}
	start := s.Start()
	start.M = 4
	for _, c := range s.Panel(start) {
		value, ok := moves[c.ID]
		require.True(t, ok, c.ID)
		before := start
		require.Equal(t, beside[c.ID] != "", c.Off, c.ID)
		if name := beside[c.ID]; name != "" {
			before.Compare = name
		}
		after, err := s.Panel(before).Set(before, c.ID, value)
		require.NoError(t, err, c.ID)
		require.False(t, bytes.Equal(livetest.Encoded(t, livetest.Drawn(t, s, before)),
			livetest.Encoded(t, livetest.Drawn(t, s, after))), c.ID)
	}
	all := start
	all.Compare, all.INP = compareAll, 2
	livetest.Look(t, "all", livetest.Drawn(t, s, all))
}

func TestBesideIsWhatTheDetectorSays(t *testing.T) {
	ctx := context.Background()
	s := shared.Get(t)
	e := s.experiment.By("knn")
	e.Steps, e.Batch = 0, 0
	state := s.Start()
	state.Compare = "knn"
	livetest.Drawn(t, s, state)
	m, entry, err := s.measurement("knn", state)
	require.NoError(t, err)
	kept, err := s.sweepOf(m, entry)
	require.NoError(t, err)
	l, err := experiment.Open("", experiment.CacheDir(), progress.New(nil))
	require.NoError(t, err)
	at := 0
	_, err = l.Evaluate(ctx, e, func(x experiment.Scored) {
		require.InDelta(t, x.Score, float64(kept.scores[at]), 1e-5)
		at++
	})
	require.NoError(t, err)
	require.Equal(t, len(s.tests), at)
}

func TestFilesThatAreNoPictures(t *testing.T) {
	s := shared.Get(t)
	bad := filepath.Join(t.TempDir(), "bad.png")
	require.NoError(t, os.WriteFile(bad, []byte("not a picture"), 0o666))
	for _, path := range []string{bad, bad + ".missing", t.TempDir()} {
		state := s.Start()
		state.File = path
		_, err := s.Apply(context.Background(), state)
		require.ErrorContains(t, err, filepath.Base(path))
		require.NotContains(t, err.Error(), "\n")
	}
}

// TestAFileIsPredictedAsItsImage names a test image by its path: the score is the same.
func TestAFileIsPredictedAsItsImage(t *testing.T) {
	s := shared.Get(t)
	state := s.Start()
	known := livetest.Number(t, livetest.Drawn(t, s, state), "score")
	state.File = state.List(s.set)[state.Image].Path
	f, err := s.Apply(context.Background(), state)
	require.NoError(t, err)
	require.Equal(t, known, livetest.Number(t, f, "score"))
}

// TestMemoryIsFlat makes a thousand moves, twice, and compares the heap.
func TestMemoryIsFlat(t *testing.T) {
	s := shared.Get(t)
	state := s.Start()
	ready := []int{1, 2, 6}
	for _, m := range ready {
		state.M = m
		livetest.Drawn(t, s, state)
	}
	heap := func() float64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc) / (1 << 20)
	}
	moves := func(n int) {
		for i := range n {
			state.Category = s.set.Categories[i/7%len(s.set.Categories)].Name
			state.M, state.Threshold, state.Blend, state.Image = ready[i%3], i%100, i%97,
				i%len(state.List(s.set))
			_, err := s.Apply(context.Background(), state)
			require.NoError(t, err)
		}
	}
	moves(200) // the caches fill up
	before := heap()
	moves(1000)
	after := heap()
	t.Logf("heap %.1f MiB after 200 moves, %.1f MiB after 1200", before, after)
	require.Less(t, math.Abs(after-before), 16.0)
}

// TestMadeIsOfWhatIsDrawn: the record's settings are the session's experiment, which is that of
// Figure 6, and are what would be made here.
func TestMadeIsOfWhatIsDrawn(t *testing.T) {
	s := shared.Get(t)
	made := s.Made()
	var e experiment.Experiment
	require.NoError(t, json.Unmarshal([]byte(made["experiment"]), &e))
	want := s.experiment
	want.Data, want.Encoder = "", ""
	require.Equal(t, want, e)
	require.Contains(t, made["data"], s.setDigest[:16])
	require.Contains(t, made["encoder"], s.encoder.Digest()[:16])
	here, err := livetest.Runner(t).RecordOf(context.Background(), playground, s.measured)
	require.NoError(t, err)
	require.Equal(t, exhibit.Explained{Answer: exhibit.SameBits}, exhibit.Compare(made, here))
	six, err := papers.Find("inp-figure6")
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(six[0].Measurements(s.runner.Profile),
		func(m exhibit.Measurement) bool { return m.Equal(s.measured) }))
}

// TestDetectorsBesideAreTheTables: what learns from other data sets is the exhibits' own, but for
// what it learns from.
func TestDetectorsBesideAreTheTables(t *testing.T) {
	s := shared.Get(t)
	m, entry, err := s.measurement("multiads", State{Shots: 2})
	require.NoError(t, err)
	require.True(t, entry.Sources)
	tables := s.runner.Profile.Tables
	require.Equal(t, []int{tables.AdapterSteps, tables.AdapterBatch, 2},
		[]int{m.Experiment.Steps, m.Experiment.Batch, m.Experiment.Shots})
	require.Equal(t, []string{unseen}, m.TrainedOn)
	knn, _, err := s.measurement("knn", State{Shots: 2})
	require.NoError(t, err)
	require.Zero(t, knn.Experiment.Shots)
}

// TestDialsAreSettings: a slider gives the detector beside the setting that the command line would,
// its first place the detector's own, and each place has maps of its own.
func TestDialsAreSettings(t *testing.T) {
	s := shared.Get(t)
	x := s.Start()
	x.Compare = "rad"
	own, _, err := s.measurement("rad", x)
	require.NoError(t, err)
	require.True(t, own.Equal(s.measured.By("rad")))
	for id, place := range map[string]string{"radius": "1", "neighbours": "2"} {
		x, err = s.Panel(x).Set(x, id, place)
		require.NoError(t, err)
	}
	dialled, _, err := s.measurement("rad", x)
	require.NoError(t, err)
	require.Equal(t, baseline.RADSettings{Neighbours: 5, Radius: 0}, dialled.Experiment.Own)
	require.Equal(t, ", k pictures 5, radius r 0", x.dialled("rad"))
	require.Empty(t, x.dialled("subspacead"))
	x.Compare = "subspacead"
	for _, c := range s.Panel(x) {
		if c.ID == "radius" {
			require.True(t, c.Off, "nothing beside has it")
		}
	}
	for _, d := range dials {
		require.True(t, slices.ContainsFunc(comparisons, d.has), d.name)
	}
}

// TestAddressLeadsBack moves many controls, and reaches the same state by its address.
func TestAddressLeadsBack(t *testing.T) {
	s := shared.Get(t)
	x := s.Start()
	var err error
	for _, move := range [][2]string{{"category", "1"}, {"defect", "1"}, {"image", "1"}, {"m", "7"},
		{"inp", "3"}, {"threshold", "17"}, {"compare", "4"}, {"radius", "3"}} {
		x, err = s.Panel(x).Set(x, move[0], move[1])
		require.NoError(t, err, move)
	}
	livetest.LeadsBack(t, s, x)
}
