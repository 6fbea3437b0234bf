package datasets

import "path/filepath"

// openFolder reads one category, named after its folder: ROOT/train (images, or train/good),
// ROOT/test/{good,DEFECT}, and ROOT/ground_truth/DEFECT where there are masks.
func openFolder(root string) (*Set, error) { return openCategory(root, noMasksOfNormal) }

func openCategory(root string, normal normalMasks) (*Set, error) {
	set := &Set{Name: folderName(root), Root: root}
	if err := set.addCategory(root, set.Name, normal); err != nil {
		return nil, err
	}
	return set, nil
}

// folderName is the folder's own name, for "." too.
func folderName(root string) string {
	if absolute, err := filepath.Abs(root); err == nil {
		root = absolute
	}
	return filepath.Base(root)
}
