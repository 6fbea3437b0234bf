package metric_test

import (
	"errors"
	"fmt"

	"adlab/pkg/metric"
)

// Image metrics of six pictures, of which the last three are anomalous.
func ExampleImage() {
	s, err := metric.Image([]float64{0.1, 0.3, 0.2, 0.25, 0.8, 0.9}, []int{0, 0, 0, 1, 1, 1})
	if err != nil {
		panic(err)
	}
	fmt.Printf("AUROC %.3f, AP %.3f, F1-max %.3f\n", s.AUROC, s.AP, s.F1Max)
	_, err = metric.Image([]float64{0.1, 0.3}, []int{0, 0})
	fmt.Println("one class has no ranking:", errors.Is(err, metric.ErrOneClass))
	// Output:
	// AUROC 0.889, AP 0.917, F1-max 0.857
	// one class has no ranking: true
}
