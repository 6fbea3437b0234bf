package datasets

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVisAReorganisedRoot(t *testing.T) {
	root := t.TempDir()
	sound(t, root)
	_, err := Open("visa", root, Options{})
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(filepath.Join(root, "plate/train")))
	_, err = Open("visa", root, Options{})
	require.ErrorContains(t, err, "plate: expected folders train and test in it",
		"says what is wrong with the category")
}
