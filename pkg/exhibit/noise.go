package exhibit

import (
	"fmt"
	"math"
	"strings"
)

// Noise is, for each column, how much two rows differ by chance: twice the standard error of a
// difference of two means over the seeds, with the variance of all rows that have several seeds
// together. It is NaN for a column without such rows.
func (t *Table) Noise() []float64 {
	out := make([]float64, len(t.Columns))
	for c := range t.Columns {
		variance, rows, fewest := 0.0, 0, math.MaxInt
		for _, row := range t.Rows() {
			if n := len(row.Cells[c].Ours); n > 1 {
				_, deviation := row.Cells[c].Mean()
				variance, rows, fewest = variance+deviation*deviation, rows+1, min(fewest, n)
			}
		}
		if out[c] = math.NaN(); rows > 1 {
			out[c] = 2 * math.Sqrt(2*variance/float64(rows)/float64(fewest))
		}
	}
	return out
}

// noiseNote says below which difference two rows are alike; "" where too few rows have several
// seeds.
func (t *Table) noiseNote() string {
	var parts []string
	for c, v := range t.Noise() {
		if !math.IsNaN(v) {
			parts = append(parts, fmt.Sprintf("%s %.1f", t.Columns[c], v))
		}
	}
	if parts == nil {
		return ""
	}
	return "differences between rows below these are noise of the seeds (two standard errors): " +
		strings.Join(parts, ", ")
}
