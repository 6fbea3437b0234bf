package datasets

import "embed"

// Code is the source of this package and those under it, with the data that they carry: part of
// what made a number, see package code.
//
//go:embed *.go kba published synth/*.go shots.json
var Code embed.FS
