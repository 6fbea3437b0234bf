package datasets

import "embed"

// Code is this package's own source and the generator's: part of what made a number, see package code.
//
//go:embed *.go synth/*.go
var Code embed.FS
