package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"adlab/pkg/detector"
	"adlab/pkg/exhibit"
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
	// why a system of the papers' tables is quoted there and is none here
	Quoted string `json:"quoted,omitempty"`
}

// listMethods prints the table of methods, and those of the papers' tables that are quoted alone.
func listMethods() (rows []method, text string) {
	var b strings.Builder
	fmt.Fprintf(&b, "%-11s %-7s %-7s %-8s %s\n", "detector", "sees", "trains", "sources", "what "+
		"it does; flags of its own")
	for _, m := range experiment.Methods() {
		row := method{Name: m.Name, About: m.About, Sees: m.Sees, Trains: m.Trains,
			Sources: m.Sources, Flags: []string{}}
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
	for _, name := range slices.Sorted(maps.Keys(exhibit.QuotedFor)) {
		why := exhibit.QuotedFor[name]
		rows = append(rows, method{Name: name, Flags: []string{}, Quoted: why})
		fmt.Fprintf(&b, "%-36s quoted from the papers' tables: %s\n", name, why)
	}
	return rows, b.String()
}
