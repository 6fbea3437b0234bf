package render

import (
	"fmt"
	"os"
	"strings"

	"adlab/pkg/store"
)

// Into writes an entry's tables as Markdown into a file, between a line <!-- ID --> and the line
// <!-- /ID --> after it, in place of what stood there. A file without them is left as it is.
func Into(file string, e Entry) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	begin, end := fmt.Sprintf("<!-- %s -->\n", e.ID), fmt.Sprintf("<!-- /%s -->", e.ID)
	before, rest, found := strings.Cut(string(b), begin)
	if !found {
		return nil
	}
	_, after, closed := strings.Cut(rest, end)
	if !closed {
		return fmt.Errorf("%s: expected a line %s after %s, got none", file, end,
			strings.TrimSpace(begin))
	}
	var text strings.Builder
	for _, t := range e.tables {
		text.WriteString(Markdown(t))
	}
	return store.WriteFile(file, []byte(before+begin+text.String()+end+after))
}
