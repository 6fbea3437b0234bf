package datasets

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRealIADFolders(t *testing.T) {
	root := realIADFolder(t, realIADList)
	require.NoError(t, os.MkdirAll(filepath.Join(root, "realiad_512/car"), 0o777))
	_, err := Open("realiad", root, Options{})
	require.NoError(t, err, "another size holds other categories")
	require.NoError(t, os.MkdirAll(filepath.Join(root, "realiad_512/toy"), 0o777))
	_, err = Open("realiad", root, Options{})
	require.ErrorContains(t, err, "expected one folder realiad_1024/toy (or of another size), got "+
		filepath.Join(root, "realiad_1024/toy")+", ")
	require.NoError(t, os.Remove(filepath.Join(root, "realiad_512/toy")))
	require.NoError(t, os.Rename(filepath.Join(root, "realiad_1024/toy"),
		filepath.Join(root, "realiad_1024/toys")))
	_, err = Open("realiad", root, Options{})
	require.ErrorContains(t, err, "got none in")
}

func TestRealIADInAFolderWithBrackets(t *testing.T) {
	root := filepath.Join(t.TempDir(), "data[1]")
	require.NoError(t, os.Rename(realIADFolder(t, realIADList), root))
	_, err := Open("realiad", root, Options{})
	require.NoError(t, err)
}

func TestRealIADConverted(t *testing.T) {
	set, err := Open("realiad", metaFolder(t, "meta1.json", metaList), Options{})
	require.NoError(t, err)
	require.Equal(t, "cap/a.png", set.Categories[0].Train[0].ID)
}
