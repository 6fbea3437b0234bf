package datasets

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVocabularies(t *testing.T) {
	sums, categories := map[string]int{}, 0
	for _, v := range Vocabularies() {
		require.NotEmpty(t, v.Source)
		require.Contains(t, Layouts(), v.Layout)
		for _, n := range v.Train {
			sums[v.Key] += n
		}
		for folder, kind := range v.Folders {
			require.Contains(t, v.Types, kind, folder)
		}
		for product, kinds := range v.ProductTypes {
			require.Contains(t, v.Categories, product)
			for _, k := range kinds {
				require.Contains(t, v.Types, k, product)
			}
		}
		if slices.Contains([]string{"mvtec", "visa", "real-iad"}, v.Key) {
			categories += len(v.Categories)
		}
	}
	require.Equal(t, map[string]int{"mvtec": 3629, "visa": 8659}, sums)
	require.Equal(t, 57, categories, "super-multi-class")
	v, err := VocabularyOf("visa")
	require.NoError(t, err)
	for raw, want := range map[string]string{"weird candle wick": "weird wick", "small holes": "hole", "chip": "chip"} {
		kind, ok := v.Type(raw)
		require.True(t, ok)
		require.Equal(t, want, kind)
	}
	_, ok := v.Type("sneeze")
	require.False(t, ok)
	_, err = VocabularyOf("coco")
	require.ErrorContains(t, err, `expected one of mvtec, visa, real-iad, mpdd, mad-sim, mad-real, got "coco"`)
}

// TestSeenTypes are the marks of the published per-defect tables, and VisA by the rule of the specification.
func TestSeenTypes(t *testing.T) {
	source, err := VocabularyOf("mvtec")
	require.NoError(t, err)
	for key, marks := range map[string]map[string]bool{
		"visa": {"extra": false, "stuck": false, "bent": true, "hole": true, "damage": true, "scratch": true, "breakage": true, "crack": true, "wrong place": true, "missing": true,
			"burnt": false, "weird wick": false, "partical": false, "bubble": false, "melded": false, "melt": false, "chip": false},
		"real-iad": {"pit": false, "contamination": true, "scratch": true, "damage": true},
		"mad-sim":  {"Burrs": false, "Missing": true, "Stains": true},
		"mpdd":     {"mismatch": false, "flattening": false, "scratch": true},
	} {
		target, err := VocabularyOf(key)
		require.NoError(t, err)
		seen := Seen(source, target)
		for kind, want := range marks {
			require.Equal(t, want, seen[kind], "%s %s", key, kind)
		}
	}
}
