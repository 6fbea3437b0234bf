package multiads

import "slices"

// LocalColumns brings the data set's ids to a product's: entry g is the place among the product's
// columns of the data set's column g, 0 where the product does not have it. Both lists begin with
// the normal state.
func LocalColumns(all, product []string) []uint8 {
	local := make([]uint8, len(all))
	for g, name := range all {
		if at := slices.Index(product, name); g > 0 && at > 0 {
			local[g] = uint8(at)
		}
	}
	return local
}
