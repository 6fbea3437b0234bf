package datasets

import "path/filepath"

// openFolder reads one category, named after its folder: ROOT/train (images, or train/good),
// ROOT/test/{good,DEFECT}, and ROOT/ground_truth/DEFECT where there are masks. Where nothing is to
// be tested, it may be a folder of normal images.
func openFolder(root string, opt Options) (*Set, error) {
	return openCategory(root, mvtec, opt)
}

func openCategory(root string, f form, opt Options) (*Set, error) {
	set := &Set{Name: folderName(root), Root: root, opt: opt}
	if err := set.addCategory(root, set.Name, f); err != nil {
		return nil, err
	}
	set.sayFolders()
	return set, nil
}

// folderName is the folder's own name, for "." too.
func folderName(root string) string {
	if absolute, err := filepath.Abs(root); err == nil {
		root = absolute
	}
	return filepath.Base(root)
}
