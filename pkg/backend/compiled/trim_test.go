package compiled

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"adlab/pkg/store"

	"github.com/stretchr/testify/require"
)

func TestTheOldestProgramsGo(t *testing.T) {
	dir := t.TempDir()
	for i := range 8 { // the last is the oldest
		path := filepath.Join(dir, fmt.Sprint(i))
		require.NoError(t, os.WriteFile(path, make([]byte, 100), 0o666))
		old := time.Now().Add(-time.Duration(i+2) * 24 * time.Hour)
		require.NoError(t, os.Chtimes(path, old, old))
	}
	trim(dir, 800)
	left := func() (names []string) {
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return names
	}
	require.Len(t, left(), 8, "no more than may be")
	store.Touch(filepath.Join(dir, "7"))
	trim(dir, 799)
	require.Equal(t, []string{"0", "1", "2", "3", "7"}, left(), "the longest unused are gone")
	trim(filepath.Join(dir, "none"), 0)
}
