package main

import (
	"fmt"
	"strings"

	"adlab/pkg/detector"
	"adlab/pkg/experiment"
	"adlab/pkg/setting"
)

// method is an entry of the table of methods as `adlab list --detectors --json` prints it.
type method struct {
	Name    string        `json:"name"`
	About   string        `json:"about"`
	Sees    detector.Sees `json:"sees"`
	Trains  bool          `json:"trains"`
	Sources bool          `json:"sources"`
	Flags   []string      `json:"flags"` // of its own
}

// listMethods prints the table of methods.
func listMethods() (rows []method, text string) {
	var b strings.Builder
	fmt.Fprintf(&b, "%-11s %-7s %-7s %-8s %s\n", "detector", "sees", "trains", "sources", "what "+
		"it does; flags of its own")
	for _, m := range experiment.Methods() {
		row := method{m.Name, m.About, m.Sees, m.Trains, m.Sources, []string{}}
		for _, name := range setting.Names(m.Settings) {
			row.Flags = append(row.Flags, "--"+flagOf[name])
		}
		rows = append(rows, row)
		yes := map[bool]string{true: "yes", false: "-"}
		fmt.Fprintf(&b, "%-11s %-7s %-7s %-8s %s\n", m.Name, m.Sees, yes[m.Trains], yes[m.Sources],
			m.About)
		if len(row.Flags) > 0 {
			fmt.Fprintf(&b, "%-36s %s\n", "", strings.Join(row.Flags, " "))
		}
	}
	return rows, b.String()
}
