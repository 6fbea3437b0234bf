package exhibit

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	code "adlab/pkg"
	"adlab/pkg/encoder"
	"adlab/pkg/experiment"
	"adlab/pkg/multiads"
)

// Record says what makes the pictures of a playground, as Made says it of an exhibit: the
// experiment, without folders and files, what it looks through, its data sets by key with their
// digests, backend and code.
func Record(v *experiment.Env, playground string, e experiment.Experiment, enc encoder.Encoder,
	sets map[string]string) map[string]string {
	plain := e
	plain.Data, plain.Encoder = "", ""
	if own, ok := plain.Own.(multiads.Settings); ok {
		own.Sources = own.Keys()
		plain.Own = own
	}
	settings, err := json.Marshal(plain)
	if err != nil { // an experiment is texts and numbers
		panic(err)
	}
	var data []string
	for _, key := range slices.Sorted(maps.Keys(sets)) {
		data = append(data, key+" "+sets[key][:16])
	}
	made := map[string]string{"adlab": "playground " + playground, "playground": playground,
		"profile": e.Profile, "experiment": string(settings), "backend": v.Backend.Short(),
		processor: v.Backend.Bits(), drawnBy: code.Drawing(), countedBy: code.Numbers(),
		"encoder": enc.Name() + " " + enc.Digest()[:16], "data": strings.Join(data, ", ")}
	made[identical] = identity(made)
	return made
}

// RecordOf is the Record of a measurement as it would be made here.
func (r *Runner) RecordOf(ctx context.Context, playground string,
	m Measurement) (map[string]string, error) {
	e, err := r.Ready(ctx, m)
	if err != nil {
		return nil, err
	}
	enc, err := r.EncoderOf(m, e)
	if err != nil {
		return nil, err
	}
	sets := map[string]string{}
	for _, key := range append([]string{m.Set}, m.trainedOn()...) {
		if _, err := r.Set(ctx, key); err != nil {
			return nil, err
		}
		sets[key] = r.digests[key]
	}
	return Record(r.Env, playground, e, enc, sets), nil
}
