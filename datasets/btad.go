package datasets

// btad is the layout of BTAD: ROOT/{01,02,03}/{train/ok, test/{ok,ko}, ground_truth/ko}, which is
// MVTec-AD's with the names ok and ko; masks are PNG or BMP whatever their images are. Masks of ok
// images are ignored. Source: Mishra et al., VT-ADL, ISIE 2021.
var btad = form{test: mvtec.test, masksOfNormal: true}

// looksBTAD tells a folder of that layout by the names of its categories.
func looksBTAD(root string) bool { return hasAny(root, "0[1-3]/train/ok") }
