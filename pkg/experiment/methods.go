package experiment

import (
	"slices"
	"strings"

	"adlab/pkg/detector"
	"adlab/pkg/setting"
)

// Methods lists the table, ordered by name.
func Methods() []detector.Method { return slices.Clone(methods) }

// MethodNames are the names of those that keep is true of, or of all where it is nil.
func MethodNames(keep func(detector.Method) bool) (names []string) {
	for _, m := range methods {
		if keep == nil || keep(m) {
			names = append(names, m.Name)
		}
	}
	return names
}

// MethodOf finds a method by its name.
func MethodOf(name string) (detector.Method, error) {
	for _, m := range methods {
		if m.Name == name {
			return m, nil
		}
	}
	return detector.Method{}, setting.Errorf("Detector", "expected one of %s, got %q",
		strings.Join(MethodNames(nil), ", "), name)
}

// owners are the methods that have a setting of their own called name.
func owners(name string) []string {
	return MethodNames(func(m detector.Method) bool {
		return m.Settings != nil && setting.Has(m.Settings, name)
	})
}
