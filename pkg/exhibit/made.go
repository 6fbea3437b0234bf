package exhibit

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	code "adlab/pkg"
)

// The entries of Made that say which code it was. They change with every change of the code,
// whether or not a pixel does, and so they stand in a gallery's manifest and not in its files.
const (
	drawnBy   = "code"    // digest of what draws
	countedBy = "numbers" // digest of what makes numbers
	identical = "identity"
)

// processor is the entry that says on what the bits depend besides: backend, plugin, instruction
// set.
const processor = "processor"

// Made says what makes the exhibit in this profile, on this checkout: all that its bytes depend on.
func (r *Runner) Made(ctx context.Context, e Exhibit) (map[string]string, error) {
	made, sets, err := r.Configured(e)
	if err != nil {
		return nil, err
	}
	digests := map[string]string{}
	for _, key := range sets {
		if digests[key], err = r.Digest(ctx, key); err != nil {
			return nil, err
		}
	}
	made["data"] = dataOf(digests)
	made[identical] = identity(made)
	return made, nil
}

// Configured is what Made says without a look at the data: all its entries but the data's and the
// identity. sets are the keys of the data sets, sorted.
func (r *Runner) Configured(e Exhibit) (made map[string]string, sets []string, err error) {
	settings, err := json.Marshal(r.Profile)
	if err != nil {
		return nil, nil, err
	}
	made = map[string]string{"adlab": e.Paper + ", " + e.Title.EN, "exhibit": e.ID,
		"profile": r.Profile.Name, "settings": string(settings), "backend": r.Env.Backend.Short(),
		processor: r.Env.Backend.Bits(),
		drawnBy:   code.Drawing()}
	encoders := map[string]bool{}
	var rooms []string
	for _, m := range e.Measurements(r.Profile) {
		x, err := r.placed(m, unplaced)
		if err != nil {
			return nil, nil, err
		}
		enc, err := r.EncoderOf(m, x)
		if err != nil {
			return nil, nil, err
		}
		encoders[enc.Name()+" "+enc.Digest()[:16]] = true
		rooms = append(rooms, m.rooms(enc)...)
		sets = append(append(sets, m.Set), m.trainedOn()...)
	}
	slices.Sort(rooms)
	made[countedBy] = code.Numbers(slices.Compact(rooms)...)
	made["encoder"] = strings.Join(slices.Sorted(maps.Keys(encoders)), ", ")
	slices.Sort(sets)
	return made, slices.Compact(sets), nil
}

// unplaced stands in for folders where only settings count.
func unplaced(set string) (string, error) { return set, nil }

// dataOf tells data sets with their digests in a line.
func dataOf(digests map[string]string) string {
	var data []string
	for _, key := range slices.Sorted(maps.Keys(digests)) {
		data = append(data, key+" "+digests[key][:16])
	}
	return strings.Join(data, ", ")
}

// Lasting are the entries that a file carries itself: all but those of the code.
func Lasting(made map[string]string) map[string]string {
	lasting := maps.Clone(made)
	maps.DeleteFunc(lasting, func(key, _ string) bool {
		return key == drawnBy || key == countedBy || key == identical
	})
	lasting[identical] = identity(lasting)
	return lasting
}

// identity is one digest over all entries.
func identity(made map[string]string) string {
	h := sha256.New()
	for _, key := range slices.Sorted(maps.Keys(made)) {
		if key != identical && key != "figure" {
			fmt.Fprintf(h, "%q %q\n", key, made[key])
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil))[:16]
}

// CodeOf is the digest of the code that drew what has these entries, "" where they do not say it.
func CodeOf(made map[string]string) string { return made[drawnBy] }

// SameFile tells whether a file that carries made is one of an exhibit with these entries.
func SameFile(made, of map[string]string) bool {
	return made["exhibit"] == of["exhibit"] && made[identical] == Lasting(of)[identical]
}

// Answer is what Explain says.
type Answer string

// The answers.
const (
	SameBits       Answer = "the same bits"
	OtherProcessor Answer = "the same configuration on another processor"
	SomethingElse  Answer = "something else"
)

// Explained is what would come of an exhibit here, beside what made a file of it.
type Explained struct {
	Answer      Answer   `json:"answer"`
	Differences []string `json:"differences,omitempty"` // one line each
}

// Explain compares what made a file of an exhibit with what would make it here.
func (r *Runner) Explain(ctx context.Context, e Exhibit, made map[string]string) (Explained,
	error) {
	if missing := r.Missing(e); missing != nil {
		by := Compare(made, map[string]string{drawnBy: code.Drawing()})
		return Explained{SomethingElse, append(missing, by.Differences...)}, nil
	}
	here, err := r.Made(ctx, e)
	if err != nil {
		return Explained{}, err
	}
	return Compare(made, here), nil
}

// Compare compares what made a file with what would make it here. Entries of the code that the file
// does not have are not compared: one that left its gallery no longer knows its code.
func Compare(made, here map[string]string) Explained {
	x := Explained{Answer: SameBits}
	for _, key := range slices.Sorted(maps.Keys(here)) {
		was, known := made[key]
		if key == identical || was == here[key] || !known && (key == drawnBy || key == countedBy) {
			continue
		}
		x.Differences = append(x.Differences, fmt.Sprintf("%s: made with %s, here it is %s", key,
			was, here[key]))
		if key != processor {
			x.Answer = SomethingElse
		} else if x.Answer == SameBits {
			x.Answer = OtherProcessor
		}
	}
	return x
}
