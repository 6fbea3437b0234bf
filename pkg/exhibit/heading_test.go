package exhibit_test

import (
	"strings"
	"testing"

	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/papers"

	"github.com/stretchr/testify/require"
)

// TestGroupsSayThatTheirDataAreGenerated: wherever something is measured on what stands in for a
// data set, and nowhere else. Exhibits apart are of the small world; where one names a data set, it
// says so, too.
func TestGroupsSayThatTheirDataAreGenerated(t *testing.T) {
	for _, name := range experiment.Profiles() {
		p, err := experiment.ProfileOf(name)
		require.NoError(t, err)
		for _, e := range papers.All() {
			table := e.Layout(p)
			if table == nil {
				continue
			}
			for _, g := range table.Groups {
				set, _, _ := strings.Cut(g.Name, ",")
				if _, named := exhibit.SetOf[set]; e.Apart && !named {
					continue // says in its own words what it is measured on
				}
				measured := false
				for _, row := range g.Rows {
					measured = measured || row.Of != nil
				}
				want := g.Name
				if measured && name != "paper" {
					want += " (here: generated, in its layout)"
				}
				require.Equal(t, want, g.Heading(), "%s in %s", e.ID, name)
			}
		}
	}
}
