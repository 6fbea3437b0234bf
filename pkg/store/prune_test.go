package store

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"github.com/stretchr/testify/require"
)

// TestMain lets the test program be another process that uses a cache: it enters the folder,
// touches or writes a file, says so, and lives until its input ends.
func TestMain(m *testing.M) {
	if does := os.Getenv("STORE_TEST_DOES"); does != "" {
		other(does)
		return
	}
	dir := os.Getenv("STORE_TEST_CACHE")
	if dir == "" {
		os.Exit(m.Run())
	}
	if err := Enter(dir); err != nil {
		panic(err)
	}
	for _, name := range strings.Fields(os.Getenv("STORE_TEST_FILES")) {
		if path := filepath.Join(dir, name); !Touch(path) {
			if err := WriteFile(path, make([]byte, 100)); err != nil {
				panic(err)
			}
		}
	}
	os.Stdout.WriteString("ready\n")
	os.Stdin.Read(make([]byte, 1))
}

// process starts another one; end lets it go, and waits.
func process(t *testing.T, dir, files string) (end func()) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "STORE_TEST_CACHE="+dir, "STORE_TEST_FILES="+files)
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "ready\n", line)
	return func() {
		in.Close()
		require.NoError(t, cmd.Wait())
	}
}

// filled is a cache with files of 100 bytes, the first used longest ago.
func filled(t *testing.T, names ...string) string {
	dir := t.TempDir()
	for i, name := range names {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, make([]byte, 100), 0o666))
		then := time.Now().Add(time.Duration(i-100) * time.Hour)
		require.NoError(t, os.Chtimes(path, then, then))
	}
	return dir
}

// names are the files of a cache below it.
func names(t *testing.T, dir string) (out []string) {
	all, err := Scan(dir)
	require.NoError(t, err)
	for _, k := range all {
		name, err := filepath.Rel(dir, k.Path)
		require.NoError(t, err)
		out = append(out, name)
	}
	return out
}

func TestPruneTakesWhatIsSoonestMadeAgain(t *testing.T) {
	dir := filled(t, "runs/old", "features/a", "features/b", "mosaics/x/1.png", "texts/t",
		"features/.c.123.tmp", "ipython/profile", "README", "runs/old.lock")
	all, err := Scan(dir)
	require.NoError(t, err)
	require.Len(t, all, 8, "locks are left out")
	kinds := map[string]string{}
	for _, k := range all {
		kinds[filepath.Base(k.Path)] = k.Kind
		require.EqualValues(t, 100, k.Size)
	}
	require.Equal(t, Leftovers, kinds[".c.123.tmp"])
	require.Equal(t, "mosaics", kinds["1.png"])
	require.Equal(t, "others", kinds["README"])
	for _, c := range []struct {
		most int64
		gone string
	}{{800, ""}, {799, ".c.123.tmp"}, {600, "a"}, {500, "b"}, {250, "1.png t old"}, {0, ""}} {
		removed, left, err := Prune(dir, c.most)
		require.NoError(t, err)
		var gone []string
		for _, k := range removed {
			gone = append(gone, filepath.Base(k.Path))
		}
		require.Equal(t, c.gone, strings.Join(gone, " "), "%d", c.most)
		require.EqualValues(t, 100*len(names(t, dir)), left)
	}
	require.Equal(t, []string{"README", "ipython/profile"}, names(t, dir), "not ours to take")
	_, left, err := Prune(filepath.Join(dir, "none"), 0)
	require.NoError(t, err)
	require.Zero(t, left)
}

// TestPruneLeavesWhatLivingProcessesUse has another process that has read one file and written one,
// and one that computes a third.
func TestPruneLeavesWhatLivingProcessesUse(t *testing.T) {
	dir := filled(t, "features/read", "features/idle", "features/computing")
	computing := flock.New(filepath.Join(dir, "features/computing.lock"))
	ok, err := computing.TryLock()
	require.NoError(t, err)
	require.True(t, ok)
	end := process(t, dir, "features/read features/written")
	removed, left, err := Prune(dir, 0)
	require.NoError(t, err)
	require.Len(t, removed, 1)
	require.Equal(t, filepath.Join(dir, "features/idle"), removed[0].Path)
	require.EqualValues(t, 300, left)
	require.NoError(t, computing.Unlock())
	end()
	removed, left, err = Prune(dir, 0)
	require.NoError(t, err)
	require.Len(t, removed, 3, "the process is gone")
	require.Zero(t, left)
	files, err := os.ReadDir(filepath.Join(dir, live))
	require.NoError(t, err)
	require.Len(t, files, 1, "and so is what told of it")
	for range 3 {
		process(t, dir, "features/a")()
	}
	files, err = os.ReadDir(filepath.Join(dir, live))
	require.NoError(t, err)
	require.Len(t, files, 2, "of those that are gone the last remains")
}

// TestAProcessThatCameFirstIsSeen enters a cache before its folder is there.
func TestAProcessThatCameFirstIsSeen(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	end := process(t, dir, "features/a")
	removed, _, err := Prune(dir, 0)
	require.NoError(t, err)
	require.Empty(t, removed)
	end()
}

func TestWhatWasUsedSinceItWasListedStays(t *testing.T) {
	dir := filled(t, "features/a")
	all, err := Scan(dir)
	require.NoError(t, err)
	require.True(t, Touch(all[0].Path))
	gone, err := remove(dir, all[0])
	require.NoError(t, err)
	require.False(t, gone)
	require.False(t, Touch(filepath.Join(dir, "none")))
}

func TestACacheThatCannotBeIsSaidAtOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "taken")
	require.NoError(t, os.WriteFile(file, nil, 0o666))
	require.ErrorContains(t, Enter(file), "a file is in the folder's place")
	require.Error(t, Enter(filepath.Join(file, "below", "it")))
	missing := filepath.Join(t.TempDir(), "a", "b")
	require.NoError(t, Enter(missing))
	require.NoDirExists(t, missing, "it is made when something is written")
	if os.Getuid() != 0 { // root may write anywhere
		closed := t.TempDir()
		require.NoError(t, os.Chmod(closed, 0o555))
		require.Error(t, Enter(closed))
		require.Error(t, Enter(filepath.Join(closed, "new")))
		partly := t.TempDir()
		require.NoError(t, os.Mkdir(filepath.Join(partly, "features"), 0o555))
		require.ErrorContains(t, Enter(partly), "its folder features is closed")
	}
}

// TestClocksThatDisagree: a file from the future, as another machine's clock may have stamped it,
// is in use as long as somebody is, and goes like any other afterwards.
func TestClocksThatDisagree(t *testing.T) {
	dir := filled(t, "features/past", "features/future")
	future := time.Now().Add(24 * time.Hour)
	require.NoError(t, os.Chtimes(filepath.Join(dir, "features/future"), future, future))
	end := process(t, dir, "")
	removed, _, err := Prune(dir, 0)
	require.NoError(t, err)
	require.Len(t, removed, 1)
	require.Equal(t, filepath.Join(dir, "features/past"), removed[0].Path)
	end()
	removed, left, err := Prune(dir, 0)
	require.NoError(t, err)
	require.Len(t, removed, 1)
	require.Zero(t, left)
}
