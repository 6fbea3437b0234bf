package exhibit

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"adlab/datasets/published"
	code "adlab/pkg"
	"adlab/pkg/experiment"
	"adlab/pkg/setting"
	"adlab/pkg/store"
)

// What has become of a claim; another system's number stays Quoted.
const (
	Reproduced = "reproduced" // measured on what it is about, within its tolerance
	Deviates   = "deviates"   // measured there, beyond it
	Open       = "open"       // not measured there
)

// ClaimStatuses are all that can become of one.
func ClaimStatuses() []string { return []string{Reproduced, Deviates, Open, Quoted} }

// ClaimStatus is a claim with what has become of it.
type ClaimStatus struct {
	published.Claim
	Exhibit   string   `json:"exhibit"`   // whose table has its cell; "" for none yet
	Quoted    bool     `json:"quoted"`    // another system's number, which is not measured here
	Status    string   `json:"status"`    // one of ClaimStatuses
	Tolerance float64  `json:"tolerance"` // in the claim's unit
	Ours      *float64 `json:"ours,omitempty"`
	Why       string   `json:"why,omitempty"`
}

// Tolerance is by how much a measured number may differ from a printed one and still count as
// reproduced, in percentage points: half a point for areas under ROC curves, one for other image
// metrics and the overlap, two for precision-recall of pixels, where the official code itself has
// changed since the paper. Source: pkg/inpformer/SPEC.md 17.
func Tolerance(metric string) float64 {
	switch metric {
	case "I-AUROC", "P-AUROC", "P-AUROC (macro)":
		return 0.5
	case "P-AP", "P-F1max", "P-F1", "P-AP (macro)", "P-F1 (macro)":
		return 2
	}
	return 1
}

// outcome is what was measured last for an exhibit's claims, on what they are about: in the paper
// profile, or on pictures that every profile has.
type outcome struct {
	Exhibit string             `json:"exhibit"`
	Code    string             `json:"code"`
	Encoder string             `json:"encoder"`
	Ours    map[string]float64 `json:"ours"` // mean over the seeds, by claim
}

func outcomePath(cache, id string) string { return filepath.Join(cache, "outcomes", id+".json") }

// Keep keeps what a result says of claims: one of the paper profile, or of pictures that every
// profile has. Others say nothing of them.
func (r *Runner) Keep(result *Result) error {
	if !result.Exhibit.judges(r.Profile.Name) {
		return nil
	}
	o := outcome{Exhibit: result.Exhibit.ID, Code: code.Numbers(), Encoder: result.Made["encoder"],
		Ours: map[string]float64{}}
	for _, t := range result.Tables {
		for _, row := range t.Rows() {
			for _, c := range row.Cells {
				if c.Claim != "" && len(c.Ours) > 0 {
					o.Ours[c.Claim], _ = c.Mean()
				}
			}
		}
	}
	return store.WriteJSON(outcomePath(r.Env.Cache, o.Exhibit), o)
}

// Claims is every published number with its status, as the cache of the outcomes has it; the list
// is of all exhibits.
func Claims(list []Exhibit, cache string) ([]ClaimStatus, error) {
	profile, err := experiment.ProfileOf("paper")
	if err != nil {
		return nil, err
	}
	type place struct {
		exhibit string
		kind    string
	}
	places, outcomes := map[string]place{}, map[string]outcome{}
	own := map[string]bool{} // measured where their pictures are
	for _, e := range list {
		if e.Tables == nil && e.Printed == nil {
			continue
		}
		own[e.ID] = e.Printed != nil
		for _, row := range e.Layout(profile).Rows() {
			for _, c := range row.Cells {
				if c.Claim != "" {
					places[c.Claim] = place{e.ID, row.Kind}
				}
			}
		}
		o, known, err := store.ReadJSON[outcome](outcomePath(cache, e.ID))
		if err != nil {
			return nil, err
		}
		if known {
			outcomes[e.ID] = o
		}
	}
	var all []ClaimStatus
	for _, c := range published.Claims() {
		p := places[c.ID]
		s := ClaimStatus{Claim: c, Exhibit: p.exhibit, Quoted: p.kind == Quoted,
			Tolerance: Tolerance(c.Metric)}
		s.judge(outcomes[p.exhibit], own[p.exhibit])
		all = append(all, s)
	}
	return all, nil
}

// ClaimFilter says which claims are wanted; "" for any.
type ClaimFilter struct{ Paper, Table, Status string }

// Of are those claims, in their order. A word that no claim has is an error.
func (f ClaimFilter) Of(all []ClaimStatus) (some []ClaimStatus, err error) {
	some = slices.Clone(all)
	for _, part := range []struct {
		name, want string
		of         func(ClaimStatus) string
		known      []string // besides what the claims have
	}{
		{"Status", f.Status, func(s ClaimStatus) string { return s.Status }, ClaimStatuses()},
		{"Paper", f.Paper, func(s ClaimStatus) string { return s.Paper }, nil},
		{"Table", f.Table, func(s ClaimStatus) string { return s.Table }, nil},
	} {
		known := part.known
		wanted := func(word string) bool {
			return part.want == "" || strings.EqualFold(part.want, word)
		}
		for _, s := range all {
			if word := part.of(s); !slices.Contains(known, word) {
				known = append(known, word)
			}
		}
		if !slices.ContainsFunc(known, wanted) {
			return nil, setting.Errorf(part.name, "expected one of %s, got %q",
				strings.Join(known, ", "), part.want)
		}
		some = slices.DeleteFunc(some, func(s ClaimStatus) bool { return !wanted(part.of(s)) })
	}
	return some, nil
}

// towers names the weights that a paper stands on.
func towers(paper string) string {
	if paper == "MultiADS" {
		return "CLIP"
	}
	return "DINOv2 with registers"
}

// judge gives the status; own tells that the claim is about pictures that every profile has.
func (s *ClaimStatus) judge(o outcome, own bool) {
	ours, measured := o.Ours[s.ID]
	switch {
	case s.Quoted:
		s.Status, s.Why = Quoted, "another system's number: quoted, not measured here"
		if why := QuotedFor[s.Method]; why != "" {
			s.Why += ", for " + why
		}
	case s.Exhibit == "":
		s.Status, s.Why = Open, "no exhibit has a cell for it yet"
	case !measured && own:
		s.Status, s.Why = Open, fmt.Sprintf("not measured yet; run %s in profile tiny or small",
			s.Exhibit)
	case !measured:
		s.Status, s.Why = Open, fmt.Sprintf("not measured in profile paper; run %s there, "+
			"with the data sets and the weights of %s", s.Exhibit, towers(s.Paper))
	default:
		s.Ours = &ours
		difference := ours - s.Value
		s.Status, s.Why = Reproduced, fmt.Sprintf("%+.2f of ±%g, on %s", difference, s.Tolerance,
			o.Encoder)
		if !(math.Abs(difference) <= s.Tolerance) {
			s.Status = Deviates
		}
		if own { // of such a claim any profile's encoder is asked
			s.Why += "; the printed one is of another encoder"
		}
		if s.Status == Deviates && s.Doubt != "" {
			s.Why += "; the printed number is in doubt: " + s.Doubt
		}
		if o.Code != code.Numbers() {
			s.Why += "; measured by an earlier state of the code"
		}
	}
}
