package setting

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

type shared struct{ Rate float64 }

type own struct {
	shared
	INPs    int
	Sources []string
	Single  bool
	Rule    string
	hidden  int
}

func TestSettingsAreKnownByName(t *testing.T) {
	require.Equal(t, []string{"Rate", "INPs", "Sources", "Single", "Rule"}, Names(own{hidden: 1}))
	require.True(t, Has(own{}, "Rate"))
	require.False(t, Has(own{}, "hidden"))
	require.Empty(t, Names(nil))
}

func TestWithSetsACopy(t *testing.T) {
	before := own{INPs: 6}
	var after any = before
	for _, c := range []struct {
		name  string
		texts []string
	}{{"INPs", []string{"4"}}, {"Rate", []string{"0.5"}}, {"Sources", []string{"a=b,c", "d"}},
		{"Single", []string{"true"}}, {"Rule", []string{"x"}}} {
		var err error
		after, err = With(after, c.name, c.texts...)
		require.NoError(t, err)
	}
	require.Equal(t, own{shared: shared{0.5}, INPs: 4, Sources: []string{"a=b,c", "d"},
		Single: true, Rule: "x"}, after)
	require.Equal(t, 6, before.INPs)
}

func TestMistakesNameTheSetting(t *testing.T) {
	_, err := With(own{}, "INPs", "six")
	var e *Error
	require.ErrorAs(t, fmt.Errorf("model: %w", err), &e)
	require.Equal(t, "INPs", e.Name)
	require.ErrorContains(t, err, `got "six"`)
	_, err = With(own{}, "Nothing", "1")
	require.ErrorContains(t, err, "INPs")
	inner := errors.New("expected x")
	require.ErrorIs(t, Errorf("Rule", "%w", inner), inner)
}
