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

// Made says what makes the exhibit in this profile, on this checkout: all that its bytes depend on.
func (r *Runner) Made(ctx context.Context, e Exhibit) (map[string]string, error) {
	settings, err := json.Marshal(r.Profile)
	if err != nil {
		return nil, err
	}
	made := map[string]string{"adlab": e.Paper + ", " + e.Title.EN, "exhibit": e.ID,
		"profile": r.Profile.Name, "settings": string(settings), "backend": r.Env.Backend.Short(),
		"code": code.Pictures(), "numbers": code.Numbers()}
	encoders, sets := map[string]bool{}, map[string]bool{}
	for _, m := range e.Measurements(r.Profile) {
		x, err := r.Ready(ctx, m)
		if err != nil {
			return nil, err
		}
		enc, err := r.EncoderOf(m, x)
		if err != nil {
			return nil, err
		}
		encoders[enc.Name()+" "+enc.Digest()[:16]] = true
		for _, key := range append([]string{m.Set}, m.trainedOn()...) {
			if _, err := r.Set(ctx, key); err != nil {
				return nil, err
			}
			sets[key+" "+r.digests[key][:16]] = true
		}
	}
	made["encoder"] = strings.Join(slices.Sorted(maps.Keys(encoders)), ", ")
	made["data"] = strings.Join(slices.Sorted(maps.Keys(sets)), ", ")
	made["identity"] = identity(made)
	return made, nil
}

// identity is one digest over all entries.
func identity(made map[string]string) string {
	h := sha256.New()
	for _, key := range slices.Sorted(maps.Keys(made)) {
		if key != "identity" && key != "figure" {
			fmt.Fprintf(h, "%q %q\n", key, made[key])
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil))[:16]
}

// Explain compares what made a picture of an exhibit with what would make it here: the entries that
// differ, one line each.
func (r *Runner) Explain(ctx context.Context, e Exhibit, made map[string]string) (
	differences []string, err error) {
	if missing := r.Missing(e); missing != nil {
		return missing, nil
	}
	here, err := r.Made(ctx, e)
	if err != nil {
		return nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(here)) {
		if key != "identity" && here[key] != made[key] {
			differences = append(differences, fmt.Sprintf("%s: made with %s, here it is %s", key,
				made[key], here[key]))
		}
	}
	return differences, nil
}
