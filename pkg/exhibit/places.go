package exhibit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"adlab/datasets"
	"adlab/datasets/synth"
	"adlab/pkg/setting"
	"adlab/pkg/store"
)

// SetOf is the key of a data set by the name that the papers print.
var SetOf = map[string]string{
	"MVTec-AD": "mvtec", "VisA": "visa", "Real-IAD": "real-iad", "MPDD": "mpdd",
	"MAD-sim": "mad-sim", "MAD-real": "mad-real",
}

// Vocabulary of a data set by its key; a key that is not known is a mistake of the registry.
func Vocabulary(set string) datasets.Vocabulary {
	v, err := datasets.VocabularyOf(set)
	if err != nil {
		panic(err)
	}
	return v
}

// LayoutOf is how a data set lies on disk.
func LayoutOf(set string) string {
	if isFetched(set) {
		return set
	}
	if b, known := synth.Find(set); known {
		return b.Layout
	}
	return Vocabulary(set).Layout
}

// fetched tells the sets that are read where adlab puts them. The tests fetch nothing: they look at
// what is generated in the set's layout, where there is such.
func (r *Runner) fetched(set string) bool {
	_, generated := synth.Find(set)
	return isFetched(set) && !(r.Profile.Name == "smoke" && generated)
}

// isFetched tells the sets that adlab fetches: they lie where it puts them, in a layout of their
// name.
func isFetched(set string) bool {
	return slices.ContainsFunc(datasets.Sources(), func(s datasets.Source) bool {
		return s.Name == set
	})
}

// Folder finds the folder of a data set: the generated benchmark, made where it is not there yet,
// or the published one below the folder that the user names; "" for one that adlab fetches.
func (r *Runner) Folder(ctx context.Context, set string) (string, error) {
	if r.fetched(set) {
		return "", nil
	}
	if r.Profile.Size == "" {
		return publishedFolder(r.Data, set)
	}
	unlock, err := store.Lock(ctx, filepath.Join(r.Env.Cache, "generating-"+r.Profile.Size))
	if err != nil {
		return "", err
	}
	defer unlock()
	return r.Env.Generated(ctx, set, r.Profile.Size)
}

// publishedFolder finds a published data set below a folder, by any usual spelling of its name.
func publishedFolder(data, set string) (string, error) {
	v := Vocabulary(set)
	advice := fmt.Sprintf("get it from %s (%s) and put it there as %s", v.Home, v.Licence, set)
	if data == "" {
		return "", setting.Errorf("Data", "name the folder that holds the data sets; %s: %s",
			v.Name, advice)
	}
	entries, err := os.ReadDir(data)
	if err != nil {
		return "", setting.Errorf("Data", "no folder %s", data)
	}
	known := []string{plain(set), plain(v.Name), plain(set) + "ad", plain(set) + "anomalydetection"}
	for _, e := range entries {
		if slices.Contains(known, plain(e.Name())) {
			return filepath.Join(data, e.Name()), nil
		}
	}
	return "", fmt.Errorf("%s: no folder %s in %s; %s", v.Name, set, data, advice)
}

// NameOf is a data set's name, or that of the generated one that stands in for it.
func (r *Runner) NameOf(set string) string { return r.Named(set).EN }

// Named is NameOf in both languages.
func (r *Runner) Named(set string) Words {
	name := set
	if b, known := synth.Find(set); known {
		name = b.StandsFor
	}
	switch {
	case r.fetched(set), r.Profile.Size == "":
		return Words{name, name}
	}
	return Words{"generated, in the layout of " + name, name + " 형식의 생성 이미지"}
}

// plain is a name in lower case with letters and digits alone.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(name))
}

// weightsSetting is the runner's setting that names the weights of an exhibit's encoder, or of its
// pair of towers.
func weightsSetting(pair bool) string {
	if pair {
		return "Pair"
	}
	return "Encoder"
}

// Missing lists what the exhibit needs in the runner's profile and does not find, one line each.
func (r *Runner) Missing(e Exhibit) (lines []string) {
	if e.Apart && r.Profile.Size == "" {
		return []string{"it is of the small world: choose profile smoke, tiny or small"}
	}
	add := func(err error) {
		if err != nil && !slices.Contains(lines, err.Error()) {
			lines = append(lines, err.Error())
		}
	}
	if r.Profile.Size != "" {
		for _, m := range e.Measurements(r.Profile) {
			for _, set := range append(m.trainedOn(), m.Set) {
				if r.fetched(set) && !datasets.Fetched(set, datasets.Home()) {
					add(fmt.Errorf("data set %q is not here; fetch it with `adlab data fetch %s`",
						set, set))
				}
			}
			x := m.Experiment
			x.Encoder = cmp.Or(x.Encoder, r.weights(m))
			add(x.Lacking())
		}
		return lines
	}
	for _, m := range e.Measurements(r.Profile) {
		x := m.Experiment
		x.Encoder = r.weights(m)
		if m.method().Sources {
			var err error // looked for below
			x, err = x.Set("Sources", "mvtec="+cmp.Or(r.Data, "-"))
			add(err)
		}
		m.target(&x)
		weights := weightsSetting(m.onPair())
		var wrong *setting.Error
		if _, err := os.Stat(x.Encoder); x.Encoder != "" && err != nil {
			add(setting.Errorf(weights, "no file %s", x.Encoder))
		} else if err := x.Validate(); errors.As(err, &wrong) && wrong.Name == "Encoder" {
			add(setting.Errorf(weights, "%w", wrong.Err)) // an experiment knows one name for both
		} else {
			add(err)
		}
		for _, set := range append(m.trainedOn(), m.Set) {
			_, err := publishedFolder(r.Data, set)
			add(err)
		}
	}
	return lines
}

// Needs is the status of an exhibit that lacks something.
const Needs = "needs weights and data"

// Status says in a word or two whether the exhibit can run: ready, or what it needs.
func (r *Runner) Status(e Exhibit) string {
	switch {
	case r.Missing(e) == nil:
		return "ready"
	case e.Apart && r.Profile.Size == "":
		return "of the small world"
	case r.Profile.Size != "":
		return "to fetch"
	}
	return Needs
}
