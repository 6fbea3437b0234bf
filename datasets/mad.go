package datasets

// mad is the layout of MAD-Sim and MAD-Real, ROOT/CATEGORY/{train/good, test/{good,Stains,Missing,
// Burrs}, ground_truth/TYPE}, which is MVTec-AD's but for the masks that it has for normal images,
// too: those are ignored.
var mad = form{test: mvtec.test, masksOfNormal: true}

// looksMAD tells a folder of that layout by its types.
func looksMAD(root string) bool {
	return hasAny(root, "*/test/Stains", "*/test/Missing", "*/test/Burrs")
}
