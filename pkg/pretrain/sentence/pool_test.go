package sentence

import (
	"testing"

	"adlab/pkg/pretrain"

	"github.com/stretchr/testify/require"
)

func TestSetsBeginWithEveryStateOfOneNoun(t *testing.T) {
	g := Captions()
	all := composeSets(g, 1, phrasesOf(g))
	require.Len(t, all, Sets*SetSize)
	for s := range Sets {
		for k := range States() {
			require.Equal(t, k, all[s*SetSize+k].state)
			require.Negative(t, all[s*SetSize+k].phrase)
		}
	}
}

func TestTableKeepsWhatIsNearNear(t *testing.T) {
	pieces, vectors := []string{"a", "b", "c", ""}, make([]float32, 4*Width)
	for i := range Width { // a and b alike, c apart
		vectors[i], vectors[Width+i], vectors[2*Width+i] = 1, 1, float32(i%2)*2-1
	}
	vectors[0] = 1.1
	table, err := tableOf(pieces, vectors, []bool{true, true, false, false}, 2, 1)
	require.NoError(t, err)
	apart := func(i, k int) float64 {
		d := []float32{table[2*i] - table[2*k], table[2*i+1] - table[2*k+1]}
		return pretrain.Product(d, d)
	}
	require.Less(t, 100*apart(0, 1), apart(0, 2))
}
