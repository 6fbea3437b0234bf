package main

import (
	"strings"
	"testing"
	"time"

	"adlab/pkg/store"

	"github.com/stretchr/testify/require"
)

func TestSizes(t *testing.T) {
	for text, want := range map[string]int64{"2GB": 2e9, "500 mb": 5e8, "1.5GiB": 3 << 29, "0": 0,
		"12": 12, "7k": 7000, "3B": 3} {
		got, err := size(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "much", "-1GB", "GB", "NaN", "1e30", "2 GB 3"} {
		_, err := size(text)
		require.ErrorContains(t, err, "expected a size such as 2GB", text)
	}
}

func TestCacheIsListedByKindSizeAndAge(t *testing.T) {
	now := time.Now()
	var l cacheList
	l.Folder = "here"
	l.add([]store.Kept{{Kind: "runs", Size: 5e6, Used: now.Add(-72 * time.Hour)},
		{Kind: "features", Size: 2e9, Used: now.Add(-3 * time.Hour)},
		{Kind: "features", Size: 1e9, Used: now.Add(-10 * time.Second)}})
	require.Equal(t, []string{"kind         files      size  last used",
		"features         2    3.0 GB  10 seconds ago to 3 hours ago",
		"runs             1    5.0 MB  3 days ago", "3.0 GB in here", ""},
		strings.Split(l.text(now, false), "\n"))
	l.Removed, l.Freed = 2, 1500
	require.True(t, strings.HasPrefix(l.text(now, true), "2 files taken away, 1.5 kB\n"))
}
