package store

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

// other is what the test program does as another process: "once PATH" computes a file that takes a
// while, and notes that it does; "write PATH" writes a file over and over, of one letter each time.
func other(does string) {
	does, path, _ := strings.Cut(does, " ")
	var err error
	switch does {
	case "once":
		err = Once(context.Background(), path, func() error {
			if err := note(path+".computed", "x"); err != nil {
				return err
			}
			time.Sleep(time.Second)
			return WriteFile(path, []byte("computed"))
		})
	case "write":
		for letter := byte('a'); err == nil; letter = 'a' + (letter-'a'+1)%26 {
			err = WriteFile(path, bytes.Repeat([]byte{letter}, 3<<20))
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// note appends to a file.
func note(path, text string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(text)
	return err
}

func as(does, path string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "STORE_TEST_DOES="+does+" "+path)
	return cmd
}

func TestProcessesComputeAFileOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "features", "x")
	var all errgroup.Group
	for range 4 {
		all.Go(func() error {
			if out, err := as("once", path).CombinedOutput(); err != nil {
				return fmt.Errorf("%w: %s", err, out)
			}
			return nil
		})
	}
	require.NoError(t, all.Wait())
	b, err := os.ReadFile(path + ".computed")
	require.NoError(t, err)
	require.Equal(t, "x", string(b), "one computes, the others wait")
	b, err = os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "computed", string(b))
}

// TestTheLockOfADeadProcessIsTakenOver kills a process that computes. The one that waits computes
// in its place; the lock's file, which stays, is in nobody's way.
func TestTheLockOfADeadProcessIsTakenOver(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x")
	first := as("once", path)
	require.NoError(t, first.Start())
	require.Eventually(t, func() bool { _, err := os.Stat(path + ".computed"); return err == nil },
		10*time.Second, time.Millisecond)
	second := as("once", path)
	require.NoError(t, second.Start())
	time.Sleep(50 * time.Millisecond) // it waits
	require.NoError(t, first.Process.Kill())
	require.Error(t, first.Wait())
	require.NoFileExists(t, path)
	start := time.Now()
	require.NoError(t, second.Wait())
	require.Less(t, time.Since(start), 5*time.Second)
	b, err := os.ReadFile(path + ".computed")
	require.NoError(t, err)
	require.Equal(t, "xx", string(b))
	require.FileExists(t, path)
	require.FileExists(t, path+".lock")
}

// TestAKilledWriterLeavesAWholeFile kills a process at some point of its writing, again and again:
// the file is one of those that it wrote, whole, and what it left behind is known as leftovers.
func TestAKilledWriterLeavesAWholeFile(t *testing.T) {
	const seed = 1
	random := rand.New(rand.NewPCG(seed, 1))
	dir := t.TempDir()
	path := filepath.Join(dir, "features", "x")
	require.NoError(t, WriteFile(path, bytes.Repeat([]byte("a"), 3<<20)))
	for round := range 20 {
		writer := as("write", path)
		require.NoError(t, writer.Start())
		time.Sleep(time.Duration(10+random.IntN(80)) * time.Millisecond)
		require.NoError(t, writer.Process.Kill())
		require.Error(t, writer.Wait())
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Len(t, b, 3<<20, "seed %d, round %d", seed, round)
		require.Equal(t, len(b), bytes.Count(b, b[:1]), "seed %d, round %d", seed, round)
	}
	removed, _, err := Prune(dir, 3<<20)
	require.NoError(t, err)
	for _, k := range removed {
		require.Equal(t, Leftovers, k.Kind)
	}
	all, err := Scan(dir)
	require.NoError(t, err)
	for _, k := range all {
		require.True(t, k.Path == path || k.Size == 0, "%s stays", k.Path)
	}
	require.FileExists(t, path)
}
