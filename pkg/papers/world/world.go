// Package world is what the seminar shows of the small world itself, which no paper prints: how far
// its encoders carry, what its pair tells without training, and how hard its generated pictures
// are.
package world

import (
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/papers/inpformer"
)

// Paper is what the exhibits call their source.
const Paper = "small world"

// Exhibits lists them.
func Exhibits() []exhibit.Exhibit {
	return []exhibit.Exhibit{
		{ID: "world-foundation", Paper: Paper, Kind: exhibit.KindTable, Apart: true,
			Table: foundation},
		{ID: "world-encoders", Paper: Paper, Kind: exhibit.KindTable, Apart: true, Timed: true,
			Table: encoders, Draw: drawTimes},
		{ID: "world-pair", Paper: Paper, Kind: exhibit.KindTable, Apart: true, Timed: true,
			Heads: towers, Draw: drawPair, Kept: pairKept},
		{ID: "world-hardness", Paper: Paper, Kind: exhibit.KindTable, Apart: true,
			Table: hardness, Draw: judgeHardness},
		{ID: "rulers", Paper: Paper, Kind: exhibit.KindTable, Apart: true,
			Table: rulers, Draw: drawRulers},
		isNecessary,
		realExhibit("mtd"),
		realExhibit("deeppcb"),
		{ID: "real-types", Paper: Paper, Kind: exhibit.KindTable, Apart: true,
			Table: realTypes, Draw: drawRealTypes, Kept: realTypesKept},
		{ID: "inp-logical", Paper: Paper, Kind: exhibit.KindTable, Apart: true,
			Table: logical, Draw: drawLogical, Kept: logicalKept},
	}
}

// measuring is a detector on an encoder as a person would run it, with the profile's steps for one
// experiment; INP-Former with as many steps, where they are given, and blocks as the profile has.
func measuring(p experiment.Profile, detector, encoder, set string, steps int) exhibit.Measurement {
	if detector != "inp-former" {
		m := exhibit.Measuring(p, detector, set, 1)
		m.Experiment.Encoder = encoder
		return m
	}
	m := inpformer.MultiClass(p, set, 1)
	m.Experiment.Encoder = encoder
	m.Experiment.Steps, m.Experiment.Batch = min(p.Alone.Steps, steps), p.Alone.Batch
	return m
}

// on takes the runs on a set.
func on(set string) func(exhibit.Measurement) bool {
	return func(m exhibit.Measurement) bool { return m.Set == set }
}

// smallSets are one generated benchmark where the profile is for tests, else the given ones.
func smallSets(p experiment.Profile, sets ...string) []string {
	if p.Name == "smoke" {
		return []string{"mvtec"}
	}
	return sets
}

// categories of the real pictures, in the order of the tables.
var categories = map[string][]string{"elpv": {"mono", "poly"}, "textile": {"local", "global"}}
