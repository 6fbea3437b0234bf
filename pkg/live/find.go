package live

import "adlab/pkg/exhibit"

// Find is something to find out by moving: it is found once so many different facts were seen.
type Find[S any] struct {
	exhibit.Words
	Facts int
	// Fact is what a picture that waits for nothing shows of it; "" for nothing.
	Fact func(s S, f Frame) string
}

// Seen is a Find of one fact: that something holds.
func Seen[S any](en, ko string, holds func(s S) bool) Find[S] {
	return Find[S]{exhibit.Words{EN: en, KO: ko}, 1, func(s S, _ Frame) string {
		if holds(s) {
			return "seen"
		}
		return ""
	}}
}

// listed is a Find as the page lists it.
type listed struct {
	exhibit.Words
	Done bool `json:"done"`
}

// look notes what the picture shows of what there is to find.
func (l *cell[S]) look() {
	if l.frame.Message != "" { // it may show something else than the state says
		return
	}
	if l.facts == nil {
		l.facts = map[int]map[string]bool{}
	}
	for i, x := range l.session.Finds() {
		if fact := x.Fact(l.state, l.frame); fact != "" {
			if l.facts[i] == nil {
				l.facts[i] = map[string]bool{}
			}
			l.facts[i][fact] = true
		}
	}
}

// found lists what there is to find.
func (l *cell[S]) found() (all []listed) {
	for i, x := range l.session.Finds() {
		all = append(all, listed{x.Words, len(l.facts[i]) >= x.Facts})
	}
	return all
}
