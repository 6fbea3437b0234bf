package live

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"adlab/pkg/experiment"
	"adlab/pkg/multiads"
	"adlab/pkg/progress"
	"adlab/pkg/view"

	"github.com/stretchr/testify/require"
)

// TestMultiADSNumbersAreThoseOfEval compares a category's metrics with adlab eval --filter,
// zero-shot and few-shot.
func TestMultiADSNumbersAreThoseOfEval(t *testing.T) {
	s := opened(t, "multiads").(*madsSession)
	l, err := experiment.Open("", experiment.CacheDir(), progress.New(nil))
	require.NoError(t, err)
	for _, k := range []int{0, 2} {
		e := experiment.With(s.experiment, func(own *multiads.Settings) { own.Filter = true })
		e.Shots = k
		report, err := l.Evaluate(context.Background(), e, nil)
		require.NoError(t, err)
		c := report.Categories[0]
		state := s.Start()
		state.Shots = k
		f := drawn(t, s, state)
		require.Equal(t, fraction(c.ImageAUROC), number(t, f, "image AUROC of "+c.Name))
		require.Equal(t, fraction(c.PixelAUROC), number(t, f, "pixel AUROC of "+c.Name))
	}
}

// TestMultiADSScoreIsThatOfPredict compares one image's score and types with the detector as adlab
// predict asks it.
func TestMultiADSScoreIsThatOfPredict(t *testing.T) {
	ctx := context.Background()
	s := opened(t, "multiads").(*madsSession)
	walk, err := view.NewTypeWalk(ctx, s.lab, s.experiment)
	require.NoError(t, err)
	config := walk.Detector.Config
	config.Alone = true
	d, err := walk.Detector.With(config)
	require.NoError(t, err)
	state := s.Start()
	state.Own = false // predict asks about all types
	x := s.list(state)[state.Image]
	f := drawn(t, s, state)
	for p, err := range d.Predict(ctx, s.list(state)[state.Image:state.Image+1]) {
		require.NoError(t, err)
		require.Equal(t, number(t, f, "score"), fixed(p.Score), x.ID)
	}
}

// TestOnlyWhatChangedIsEncoded edits one of several prompts: only its sentences go through the text
// tower, and what was edited moves the picture.
func TestOnlyWhatChangedIsEncoded(t *testing.T) {
	ctx := context.Background()
	s := opened(t, "multiads").(*madsSession)
	text := s.detector.Encoder()
	state := s.Start()
	first, err := s.Apply(ctx, state)
	require.NoError(t, err)
	edited := strings.Split(s.shownPrompts(state, state.Type), "\n")
	edited[0] = "[cls] that nobody would want"
	before := text.Encoded
	next, err := s.Panel(state).Set(state, "prompts", strings.Join(edited, "\n"))
	require.NoError(t, err)
	second, err := s.Apply(ctx, next)
	require.NoError(t, err)
	require.LessOrEqual(t, text.Encoded-before, len(s.detector.Sentences.Templates))
	require.False(t, bytes.Equal(encoded(t, first), encoded(t, second)))
	require.NotEqual(t, number(t, first, "score"), number(t, second, "score"))
	back, err := s.Panel(next).Set(next, "reset", "1")
	require.NoError(t, err)
	third, err := s.Apply(ctx, back)
	require.NoError(t, err)
	require.True(t, bytes.Equal(encoded(t, first), encoded(t, third)))
}

// TestEveryControlOfMultiADSMoves moves each control and sees the picture change.
func TestEveryControlOfMultiADSMoves(t *testing.T) {
	ctx := context.Background()
	s := opened(t, "multiads").(*madsSession)
	start := s.Start()
	moves := map[string]string{
		"category": "1", "defect": "1", "image": "2", "previous": "1", "next": "1",
		"file": s.set.Categories[0].Train[0].Path, "type": "1",
		"prompts": "[cls] of another kind", "reset": "1", "add": "stain", "kba": "false",
		"own": "false", "shots": "2", "blend": "90", "threshold": "5",
	}
	for _, c := range s.Panel(start) {
		value, ok := moves[c.ID]
		require.True(t, ok, c.ID)
		before := start
		if c.ID == "reset" {
			before = start.edited(start.Type, "[cls] of a third kind")
		}
		after, err := s.Panel(before).Set(before, c.ID, value)
		require.NoError(t, err, c.ID)
		one, err := s.Apply(ctx, before)
		require.NoError(t, err)
		other, err := s.Apply(ctx, after)
		require.NoError(t, err, c.ID)
		if c.ID == "type" { // all types of the product may be drawn already
			require.NotEqual(t, one.Numbers, other.Numbers)
			continue
		}
		require.False(t, bytes.Equal(encoded(t, one), encoded(t, other)), c.ID)
	}
	added, err := s.Panel(start).Set(start, "add", "  oil   stain ")
	require.NoError(t, err)
	require.Equal(t, "oil stain", added.Type)
	require.Equal(t, "[cls] with oil stain", s.shownPrompts(added, added.Type))
	require.True(t, slices.Contains(s.names(added), "oil stain"))
	for _, bad := range []string{"oil stain", strings.Repeat("x", 50), "{x}", "a\x00b"} {
		_, err := s.Panel(added).Set(added, "add", bad)
		require.Error(t, err, bad)
	}
}
