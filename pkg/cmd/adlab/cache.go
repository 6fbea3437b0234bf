package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"adlab/pkg/experiment"
	"adlab/pkg/store"

	"github.com/spf13/cobra"
)

// cacheKind is a line of the list.
type cacheKind struct {
	Kind   string    `json:"kind"`
	Files  int       `json:"files"`
	Bytes  int64     `json:"bytes"`
	Oldest time.Time `json:"oldest"` // used for the last time
	Newest time.Time `json:"newest"`
}

// cacheList is what cache prints.
type cacheList struct {
	Folder  string      `json:"folder"`
	Bytes   int64       `json:"bytes"`
	Kinds   []cacheKind `json:"kinds"`
	Removed int         `json:"removed"` // files
	Freed   int64       `json:"freed"`   // bytes
}

func newCache(c *cli) *cobra.Command {
	most := ""
	cmd := &cobra.Command{
		Use:   "cache",
		Short: "list what is kept of earlier work by kind, size and age; prune it to a size",
		Long: "Lists what is kept of earlier work by kind, size and when it was used last. " +
			"With --prune-to, files go until\nthe rest is no larger: first what is soonest made " +
			"again (features, mosaics, texts), then results and trained\nheads; of one kind what " +
			"was not used for longest. What a running adlab or notebook has used is never touched.",
		Example: "  adlab cache\n  adlab cache --prune-to 2GB",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir := experiment.CacheDir()
			list := cacheList{Folder: dir, Kinds: []cacheKind{}}
			if cmd.Flags().Changed("prune-to") {
				bytes, err := size(most)
				if err != nil {
					return fmt.Errorf("--prune-to: %w", err)
				}
				removed, left, err := store.Prune(dir, bytes)
				if err != nil {
					return err
				}
				list.Removed = len(removed)
				for _, k := range removed {
					list.Freed += k.Size
				}
				if left > bytes {
					fmt.Fprintf(cmd.ErrOrStderr(), "note: %s stay, for they are in use or not "+
						"adlab's\n", sized(left))
				}
			}
			kept, err := store.Scan(dir)
			if err != nil {
				return err
			}
			list.add(kept)
			return c.print(cmd, list, list.text(time.Now(), most != ""))
		},
	}
	cmd.Flags().StringVar(&most, "prune-to", "", "take files away until the rest is no larger, "+
		"such as 2GB")
	return cmd
}

// add sums up the files by kind, the largest first.
func (l *cacheList) add(kept []store.Kept) {
	for _, k := range kept {
		i := slices.IndexFunc(l.Kinds, func(of cacheKind) bool { return of.Kind == k.Kind })
		if i < 0 {
			i = len(l.Kinds)
			l.Kinds = append(l.Kinds, cacheKind{Kind: k.Kind, Oldest: k.Used, Newest: k.Used})
		}
		of := &l.Kinds[i]
		of.Files, of.Bytes, l.Bytes = of.Files+1, of.Bytes+k.Size, l.Bytes+k.Size
		if k.Used.Before(of.Oldest) {
			of.Oldest = k.Used
		}
		if k.Used.After(of.Newest) {
			of.Newest = k.Used
		}
	}
	slices.SortStableFunc(l.Kinds, func(a, b cacheKind) int {
		return cmp.Compare(b.Bytes, a.Bytes)
	})
}

// text is the list for a person.
func (l *cacheList) text(now time.Time, pruned bool) string {
	var b strings.Builder
	if pruned {
		fmt.Fprintf(&b, "%d files taken away, %s\n", l.Removed, sized(l.Freed))
	}
	if len(l.Kinds) > 0 {
		fmt.Fprintf(&b, "%-10s %7s %9s  %s\n", "kind", "files", "size", "last used")
	}
	for _, k := range l.Kinds {
		used := age(now.Sub(k.Newest)) + " ago"
		if oldest := age(now.Sub(k.Oldest)) + " ago"; oldest != used {
			used += " to " + oldest
		}
		fmt.Fprintf(&b, "%-10s %7d %9s  %s\n", k.Kind, k.Files, sized(k.Bytes), used)
	}
	fmt.Fprintf(&b, "%s in %s\n", sized(l.Bytes), l.Folder)
	return b.String()
}

// units are those of sizes, the largest first.
var units = []struct {
	name  string
	bytes float64
}{{"TIB", 1 << 40}, {"GIB", 1 << 30}, {"MIB", 1 << 20}, {"KIB", 1 << 10}, {"TB", 1e12},
	{"GB", 1e9}, {"MB", 1e6}, {"KB", 1e3}, {"T", 1e12}, {"G", 1e9}, {"M", 1e6}, {"K", 1e3},
	{"B", 1}, {"", 1}}

// size reads a number of bytes, such as 2GB or 500 MiB.
func size(text string) (int64, error) {
	upper := strings.ToUpper(strings.TrimSpace(text))
	for _, u := range units {
		number, ok := strings.CutSuffix(upper, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if bytes := n * u.bytes; err == nil && bytes >= 0 && bytes < math.MaxInt64 {
			return int64(bytes), nil
		}
		break
	}
	return 0, fmt.Errorf("expected a size such as 2GB or 500MB, got %q", text)
}

// sized is a number of bytes as a person reads it.
func sized(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f kB", float64(n)/1e3)
}

// age is a time as a person says it.
func age(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", int(d.Hours()/24))
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d hours", int(d.Hours()))
	case d >= 2*time.Minute:
		return fmt.Sprintf("%d minutes", int(d.Minutes()))
	}
	return fmt.Sprintf("%d seconds", max(0, int(d.Seconds())))
}
