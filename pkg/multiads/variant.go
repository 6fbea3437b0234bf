package multiads

import (
	"fmt"
	"slices"
	"strings"

	"adlab/pkg/setting"
)

// Variant is a set of settings under which published numbers were made; see SPEC 17.
type Variant struct {
	Name      string
	Objective Objective
	Rate      float64
	Batch     int
	Epochs    int
	Rule      ScoreRule
	Mosaic    Mosaic
	Columns   ColumnOrder
}

// Variants are the named ones, the default first. Source: SPEC 17.
var Variants = []Variant{
	{"deck", Sum, 1e-4, 8, 10, ScoreBlend, MosaicOff, ByName},
	{"first-release", Sum, 1e-3, 8, 10, ScoreMax, MosaicOneType, FirstRelease},
	{"later-revision", Mean, 1e-3, 4, 10, ScoreTop3, MosaicOn, LaterRevision},
	{"type-training", FocalOnly, 1e-3, 16, 10, ScoreMax, MosaicOff, ByName},
}

// VariantOf finds a variant by its name; "" is the default.
func VariantOf(name string) (Variant, error) {
	var names []string
	for _, v := range Variants {
		if v.Name == name || name == "" {
			return v, nil
		}
		names = append(names, v.Name)
	}
	return Variant{}, setting.Errorf("Revision", "expected one of %s, got %q",
		strings.Join(names, ", "), name)
}

// ColumnOrder says which column of the texts a type of the masks meets. The published code joins
// the two by their numbers, whose orders differ for some data sets, so that types are exchanged.
// Source: SPEC 15.
type ColumnOrder string

// The orders: each type meets its own text, or what it meets in the two revisions.
const (
	ByName        ColumnOrder = "by-name"
	FirstRelease  ColumnOrder = "first-release"
	LaterRevision ColumnOrder = "later-revision"
)

// exchanged is, by order and data set, the type whose text a type meets instead of its own.
var exchanged = map[ColumnOrder]map[string]map[string]string{
	FirstRelease: {
		"real-iad": {"deformation": "scratch", "abrasion": "deformation", "scratch": "abrasion"},
	},
	LaterRevision: {
		"real-iad": {"deformation": "scratch", "abrasion": "deformation", "scratch": "abrasion"},
		"mad-sim":  {"Burrs": "Missing", "Missing": "Burrs"},
	},
}

// Validate says in one line that the order is unknown.
func (o ColumnOrder) Validate() error {
	if !slices.Contains([]ColumnOrder{ByName, FirstRelease, LaterRevision}, o) {
		return fmt.Errorf("column order: expected %s, %s or %s, got %q", ByName, FirstRelease,
			LaterRevision, o)
	}
	return nil
}

// Of brings a data set's raw types to the columns that they meet in this order.
func (o ColumnOrder) Of(dataset string, typeOf TypeOf) TypeOf {
	swap := exchanged[o][dataset]
	return func(raw string) (string, bool) {
		name, ok := typeOf(raw)
		if other, swapped := swap[name]; swapped {
			name = other
		}
		return name, ok
	}
}
