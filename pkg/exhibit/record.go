package exhibit

import (
	"context"
	"encoding/json"
	"slices"

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
	made := map[string]string{"adlab": "playground " + playground, "playground": playground,
		"profile": e.Profile, "experiment": string(settings), "backend": v.Backend.Short(),
		processor: v.Backend.Bits(), drawnBy: code.Drawing(),
		countedBy: code.Numbers(Measurement{Experiment: e}.rooms(enc)...),
		"encoder": enc.Name() + " " + enc.Digest()[:16], "data": dataOf(sets)}
	made[identical] = identity(made)
	return made
}

// RecordOf is the Record of a measurement as it would be made here.
func (r *Runner) RecordOf(ctx context.Context, playground string,
	m Measurement) (map[string]string, error) {
	sets := map[string]string{}
	for _, key := range append([]string{m.Set}, m.trainedOn()...) {
		digest, err := r.Digest(ctx, key)
		if err != nil {
			return nil, err
		}
		sets[key] = digest
	}
	return r.record(playground, m, sets)
}

// RecordConfigured is what RecordOf says without a look at the data.
func (r *Runner) RecordConfigured(playground string, m Measurement) (made map[string]string,
	sets []string, err error) {
	made, err = r.record(playground, m, nil)
	delete(made, "data")
	delete(made, identical)
	sets = append(sets, m.Set)
	sets = append(sets, m.trainedOn()...)
	slices.Sort(sets)
	return made, slices.Compact(sets), err
}

func (r *Runner) record(playground string, m Measurement, sets map[string]string) (
	map[string]string, error) {
	e, err := r.placed(m, unplaced) // a record tells no folders
	if err != nil {
		return nil, err
	}
	enc, err := r.EncoderOf(m, e)
	if err != nil {
		return nil, err
	}
	return Record(r.Env, playground, e, enc, sets), nil
}
