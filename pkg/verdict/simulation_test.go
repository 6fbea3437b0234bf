package verdict

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
)

// distances are those between normal pictures of a set, written by TestWriteDistances of
// pkg/experiment.
func distances(t *testing.T, name string) [][]float64 {
	b, err := os.ReadFile(filepath.Join("testdata", name+".bin"))
	require.NoError(t, err)
	n := int(binary.LittleEndian.Uint32(b))
	b = b[4:]
	d := make([][]float64, n)
	for i := range d {
		d[i] = make([]float64, n)
	}
	for i := range d {
		for j := i + 1; j < n; j++ {
			d[i][j] = float64(binary.LittleEndian.Uint16(b))
			d[j][i], b = d[i][j], b[2:]
		}
	}
	require.Empty(t, b)
	return d
}

// TestThePromisedRateHolds fits on some normals of a set, cross-fitted and with the detector of all
// of them in the end as `adlab fit` does it, and counts the false alarms among the others: over 200
// splits their mean rate is at most the promised one plus two standard errors.
func TestThePromisedRateHolds(t *testing.T) {
	const splits, folds = 200, 5
	for _, set := range []string{"elpv", "bottle"} {
		d := distances(t, set)
		score := func(picture int, bank []int) float64 {
			nearest := math.Inf(1)
			for _, other := range bank {
				nearest = min(nearest, d[picture][other])
			}
			return nearest
		}
		for _, c := range []struct {
			given int
			rate  float64
		}{{100, 0.01}, {100, 0.05}, {100, 0.1}, {40, 0.05}, {20, 0.01}} {
			t.Run(fmt.Sprintf("%s, %d given, %g asked", set, c.given, c.rate), func(t *testing.T) {
				rates := make([]float64, splits)
				var promised float64
				for seed := range rates {
					order := rand.New(rand.NewPCG(uint64(seed), 0x5917)).Perm(len(d))
					given, others := order[:c.given], order[c.given:]
					some := func(places []int) (out []int) {
						for _, i := range places {
							out = append(out, given[i])
						}
						return out
					}
					scores, err := CrossFit(c.given, folds, uint64(seed), func(_ int, train,
						held []int) (out []float64, err error) {
						bank := some(train)
						for _, i := range held {
							out = append(out, score(given[i], bank))
						}
						return out, nil
					})
					require.NoError(t, err)
					threshold, err := Conformal(scores, c.rate)
					require.NoError(t, err)
					promised = threshold.Rate
					alarms := 0
					for _, other := range others {
						if threshold.NG(score(other, given)) {
							alarms++
						}
					}
					rates[seed] = float64(alarms) / float64(len(others))
				}
				mean, deviation := stat.MeanStdDev(rates, nil)
				e := deviation / math.Sqrt(splits)
				t.Logf("promised %.2f %%, had %.2f ± %.2f %%", 100*promised, 100*mean, 100*e)
				require.LessOrEqual(t, mean, promised+2*e)
				require.Greater(t, mean, promised/5, "a threshold that calls nothing NG is none")
			})
		}
	}
}
