package main

import (
	"fmt"
	"reflect"
	"strings"

	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/setting"
)

// commandOf is the command that makes a measurement again, from an experiment that names its
// folders: what it says besides an experiment's defaults.
func commandOf(m exhibit.Measurement, e experiment.Experiment) string {
	words := []string{"adlab eval", "--layout " + e.Layout, "--data " + e.Data}
	if e.Detector != experiment.Default("").Detector {
		words = append(words, "--detector "+e.Detector)
	}
	usual, own := experiment.Default(e.Layout).By(e.Detector), e.Own
	usual.Data, usual.Layout = e.Data, e.Layout
	words = append(words, differing(usual, e)...)
	if method, err := experiment.MethodOf(e.Detector); err == nil && method.Settings != nil {
		words = append(words, differing(method.Settings, own)...)
	}
	if p, err := experiment.ProfileOf(e.Profile); err == nil && p.Limit.TrainLimit > 0 {
		words = append(words, fmt.Sprintf("--train-limit %d --test-limit %d", e.Limit.TrainLimit,
			e.Limit.TestLimit)) // or the profile's would hold
	}
	if m.Distance {
		words = append(words, "(scored by distance)")
	}
	return strings.Join(words, " ")
}

// differing spells the settings that are other than usual.
func differing(usual, given any) (words []string) {
	a, b := reflect.ValueOf(usual), reflect.ValueOf(given)
	for _, name := range setting.Names(given) {
		flag := flagOf[name]
		was, is := a.FieldByName(name), b.FieldByName(name)
		if flag == "" || reflect.DeepEqual(was.Interface(), is.Interface()) || is.IsZero() {
			continue
		}
		switch is.Kind() {
		case reflect.Bool:
			words = append(words, "--"+flag)
		case reflect.Slice:
			for i := range is.Len() {
				words = append(words, fmt.Sprintf("--%s %v", flag, is.Index(i)))
			}
		default:
			words = append(words, fmt.Sprintf("--%s %v", flag, is))
		}
	}
	return words
}
