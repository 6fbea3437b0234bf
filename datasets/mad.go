package datasets

// openMAD reads MAD-Sim and MAD-Real, ROOT/CATEGORY/{train/good, test/{good,Stains,Missing,Burrs},
// ground_truth/TYPE}, which is MVTec-AD's layout but for the masks that it has for normal images,
// too: those are ignored.
func openMAD(root string, opt Options) (*Set, error) {
	return openCategories(root, masksOfNormal, opt)
}

// normalMasks says whether ground_truth may hold masks of normal images.
type normalMasks bool

const (
	noMasksOfNormal normalMasks = false
	masksOfNormal   normalMasks = true
)
