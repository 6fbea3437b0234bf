package exhibit

import "slices"

// RowRuns are the keys of the runs behind every measured row of the table, by GROUP/ROW, in the
// order of what is measured: a difference names what it is taken from, too. Rows of which no run is
// known are left out.
func (t *Table) RowRuns(runs []*Run) map[string][]string {
	behind := map[string][]string{}
	for _, g := range t.Groups {
		for _, row := range g.Rows {
			name := g.Name + "/" + row.Name
			for _, m := range slices.Concat(row.Of, row.Less) {
				i := slices.IndexFunc(runs, func(r *Run) bool { return r.Measurement.Equal(m) })
				if i >= 0 && !slices.Contains(behind[name], runs[i].Key) {
					behind[name] = append(behind[name], runs[i].Key)
				}
			}
		}
	}
	return behind
}
