package datasets

import (
	"fmt"
	"path/filepath"
	"slices"
)

// textileTrain is how many of the nominal textile images are learned from.
const textileTrain = 700

// openTextile reads the simulated textile images: ROOT/{nominal,local,global}. The categories local
// and global are two tests of one model: both learn from the same 700 nominal images, drawn with
// seed 0, and set the same other 300 against the images with local or with global defects.
func openTextile(root string, _ Options) (*Set, error) {
	set := sourced("textile", root)
	kinds := map[string][]Sample{}
	for _, kind := range []string{"nominal", "local", "global"} {
		dir := filepath.Join(root, kind)
		if !isDir(dir) {
			return nil, fmt.Errorf("%s: expected folders nominal, local and global in it, got %s",
				root, contents(root))
		}
		paths, err := ImageFiles(dir)
		if err != nil {
			return nil, err
		}
		if len(paths) < 3 {
			return nil, fmt.Errorf("%s: expected at least 3 images in it, got %d", dir, len(paths))
		}
		defect := kind
		if kind == "nominal" {
			defect = Good
		}
		for _, path := range paths {
			kinds[kind] = append(kinds[kind], set.sample(path, kind, TestSplit, defect))
		}
	}
	train, held := split(kinds["nominal"], textileTrain)
	setSplit(train, TrainSplit)
	for _, kind := range []string{"local", "global"} {
		set.Categories = append(set.Categories, Category{Name: kind,
			Train: of(train, kind), Test: append(of(held, kind), kinds[kind]...)})
	}
	return set, nil
}

// looksTextile tells a folder of that layout.
func looksTextile(root string) bool {
	return has(root, "nominal") && has(root, "local") && has(root, "global")
}

// of is the samples as the category sees them.
func of(samples []Sample, category string) []Sample {
	own := slices.Clone(samples)
	for i := range own {
		own[i].Category = category
	}
	return own
}
