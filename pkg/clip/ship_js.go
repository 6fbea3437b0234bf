package clip

// Ship hands over what the program carries and a tab fetches: the small pair's file of weights, and
// the merge table as gzip. It comes before anything is read or tokenized.
func Ship(weights, merged []byte) { pretrained, mergeTable = weights, merged }
