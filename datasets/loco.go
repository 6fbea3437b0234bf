package datasets

// loco is the layout of MVTec LOCO AD: ROOT/CATEGORY/{train/good, validation/good,
// test/{good,logical_anomalies,structural_anomalies}, ground_truth/KIND/NAME/000.png, ...,
// defects_config.json}. An image has one mask a defect, whose value says in the list which defect
// it is, and the list of how much of it must be found. Source: Bergmann et al., Beyond Dents and
// Scratches, IJCV 130, 2022.
var loco = form{test: TestSplit, maskFolders: true, validation: true}

// The defect types of MVTec LOCO.
const (
	Logical    = "logical_anomalies"
	Structural = "structural_anomalies"
)

// looksLOCO tells a folder of that layout by its types.
func looksLOCO(root string) bool {
	return hasAny(root, "*/test/"+Logical, "*/test/"+Structural, "test/"+Logical,
		"test/"+Structural)
}
