// Package setting speaks of settings by name: libraries say which one is wrong, and only the
// command line knows how it is spelled there.
package setting

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Error is a user's mistake in a setting: one line.
type Error struct {
	Name string // of the field, such as INPs
	Err  error  // expected, got, what to do
}

// Error is the name and the mistake.
func (e *Error) Error() string { return e.Name + ": " + e.Err.Error() }

// Unwrap gives the mistake alone.
func (e *Error) Unwrap() error { return e.Err }

// Errorf says what is wrong with the setting called name.
func Errorf(name, format string, args ...any) error {
	return &Error{name, fmt.Errorf(format, args...)}
}

// Names lists the settings in a struct: its exported fields, those of embedded structs too.
func Names(settings any) (names []string) {
	if settings == nil {
		return nil
	}
	for _, f := range reflect.VisibleFields(reflect.TypeOf(settings)) {
		if f.IsExported() && !f.Anonymous {
			names = append(names, f.Name)
		}
	}
	return names
}

// Has tells whether a struct has a setting called name.
func Has(settings any, name string) bool { return slices.Contains(Names(settings), name) }

// With is a copy of a struct of settings in which the one called name has the value that the texts
// say: one, but for lists.
func With(settings any, name string, texts ...string) (any, error) {
	out := reflect.New(reflect.TypeOf(settings)).Elem()
	out.Set(reflect.ValueOf(settings))
	field := out.FieldByName(name)
	if !field.IsValid() {
		return nil, Errorf(name, "expected one of %s", strings.Join(Names(settings), ", "))
	}
	text := strings.Join(texts, ",")
	var err error
	switch field.Kind() {
	case reflect.String:
		field.SetString(text)
	case reflect.Bool:
		var v bool
		v, err = strconv.ParseBool(text)
		field.SetBool(v)
	case reflect.Int:
		var v int64
		v, err = strconv.ParseInt(text, 10, 0)
		field.SetInt(v)
	case reflect.Uint64:
		var v uint64
		v, err = strconv.ParseUint(text, 10, 64)
		field.SetUint(v)
	case reflect.Float64:
		var v float64
		v, err = strconv.ParseFloat(text, 64)
		field.SetFloat(v)
	case reflect.Slice:
		field.Set(reflect.ValueOf(slices.Clone(texts)))
	default:
		panic(fmt.Sprintf("setting %s: no text stands for a %s", name, field.Kind()))
	}
	if err != nil {
		return nil, Errorf(name, "expected a value of the kind %s, got %q", field.Kind(), text)
	}
	return out.Interface(), nil
}
