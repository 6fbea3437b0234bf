package datasets

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMetaEscapesItsPointers(t *testing.T) {
	list := strings.Replace(metaList, `"test": {"cap"`, `"test": {"a/b~"`, 1)
	_, err := Open("meta", metaFolder(t, "meta.json", list), Options{})
	require.ErrorContains(t, err, "meta.json#/test/a~1b~0/0/cls_name: expected the category")
}
