package synth

import (
	"maps"
	"slices"
)

// defect plans one flaw of its type in a picture.
type defect func(c *clue) edits

// defects are the types by the names of the papers' vocabularies. A benchmark's folder names lead
// to these.
var defects = map[string]defect{
	"abrasion": abrasion, "bent": bent, "broken": broken, "bubble": bubble, "burnt": burnt,
	"burrs": burrs, "chip": chip, "color": swappedColour, "contamination": contamination,
	"crack": crack, "cut": cut, "damage": damage, "deformation": deformation,
	"defective painting": paintwork, "extra": extra, "flattening": flattening, "foreign": thread,
	"glue": glue, "hole": hole, "liquid": liquid, "melded": melded, "melt": melt,
	"mismatch": mismatch, "misplaced": misplaced, "missing": missing, "particle": particle,
	"pit": pit, "poke": poke, "rust": rust, "scratch": scratch, "spot": spot, "squeeze": squeeze,
	"stain": stain, "stuck": stuck, "thread": thread, "weird wick": weirdWick,
}

// logical are the types that are wrong only beside what else is in the picture: of the pieces of
// categories that have spare places. Each is drawn as its name says.
var logical = map[string]defect{"missing part": missingPart, "extra part": extraPart,
	"swapped parts": swappedParts, "misplaced part": misplacedPart, "wrong part": wrongPart}

// planOf is how a defect type is planned, nil for one that is not known.
func planOf(kind string) defect {
	if plan, ok := defects[kind]; ok {
		return plan
	}
	return logical[kind]
}

// Flaws lists the types that can be drawn, sorted.
func Flaws() []string { return slices.Sorted(maps.Keys(defects)) }

// on is an edit of the finished surface within a shape around (x, y).
func on(x, y, reach float64, s Shape, soft float64,
	edit func(m Material, x, y, d float64) Material) edits {
	return edits{after: []func(*Scene){func(sc *Scene) { sc.over(x, y, reach, s, soft, edit) }}}
}
