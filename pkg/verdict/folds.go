package verdict

import "math/rand/v2"

// Folds deals n pictures to k folds of equal size, but for one picture, in an order drawn with the
// seed: the fold of each. k is at most n.
func Folds(n, k int, seed uint64) []int {
	k = max(1, min(k, n))
	folds := make([]int, n)
	for i, at := range rand.New(rand.NewPCG(seed, 0xf01d)).Perm(n) {
		folds[at] = i % k
	}
	return folds
}

// CrossFit gives each of n pictures a score by a detector that has not seen it: fit learns from all
// but the pictures of a fold, and gives the scores of those of the fold, in their order.
//
// Where the detector that is used in the end learns from all of them and that can only lower a new
// picture's score, as with the distance to the nearest of a growing bank, the promise of Conformal
// holds as it stands: the threshold is then no lower than jackknife-minmax's (Barber, Candès,
// Ramdas, Tibshirani: Predictive inference with the jackknife+, 2021, theorem 3). With others it
// holds in so far as a detector of all pictures and one of all but a fold score alike.
func CrossFit(n, k int, seed uint64, fit func(fold int, train, held []int) ([]float64, error)) (
	[]float64, error) {
	folds := Folds(n, k, seed)
	scores := make([]float64, n)
	for fold := range max(1, min(k, n)) {
		var train, held []int
		for i, f := range folds {
			if f == fold {
				held = append(held, i)
			} else {
				train = append(train, i)
			}
		}
		got, err := fit(fold, train, held)
		if err != nil {
			return nil, err
		}
		for j, i := range held {
			scores[i] = got[j]
		}
	}
	return scores, nil
}
