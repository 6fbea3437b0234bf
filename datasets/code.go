package datasets

import "embed"

// Code is the source of what is done with a data set once it is read, with the words that it rests
// on: part of what made a number, see package code. What a layout's reader or the generator makes
// is in the set's digest.
//
//go:embed datasets.go digest.go images.go join.go masks.go shots.go shots.json split.go text.go
//go:embed typed.go vocabulary.go vocabulary.json kba
var Code embed.FS
