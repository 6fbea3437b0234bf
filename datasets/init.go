package datasets

import (
	"fmt"
	"os"
	"path/filepath"

	"adlab/pkg/store"
)

// emptyLayout are the folders of one category in the layout "folder", each with what goes there.
var emptyLayout = [][2]string{
	{"train/good", "normal pictures to learn from; with 50 or more a method can be trained"},
	{"test/good", "other normal pictures, never shown in training"},
	{"test/defect", "anomalous pictures; one folder for each type of defect, named as you like"},
	{"ground_truth/defect", "a mask for each picture of test/defect, or no folder ground_truth"},
}

// Init makes the empty folders of one category in the layout "folder", with a README that says what
// goes where, and then what may be done with it. The folder must be empty, or not there.
func Init(root, then string) error {
	entries, err := os.ReadDir(root)
	if err == nil && len(entries) > 0 {
		return fmt.Errorf("%s: expected an empty folder or none, got %s; name another", root,
			contents(root))
	}
	if err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("%s: expected a folder: %w", root, err)
	}
	text := "Pictures of one kind of object or texture, for adlab (layout \"folder\").\n\n"
	for _, f := range emptyLayout {
		if err := os.MkdirAll(filepath.Join(root, filepath.FromSlash(f[0])), 0o777); err != nil {
			return err
		}
		text += fmt.Sprintf("    %-22s %s\n", f[0]+"/", f[1])
	}
	text += `
PNG, JPEG, BMP, TIFF, WebP, GIF, PGM or PPM, in any size, in subfolders too.
train/good is enough to train; test is for measuring, ground_truth for measuring where it is.
A mask has its picture's size and name (000.png or 000_mask.png for 000.jpg); what is 0 is normal,
everything else a defect.

`
	return store.WriteFile(filepath.Join(root, "README.txt"), []byte(text+then))
}
