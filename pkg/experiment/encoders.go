package experiment

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"adlab/pkg/clip"
	"adlab/pkg/convnet"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/layer"
	"adlab/pkg/setting"
	"adlab/pkg/tensorfile"
)

// EncoderNames are those that can be named, of pairs of towers or of encoders of images.
func EncoderNames(pair bool) (names []string) {
	for _, x := range encoders {
		if x.Pair == pair && named(x) {
			names = append(names, x.Name)
			if x.Alias != "" {
				names = append(names, x.Alias)
			}
		}
	}
	return names
}

// named tells whether an entry's name is enough to open it.
func named(x encoder.Entry) bool { return x.Open != nil || x.Fetched != nil }

// encoderOf finds the entry that a name stands for.
func encoderOf(name string, pair bool) (encoder.Entry, bool) {
	i := slices.IndexFunc(encoders, func(x encoder.Entry) bool {
		return x.Pair == pair && named(x) && (x.Name == name || x.Alias == name) && name != ""
	})
	if i < 0 {
		return encoder.Entry{}, false
	}
	return encoders[i], true
}

// checkEncoder says in one line where a name is neither an encoder's nor a file's.
func checkEncoder(name string, pair bool) error {
	if _, ok := encoderOf(name, pair); ok {
		return nil
	}
	if _, err := os.Stat(name); err != nil {
		what := "a safetensors file"
		if pair {
			what = "a safetensors file of CLIP, for the method looks through a pair of towers"
		}
		return setting.Errorf("Encoder", "expected %s or %s, got %q, and there is no such file",
			strings.Join(EncoderNames(pair), ", "), what, name)
	}
	return nil
}

// NewEncoder opens the encoder of the experiment, or its pair of towers by its taps. For a method
// that sees pixels it is the one whose view of an image the masks are brought to. The experiment
// must be valid.
func (v *Env) NewEncoder(e Experiment) (encoder.Encoder, error) {
	m, err := MethodOf(e.Detector)
	if err != nil {
		return nil, err
	}
	p, err := ProfileOf(e.Profile)
	if err != nil {
		return nil, err
	}
	pair := m.Sees == detector.Pair
	name := e.encoder(p, pair)
	if err := checkEncoder(name, pair); err != nil {
		return nil, err
	}
	r := v.request(e, p)
	if x, ok := encoderOf(name, pair); ok {
		if x.Fetched != nil {
			if name, err = fetchedFile(x); err != nil {
				return nil, err
			}
		}
		if x.Open != nil {
			return x.Open(r)
		}
	}
	for _, f := range formats {
		if f.Pair == pair && f.Is(name) {
			return f.Open(name, r)
		}
	}
	return nil, setting.Errorf("Encoder", "%s: no format that adlab reads", name)
}

// request is how the experiment wants its encoder opened.
func (v *Env) request(e Experiment, p Profile) encoder.Request {
	return encoder.Request{Backend: v.Backend.Backend, Resize: e.Resize, Crop: e.Crop,
		Image: p.Image, Seed: e.Seed, Dir: encoder.Dir()}
}

// encoder is the name that the experiment gives, or the profile's.
func (e *Experiment) encoder(p Profile, pair bool) string {
	switch {
	case e.Encoder != "":
		return e.Encoder
	case pair:
		return p.Pair
	}
	return cmp.Or(p.Alone.Encoder, convnet.Entries[0].Name)
}

// KnownEncoder is an entry of the table, and whether it is here.
type KnownEncoder struct {
	Name    string `json:"name"`
	Alias   string `json:"alias,omitempty"`
	Pair    bool   `json:"pair"`
	From    string `json:"from"`
	Licence string `json:"licence"`
	Tensors int    `json:"tensors"`
	Numbers int    `json:"numbers"` // parameters, those that are never run included
	Bytes   int    `json:"bytes"`   // of the tensors as float32
	// "shipped", "drawn" for one without a file, a file, or "" where it is not here
	Present string `json:"present"`
	// Fetched tells that FetchEncoder brings it
	Fetched bool `json:"fetched,omitempty"`

	// Manifest is the shape of every tensor by its official name.
	Manifest map[string][]int `json:"-"`
}

// KnownEncoders lists the table; of the published ones, where one of the files, or of those in
// encoder.Dir, is it. A named file that is none of them is an error.
func KnownEncoders(files []string) (known []KnownEncoder, err error) {
	for _, x := range encoders {
		k := KnownEncoder{Name: x.Name, Alias: x.Alias, Pair: x.Pair, From: x.From,
			Licence: x.Licence, Present: "drawn"}
		if x.Manifest != nil {
			if k.Manifest, err = x.Manifest(); err != nil {
				return nil, err
			}
			if k.Present = ""; x.Open != nil {
				k.Present = "shipped"
			}
		}
		if k.Fetched = x.Fetched != nil; k.Fetched {
			if k.Present, err = fetchedFile(x); err != nil {
				k.Present = ""
			}
		}
		k.Tensors = len(k.Manifest)
		for _, shape := range k.Manifest {
			size := 1
			for _, d := range shape {
				size *= d
			}
			k.Numbers += size
		}
		k.Bytes = 4 * k.Numbers
		known = append(known, k)
	}
	found, err := filepath.Glob(filepath.Join(encoder.Dir(), "*.safetensors"))
	if err != nil {
		return nil, err
	}
	for _, path := range slices.Concat(files, found) {
		i, err := identify(path, known)
		switch {
		case err == nil:
			known[i].Present = path
		case slices.Contains(files, path):
			return nil, err
		}
	}
	return known, nil
}

// identify gives the place of the published encoder whose tensors the file holds.
func identify(path string, known []KnownEncoder) (int, error) {
	f, err := tensorfile.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	got := map[string][]int{}
	if tensors, _, err := f.DINO(); err == nil {
		for name, t := range tensors {
			got[name] = t.Shape
		}
	} else {
		network, _, err := clip.Network(f)
		if err != nil {
			return 0, err
		}
		for _, name := range network.Names() {
			got[name] = network.Shape(name)
		}
		got = clip.OfficialShapes(got)
	}
	var names []string
	for i, k := range known {
		if k.Present == "shipped" || k.Manifest == nil {
			continue
		}
		names = append(names, k.Name)
		want := map[string][]int{}
		for name, shape := range k.Manifest {
			if _, unused := got[name]; unused || !neverRun(name) {
				want[name] = shape
			}
		}
		if layer.CheckNames(path, want, got) == nil {
			return i, nil
		}
	}
	return 0, fmt.Errorf("%s: expected the weights of %s, got %d other tensors: %s", path,
		strings.Join(names, ", "), len(got), tensorfile.Few(f.Names()))
}

// neverRun tells tensors that some layouts leave out.
func neverRun(name string) bool {
	return slices.Contains([]string{"mask_token", "norm.weight", "norm.bias", "logit_scale"}, name)
}
