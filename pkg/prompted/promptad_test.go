package prompted

import (
	"math"
	"math/rand/v2"
	"testing"

	"adlab/pkg/layer"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
)

// TestPromptADsLossByALoop is of drawn features and texts.
func TestPromptADsLossByALoop(t *testing.T) {
	const images, tokens, d = 2, 5, 4
	_, words, learned := padPhrases("cup")
	rng := rand.New(rand.NewPCG(1, 2))
	drawn := func(n int) (rows [][]float64) {
		for range n {
			v := make([]float64, d)
			for i := range v {
				v[i] = rng.NormFloat64()
			}
			rows = append(rows, unit(v))
		}
		return rows
	}
	seen, text := drawn(images*tokens), drawn(padNormals+words+learned)
	mean := func(from, to int) []float64 {
		m := make([]float64, d)
		for _, v := range text[from:to] {
			for i, x := range v {
				m[i] += x / float64(to-from)
			}
		}
		return m
	}
	apart := func(a, b []float64) (sum float64) {
		for i := range a {
			sum += (a[i] - b[i]) * (a[i] - b[i])
		}
		return sum
	}
	normal, all := mean(0, padNormals), mean(padNormals, len(text))
	want := padAlign * apart(mean(padNormals, padNormals+words), mean(padNormals+words, len(text)))
	for _, v := range seen {
		sum := math.Exp(100 * dot(v, normal))
		for _, a := range text[padNormals:] {
			sum += math.Exp(100 * dot(v, a))
		}
		want += (math.Log(sum) - 100*dot(v, normal) +
			max(0, math.Sqrt(apart(v, normal))-math.Sqrt(apart(v, all)))) / float64(len(seen))
	}
	var features, columns []float32
	for _, v := range seen {
		for _, x := range v {
			features = append(features, float32(3*x)) // of any length
		}
	}
	for i := range d {
		for _, v := range text {
			columns = append(columns, float32(v[i]))
		}
	}
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		out, err := CallOnce(b, func(x, text *Node) *Node {
			return padLoss(x, text, words, learned)
		}, tensors.FromFlatDataAndDimensions(features, images, 1, tokens, d),
			tensors.FromFlatDataAndDimensions(columns, d, len(text)))
		require.NoError(t, err)
		require.InDelta(t, want, tensors.MustCopyFlatData[float32](out)[0], 1e-3*want)
	})
}

func TestGradientsOfPromptAD(t *testing.T) {
	cups := plates(t, "cup", -1, -1)
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		d, err := newPromptADMethod(jobOn(t, b, 2, nil))
		require.NoError(t, err)
		p := d.(*PromptAD)
		phrases, words, learned := padPhrases("cup")
		sheet, err := p.reader.sheet(phrases)
		require.NoError(t, err)
		store := model.NewStore()
		require.NoError(t, layer.Put(store, "prompt.", draw(map[string][]int{"context": {
			padVectors, p.reader.width()}}, 1), true))
		f, err := p.space.Extract(t.Context(), cups)
		require.NoError(t, err)
		defer f.Close()
		checkGradients(t, b, store, func(scope *model.Scope, x []*Node) *Node {
			v := layer.Param(scope.At("prompt"), x[0].Graph(), "context", padVectors,
				p.reader.width())
			text := Squeeze(p.reader.Embed(ConstTensor(x[0].Graph(), sheet), v), 0)
			return padLoss(x[0], text, words, learned)
		}, []*tensors.Tensor{f.Batch([]int{0, 1})}, "promptad")
	})
}

// TestPromptADLearnsFromNormalPicturesAlone: normal ones seem the more normal the longer it learns,
// a square is found, and the same seed gives the same bits, from a checkpoint or anew.
func TestPromptADLearnsFromNormalPicturesAlone(t *testing.T) {
	normal := append(plates(t, "cup", -1, -1, -1), plates(t, "plate", -1, -1)...)
	test := append(plates(t, "cup", -1, 6), plates(t, "plate", 9)...)
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		fitted := func(steps int) *PromptAD {
			j := jobOn(t, b, 2, nil)
			j.Steps, j.Rate = steps, 1e-2
			d, err := newPromptADMethod(j)
			require.NoError(t, err)
			require.NoError(t, d.Fit(t.Context(), normal))
			return d.(*PromptAD)
		}
		anomalous := func(p *PromptAD) (sum float64) { // what the texts say of a normal picture
			f, err := p.space.Extract(t.Context(), test[:1])
			require.NoError(t, err)
			defer f.Close()
			out, err := CallOnce(b, func(x, text *Node) *Node {
				image, _ := cut(x)
				return Sub(Dot(image, last(text)).Product(), Dot(image, first(text)).Product())
			}, f.Batch([]int{0}), p.texts["cup"])
			require.NoError(t, err)
			return float64(tensors.MustCopyFlatData[float32](out)[0])
		}
		learned := fitted(20)
		require.Less(t, anomalous(learned), anomalous(fitted(1)))
		got, err := predictAll(t.Context(), learned, test)
		require.NoError(t, err)
		for i, tokens := range tokensOf(t, b, smallPair(t), test) {
			category, bank := test[i].Category, [][]float64{}
			for k, reference := range tokensOf(t, b, smallPair(t), normal) {
				if normal[k].Category == category && k != 2 { // two of each
					bank = append(bank, reference[1:]...)
				}
			}
			columns := tensors.MustCopyFlatData[float32](learned.texts[category])
			says := func(v []float64) float64 {
				difference := 0.0
				for c, x := range v {
					difference += x * float64(columns[2*c]-columns[2*c+1])
				}
				return 1 / (1 + math.Exp(100*difference))
			}
			near := func(v []float64) float64 {
				nearest := math.Inf(1)
				for _, r := range bank {
					nearest = min(nearest, (1-dot(v, r))/2)
				}
				return nearest
			}
			mean := func(x, y float64) float64 { return 2 / (1/max(x, 1e-6) + 1/max(y, 1e-6)) }
			largest := 0.0
			for _, v := range tokens[1:] {
				largest = max(largest, near(v))
			}
			want, corner := mean(says(tokens[0]), largest), mean(says(tokens[1]), near(tokens[1]))
			require.InDelta(t, want, got[i].Score, 0.02*want+1e-6, "picture %d", i)
			require.InDelta(t, corner, got[i].Map[0], 0.02*corner+1e-6, "picture %d", i)
		}
		repeated, err := predictAll(t.Context(), fitted(20), test)
		require.NoError(t, err)
		require.Equal(t, got, repeated)
		require.NoError(t, learned.Fit(t.Context(), normal), "found learned")
		found, err := predictAll(t.Context(), learned, test)
		require.NoError(t, err)
		require.Equal(t, got, found)
		_, err = predictAll(t.Context(), learned, plates(t, "duck", -1))
		require.ErrorContains(t, err, `expected normal references of "duck", got none`)
		require.ErrorContains(t, learned.Fit(t.Context(), normal[:1]), "expected 2 normal")
	})
}
