package backend

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPluginDigest(t *testing.T) {
	dir := t.TempDir()
	path, kept := filepath.Join(dir, "p.so"), filepath.Join(dir, ".p.so.sha256")
	require.Equal(t, "unreadable", pluginDigest(path))

	day := time.Unix(1e9, 5)
	write := func(text string, at time.Time) {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		require.NoError(t, os.Chtimes(path, at, at))
	}
	write("abc", day) // the digest is the one in FIPS 180-2
	require.Equal(t, "ba7816bf8f01", pluginDigest(path))
	raw, err := os.ReadFile(kept)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(raw), "ba7816bf8f01cfea414140de5dae2223b00361a3"+
		"96177a9cb410ff61f20015ad 3 bytes of "), string(raw))

	// another process finds what is kept, and does not read the plugin
	forget := func() { digests.Clear() }
	forget()
	require.NoError(t, os.WriteFile(kept, []byte(strings.Replace(string(raw), "ba78", "1234", 1)),
		0o600))
	require.Equal(t, "123416bf8f01", pluginDigest(path))

	// a new plugin, and what is no digest, are read
	write("abd", day.Add(time.Second))
	require.Equal(t, "a52d159f262b", pluginDigest(path))
	forget()
	require.NoError(t, os.WriteFile(kept, []byte("damaged\n"), 0o600))
	require.Equal(t, "a52d159f262b", pluginDigest(path))
	left, err := filepath.Glob(filepath.Join(dir, ".sha256-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}
