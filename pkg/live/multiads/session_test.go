package multiads

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"adlab/datasets/kba"
	"adlab/pkg/clip"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/live"
	"adlab/pkg/live/livetest"
	"adlab/pkg/multiads"
	papers "adlab/pkg/papers/multiads"
	"adlab/pkg/progress"
	"adlab/pkg/store"
	"adlab/pkg/view"

	"github.com/stretchr/testify/require"
)

var shared = livetest.Shared[State, *Session]{Open: Open}

func TestMain(m *testing.M) { livetest.Main(m, shared.Close) }

func TestSameStateSameBytes(t *testing.T) {
	s, again := shared.Get(t), shared.New(t)
	t.Cleanup(again.Close)
	other := s.Start()
	other.Threshold, other.Blend, other.Image = 20, 80, 0
	livetest.SameStateSameBytes(t, s, again, s.Start(), other)
}

// TestMadeIsOfWhatIsDrawn: the record's settings are the session's experiment, which is a row of
// the zero-shot table and the walkthrough's, and are what would be made here.
func TestMadeIsOfWhatIsDrawn(t *testing.T) {
	ctx, s, r := context.Background(), shared.Get(t), livetest.Runner(t)
	made := s.Made()
	var e experiment.Experiment
	require.NoError(t, json.Unmarshal([]byte(made["experiment"]), &e))
	want := experiment.With(s.experiment, func(own *multiads.Settings) {
		own.Sources = own.Keys()
	})
	want.Data, want.Encoder = "", ""
	require.Equal(t, want, e)
	require.Equal(t, "first-release", experiment.OwnOf[multiads.Settings](e).Revision)
	require.Equal(t, []int{r.Profile.AdapterSteps, r.Profile.AdapterBatch}, []int{e.Steps, e.Batch})
	require.Contains(t, made["encoder"], s.detector.Model.Digest()[:16])
	for _, key := range []string{"mvtec", "visa"} {
		set, err := r.Set(ctx, key)
		require.NoError(t, err)
		digest, err := set.Digest()
		require.NoError(t, err)
		require.Contains(t, made["data"], key+" "+digest[:16])
	}
	m := papers.Walked(r.Profile)
	here, err := r.RecordOf(ctx, playground, m)
	require.NoError(t, err)
	require.Equal(t, exhibit.Explained{Answer: exhibit.SameBits}, exhibit.Compare(made, here))
	here, err = r.RecordOf(ctx, playground, exhibit.With(m, func(own *multiads.Settings) {
		own.Revision = "deck"
	}))
	require.NoError(t, err)
	require.Len(t, exhibit.Compare(made, here).Differences, 1, "another experiment")
	require.Equal(t, exhibit.SomethingElse, exhibit.Compare(made, here).Answer)
}

// TestMistakesInPromptsAreOneLine types what cannot be a list of prompts.
func TestMistakesInPromptsAreOneLine(t *testing.T) {
	s := shared.Get(t)
	state := s.Start()
	for text, line := range map[string]string{
		"":        "expected at least one prompt with [cls], got none",
		"  \n\n ": "got none",
		"no product": "expected [cls], which stands for the product, in every prompt, " +
			"got \"no product\"",
		"[cls] with {braces}":    "no brackets but [cls]",
		"[cls] with a \x1b tone": "control characters",
		strings.Repeat("[cls] ", 200_000): "expected at most 24 prompts of 200 letters, got " +
			"1200000 bytes",
	} {
		_, err := s.Panel(state).Set(state, "prompts", text)
		require.ErrorContains(t, err, line)
		require.NotContains(t, err.Error(), "\n")
		require.Less(t, len(err.Error()), 400)
	}
}

// TestMultiADSNumbersAreThoseOfEval compares a category's metrics with adlab eval --filter,
// zero-shot and few-shot.
func TestMultiADSNumbersAreThoseOfEval(t *testing.T) {
	s := shared.Get(t)
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
		f := livetest.Drawn(t, s, state)
		require.Equal(t, live.Fraction(c.ImageAUROC),
			livetest.Number(t, f, "image AUROC of "+c.Name))
		require.Equal(t, live.Fraction(c.PixelAUROC),
			livetest.Number(t, f, "pixel AUROC of "+c.Name))
	}
}

// TestMultiADSScoreIsThatOfPredict compares one image's score and types with the detector as adlab
// predict asks it.
func TestMultiADSScoreIsThatOfPredict(t *testing.T) {
	ctx := context.Background()
	s := shared.Get(t)
	walk, err := view.NewTypeWalk(ctx, s.env, s.experiment)
	require.NoError(t, err)
	config := walk.Detector.Config
	config.Alone = true
	d, err := walk.Detector.With(config)
	require.NoError(t, err)
	state := s.Start()
	state.Own = false // predict asks about all types
	x := state.List(s.set)[state.Image]
	f := livetest.Drawn(t, s, state)
	for p, err := range d.Predict(ctx, state.List(s.set)[state.Image:state.Image+1]) {
		require.NoError(t, err)
		require.Equal(t, livetest.Number(t, f, "score"), live.Fixed(p.Score), x.ID)
	}
}

// TestOnlyWhatChangedIsEncoded edits one of several prompts: only its sentences go through the text
// tower, and what was edited moves the picture.
func TestOnlyWhatChangedIsEncoded(t *testing.T) {
	ctx := context.Background()
	s := shared.Get(t)
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
	require.False(t, bytes.Equal(livetest.Encoded(t, first), livetest.Encoded(t, second)))
	require.NotEqual(t, livetest.Number(t, first, "text score"),
		livetest.Number(t, second, "text score"))
	back, err := s.Panel(next).Set(next, "reset", "1")
	require.NoError(t, err)
	third, err := s.Apply(ctx, back)
	require.NoError(t, err)
	require.True(t, bytes.Equal(livetest.Encoded(t, first), livetest.Encoded(t, third)))
}

// TestEveryControlOfMultiADSMoves moves each control and sees the picture change.
func TestEveryControlOfMultiADSMoves(t *testing.T) {
	ctx := context.Background()
	s := shared.Get(t)
	start := s.Start()
	moves := map[string]string{
		"category": "1", "defect": "1", "image": "2", "previous": "1", "next": "1",
		"file": s.set.Categories[0].Train[0].Path, "type": "1",
		"prompts": "[cls] of another kind", "reset": "1", "add": "stain", "kba": "false",
		"own": "false", "shots": "2", "blend": "90", "threshold": "5",
		"edits": fmt.Sprintf(`{"prompts":{%q:"[cls] of a fourth kind"}}`, start.Type),
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
		require.False(t, bytes.Equal(livetest.Encoded(t, one), livetest.Encoded(t, other)), c.ID)
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

// TestAddressesTellTextsApart: two prompts are not one that reads like both.
func TestAddressesTellTextsApart(t *testing.T) {
	base := func(prompts ...string) kba.Base {
		return kba.Base{Types: []kba.Type{{Name: "hole", Prompts: prompts}}}
	}
	two, one := base("[cls] with a hole", "[cls] with a crack"),
		base("[cls] with a hole [cls] with a crack")
	require.NotEqual(t, store.Address(two), store.Address(one))
	require.Equal(t, store.Address(two),
		store.Address(base("[cls] with a hole", "[cls] with a crack")))
}

// TestWordsThatTheTowerCannotKnowAreSaid: of what a person wrote, not of what is shipped.
func TestWordsThatTheTowerCannotKnowAreSaid(t *testing.T) {
	base := &kba.Base{Types: []kba.Type{{Name: "hole", Prompts: []string{"[cls] with a hole"}},
		{Name: "녹슨 자국", Prompts: []string{"[cls] with 녹슨 자국"}}}}
	require.Empty(t, unknown(clip.TapEncoder{}, State{}, base))
	require.Equal(t, []string{"녹슨", "자국"},
		unknown(clip.TapEncoder{}, State{Added: []string{"녹슨 자국"}}, base))
	require.Empty(t, unknown(clip.TapEncoder{},
		State{Prompts: map[string]string{"hole": "[cls] with a hole"}}, base))
}

// TestAddressLeadsBackToEdits: what was written and added is in the address, and an address can say
// no more than the boxes.
func TestAddressLeadsBackToEdits(t *testing.T) {
	s := shared.Get(t)
	x := s.Start()
	x.Own, x.KBA = false, false
	x = x.edited(s.detector.Base.Names()[1], "a photo of a [cls]\nwith a hole")
	require.Error(t, second(s.edit(x, s.edits(x).Value)), "a prompt without the product")
	x = x.edited(s.detector.Base.Names()[1], "a photo of a [cls] & a hole = 50 %")
	x.Added, x.Type, x.Shots = []string{"녹슨 자국"}, "녹슨 자국", 2
	livetest.LeadsBack(t, s, x)
	for _, text := range []string{"{", `{"added":["[x]"]}`, `{"prompts":{"no such type":"[cls]"}}`,
		`{"added":["` + strings.Repeat("x", 41) + `"]}`} {
		require.Error(t, second(s.edit(s.Start(), text)), text)
	}
	_, err := live.Follow(s, "multiads?edits="+url.QueryEscape(`{"added":["a","a"]}`))
	require.ErrorContains(t, err, "on the list")
}

func second[T any](_ T, err error) error { return err }
