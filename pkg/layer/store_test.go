package layer

import (
	"testing"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
)

func TestPathAndNameAreInverse(t *testing.T) {
	for name, path := range map[string]string{
		"weight":                   "/weight",
		"blocks.3.attn.qkv.weight": "/blocks/3/attn/qkv/weight",
		"_blocks.10._bn0.bias":     "/_blocks/10/_bn0/bias",
	} {
		require.Equal(t, path, Path(name))
		require.Equal(t, name, Name(path))
	}
}

func TestPutOverwritesOnlyTheSameShape(t *testing.T) {
	store := model.NewStore()
	put := func(shape []int, data ...float32) error {
		return Put(store, "net.", map[string]Array{"a.weight": {shape, data}}, false)
	}
	require.NoError(t, put([]int{2, 1}, 1, 2))
	require.False(t, store.GetVariable("/net/a/weight").Trainable)
	require.NoError(t, put([]int{2, 1}, 3, 4))
	require.EqualError(t, put([]int{1, 2}, 5, 6),
		`tensor "net.a.weight": expected shape [2 1], got [1 2]`)
	got, err := Get(store, "net.")
	require.NoError(t, err)
	require.Equal(t, map[string]Array{"a.weight": {[]int{2, 1}, []float32{3, 4}}}, got,
		"the refused value leaves no trace")
	none, err := Get(store, "other.")
	require.NoError(t, err)
	require.Empty(t, none)
}

func TestCheckNames(t *testing.T) {
	a := map[string][]int{"a": {1, 2}}
	for label, c := range map[string]struct {
		want, got map[string][]int
		message   string
	}{
		"same":    {a, map[string][]int{"a": {1, 2}}, ""},
		"missing": {a, nil, "w: 1 missing: a"},
		"extra":   {nil, a, "w: 1 unexpected: a"},
		"wrong": {a, map[string][]int{"a": {2, 1}},
			"w: 1 wrong shape: a expected [1 2] got [2 1]"},
		"many": {map[string][]int{"a": {}, "b": {}, "c": {}, "d": {}, "e": {}, "f": {}, "g": {}},
			nil,
			"w: 7 missing: a, b, c, d, e and 2 more"},
	} {
		err := CheckNames("w", c.want, c.got)
		if c.message == "" {
			require.NoError(t, err, label)
			continue
		}
		require.EqualError(t, err, c.message, label)
	}
}
