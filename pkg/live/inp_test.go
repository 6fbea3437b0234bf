package live

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
	"adlab/pkg/papers"
	"adlab/pkg/progress"

	"github.com/stretchr/testify/require"
)

// TestNumbersAreThoseOfEval compares what is under the picture with adlab eval in the same setting.
func TestNumbersAreThoseOfEval(t *testing.T) {
	ctx := context.Background()
	s := opened(t, "inp-former").(*inpSession)
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
			f := drawn(t, s, state)
			require.Equal(t, fraction(report.Mean.ImageAUROC), number(t, f, "image AUROC"))
			require.Equal(t, fraction(report.Mean.PixelAUROC), number(t, f, "pixel AUROC"))
			require.Equal(t, fraction(report.Mean.AUPRO), number(t, f, "AUPRO"))
			require.Equal(t, fraction(c.ImageAUROC), number(t, f, "image AUROC of "+c.Name))
			for i := range s.list(state) {
				state.Image = i
				got, err := strconv.ParseFloat(number(t, drawn(t, s, state), "score"), 64)
				require.NoError(t, err)
				require.InDelta(t, scores[s.tests[s.list(state)[i]].ID], got, 1e-4)
			}
			state.Image = 0
		}
	}
}

// TestHeadsAreThoseOfFigure6 finds the head that the exhibit has trained, by its address.
func TestHeadsAreThoseOfFigure6(t *testing.T) {
	r := runner(t, "smoke")
	six, err := papers.Find("inp-figure6")
	require.NoError(t, err)
	_, err = r.Run(context.Background(), six[0])
	require.NoError(t, err)
	s := opened(t, "inp-former").(*inpSession)
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
	for _, name := range []string{"inp-former", "multiads"} {
		s, again := opened(t, name), anew(t, name)
		t.Cleanup(again.Close)
		state := s.Start()
		first := drawn(t, s, state)
		other := state
		other.Threshold, other.Blend, other.Image = 20, 80, 0
		drawn(t, s, other)
		for _, f := range []Frame{drawn(t, s, state), drawn(t, again, state)} {
			require.True(t, bytes.Equal(encoded(t, first), encoded(t, f)), name)
			require.Equal(t, first.Numbers, f.Numbers)
		}
		look(t, name, first)
	}
}

func encoded(t testing.TB, f Frame) []byte {
	b, err := fastPNG(f.Picture())
	require.NoError(t, err)
	return b
}

// TestEveryControlOfINPFormerMoves moves each control to each end and sees the picture change.
func TestEveryControlOfINPFormerMoves(t *testing.T) {
	s := opened(t, "inp-former").(*inpSession)
	moves := map[string]string{
		"category": "1", "defect": "1", "image": "2", "previous": "1", "next": "1", "m": "0",
		"level": "1", "inp": "2", "blend": "90",
		"scale": "1", "threshold": "10", "compare": "2", "shots": "1", "file": s.tests[0].Path,
	}
	start := s.Start()
	start.M = 4
	for _, c := range s.Panel(start) {
		value, ok := moves[c.ID]
		require.True(t, ok, c.ID)
		before := start
		if c.ID == "shots" {
			before.Compare = besideMultiADS
		}
		after, err := s.Panel(before).Set(before, c.ID, value)
		require.NoError(t, err, c.ID)
		require.False(t, bytes.Equal(encoded(t, drawn(t, s, before)),
			encoded(t, drawn(t, s, after))), c.ID)
	}
	all := start
	all.Compare, all.INP = besideAll, 2
	look(t, "all", drawn(t, s, all))
}

func TestBesideIsWhatTheDetectorSays(t *testing.T) {
	ctx := context.Background()
	s := opened(t, "inp-former").(*inpSession)
	e := s.experiment.By("knn")
	e.Steps, e.Batch = 0, 0
	state := s.Start()
	state.Compare = "knn"
	drawn(t, s, state)
	o, err := s.other("knn", 0)
	require.NoError(t, err)
	l, err := experiment.Open("", experiment.CacheDir(), progress.New(nil))
	require.NoError(t, err)
	at := 0
	_, err = l.Evaluate(ctx, e, func(x experiment.Scored) {
		require.InDelta(t, x.Score, float64(o.sweep.scores[at]), 1e-5)
		at++
	})
	require.NoError(t, err)
	require.Equal(t, len(s.tests), at)
}

func TestFilesThatAreNoPictures(t *testing.T) {
	s := opened(t, "inp-former")
	bad := filepath.Join(t.TempDir(), "bad.png")
	require.NoError(t, os.WriteFile(bad, []byte("not a picture"), 0o666))
	for _, path := range []string{bad, bad + ".missing", t.TempDir()} {
		state := s.Start()
		state.File = path
		_, err := s.Apply(context.Background(), state)
		require.ErrorContains(t, err, filepath.Base(path))
		require.Equal(t, err.Error(), oneLine(err))
	}
}

// TestAFileIsPredictedAsItsImage names a test image by its path: the score is the same.
func TestAFileIsPredictedAsItsImage(t *testing.T) {
	s := opened(t, "inp-former").(*inpSession)
	state := s.Start()
	known := number(t, drawn(t, s, state), "score")
	state.File = s.tests[s.list(state)[state.Image]].Path
	f, err := s.Apply(context.Background(), state)
	require.NoError(t, err)
	require.Equal(t, known, number(t, f, "score"))
}

// TestMemoryIsFlat makes a thousand moves, twice, and compares the heap.
func TestMemoryIsFlat(t *testing.T) {
	s := opened(t, "inp-former").(*inpSession)
	state := s.Start()
	ready := []int{1, 2, 6}
	for _, m := range ready {
		state.M = m
		drawn(t, s, state)
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
				i%len(s.list(state))
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
