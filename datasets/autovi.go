package datasets

// autoVI is the layout of AutoVI: ROOT/CATEGORY/{train/good, test/{good,DEFECT},
// ground_truth/DEFECT/NAME/0000.png, defects_config.json}, which is MVTec LOCO's without validation
// images and with types of its own. Source: Carvalho et al., doi:10.5281/zenodo.10459003.
var autoVI = form{test: TestSplit, maskFolders: true}

// looksAutoVI tells a folder of that layout by its folders of masks.
func looksAutoVI(root string) bool {
	return hasAny(root, "*/ground_truth/*/*/0000.png", "ground_truth/*/*/0000.png")
}
