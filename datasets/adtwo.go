package datasets

// adTwo is the layout of MVTec AD 2: ROOT/CATEGORY/{train/good, validation/good,
// test_public/{good, bad, ground_truth/bad/NAME_mask.png}, test_private, test_private_mixed}. The
// validation images are all normal, for thresholds. The private parts have no labels: their scores
// are the benchmark server's to give. Source: Heckler-Kram et al., arXiv:2503.21622.
var adTwo = form{test: "test_public", truthInTest: true, validation: true,
	unlabelled: []string{"test_private", "test_private_mixed"}}

// looksADTwo tells a folder of that layout by its public test.
func looksADTwo(root string) bool { return hasAny(root, "*/test_public", "test_public") }
