package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// unknownName is how errors speak of a name that is none of those they list.
var unknownName = regexp.MustCompile(`expected (?:one of |some of )?([^:;]+), got "([^"]+)"`)

// guessed is what an error about a name that is not known ends with: the nearest of those that its
// line lists; "" where none is near.
func guessed(line string) string {
	found := unknownName.FindStringSubmatch(line)
	if found == nil {
		return ""
	}
	return meant(found[2], strings.Split(strings.ReplaceAll(found[1], " or ", ", "), ", "))
}

// meant names the known name that a mistyped one most likely stands for; "" where none is near.
// Upper and lower case are the same.
func meant(got string, known []string) string {
	got = strings.ToLower(got)
	best, nearest := len(got)/4+2, "" // short words are near to everything
	for _, name := range known {
		low := strings.ToLower(name)
		d := distance(got, low)
		if len(got) > 2 && strings.HasPrefix(low, got) { // it was not typed to its end
			d = 1
		}
		if d < best && d < len(got) {
			best, nearest = d, name
		}
	}
	if nearest == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", nearest)
}

// distance is how many letters differ: left out, too many, others, or two neighbours exchanged
// (optimal string alignment).
func distance(a, b string) int {
	var rows [3][]int // of a's last prefixes, the newest first
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := range len(a) {
		rows[0], rows[1], rows[2] = rows[2], rows[0], rows[1]
		row, above, before := rows[0], rows[1], rows[2]
		row[0] = i + 1
		for j := range len(b) {
			other := 1
			if a[i] == b[j] {
				other = 0
			}
			row[j+1] = min(above[j+1]+1, row[j]+1, above[j]+other)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return rows[0][len(b)]
}

// verbsAlone is the arguments' check of a command that only has others below it.
func verbsAlone(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	guess := meant(args[0], names)
	if guess == "" {
		guess = "; expected one of " + strings.Join(slices.Sorted(slices.Values(names)), ", ")
	}
	return fmt.Errorf("unknown command %q for %q%s", args[0], cmd.CommandPath(), guess)
}
