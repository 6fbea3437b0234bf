package inpformer

import (
	"fmt"
	"math"

	"adlab/pkg/exhibit"

	"gonum.org/v1/gonum/mat"
)

// distinct is how many places m distributions over n places, [m, n], look at: the Vendi score
// (Friedman and Dieng, TMLR 2023), the exponential of the entropy of the eigenvalues of K / m,
// where K is Bhattacharyya's coefficient of two of them. It is 1 where all are the same, and m
// where no two share a place.
func distinct(attention []float32, m int) (float64, error) {
	n := len(attention) / m
	overlap := mat.NewSymDense(m, nil)
	for i := range m {
		for j := i; j < m; j++ {
			sum := 0.0
			for k := range n {
				sum += math.Sqrt(float64(attention[i*n+k]) * float64(attention[j*n+k]))
			}
			overlap.SetSym(i, j, sum/float64(m))
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(overlap, false) {
		return 0, fmt.Errorf("overlap of %d prototypes: no eigenvalues were found", m)
	}
	entropy := 0.0
	for _, v := range eigen.Values(nil) {
		if v > 0 {
			entropy -= v * math.Log(v)
		}
	}
	return math.Exp(entropy), nil
}

// saysDistinct is the mean of that over the attention of some pictures, in both languages.
func saysDistinct(attention [][]float32, m int) (says exhibit.Words, err error) {
	mean := 0.0
	for _, a := range attention {
		of, err := distinct(a, m)
		if err != nil {
			return says, err
		}
		mean += of / float64(len(attention))
	}
	return exhibit.Words{EN: fmt.Sprintf("the %d prototypes count as %.1f", m, mean),
		KO: fmt.Sprintf("프로토타입 %d개는 %.1f개와 같다", m, mean)}, nil
}
