package pair

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"text/template"

	"adlab/datasets/fetch"
	"adlab/datasets/synth/lessons"
	"adlab/pkg/backend"
	"adlab/pkg/clip"
	"adlab/pkg/layer"
	"adlab/pkg/pretrain"
	"adlab/pkg/pretrain/align"
	"adlab/pkg/pretrain/sentence"
	"adlab/pkg/store"
	"adlab/pkg/tensorfile"
)

// Card says what made the pair.
type Card struct {
	Version    string         `json:"version"`
	Digest     string         `json:"sha256"` // of the weights file
	Bytes      int            `json:"bytes"`
	Start      string         `json:"start_sha256"` // of the vision transformer's file
	Seed       uint64         `json:"seed"`
	Steps      int            `json:"steps"`
	Of         int            `json:"of"`
	Batch      int            `json:"pictures_a_step"`
	Pictures   int            `json:"pictures"`
	Sketches   int            `json:"sketches"` // pictures drawn smaller
	Sentences  int            `json:"sentences"`
	Rate       float64        `json:"rate"`
	Backend    string         `json:"backend"`
	Cores      int            `json:"cores"`
	Minutes    float64        `json:"minutes"` // of training
	Parameters map[string]int `json:"parameters"`
	Image      int            `json:"image"`
	Patch      int            `json:"patch"`
	Taps       []int          `json:"taps"`
	Phases     []curved       `json:"phases"`
}

type curved struct {
	Name string `json:"name"`
	// mean of the twentieth of the steps that ends at each
	Losses map[string]float64 `json:"losses"`
}

// write writes the towers as F16 under OpenCLIP's names, with what the tensors do not tell in the
// header, and the card beside them.
func (p Training) write(arrays map[string]layer.Array, cfg clip.Config, out, start string, done int,
	curves []*pretrain.Curve, version string) (*Card, error) {
	card := &Card{Version: version, Start: start, Seed: p.Seed, Steps: done, Of: p.Steps,
		Batch: specimens * align.Group, Pictures: p.Pictures, Sketches: p.Sketches,
		Sentences: sentence.Sets * sentence.SetSize, Rate: p.Rate, Backend: backend.Name(p.Backend),
		Cores:      runtime.NumCPU(),
		Parameters: map[string]int{}, Image: cfg.Grid * cfg.Patch, Patch: cfg.Patch, Taps: cfg.Taps}
	for i, c := range curves {
		points, err := c.Points()
		if err != nil {
			return nil, err
		}
		phase := p.phases()[i]
		losses, minutes := tenths(points, phase.steps)
		card.Minutes += minutes
		card.Phases = append(card.Phases, curved{phase.name, losses})
	}
	file := map[string]tensorfile.Tensor{}
	for name, a := range arrays {
		if !isTower(name) {
			continue
		}
		file[name] = tensorfile.F16(a.Data, a.Shape...)
		part := "text tower"
		if strings.HasPrefix(name, "visual.") {
			part = "vision tower"
		} else if strings.HasPrefix(name, "token_embedding.") {
			part = "token table"
		}
		card.Parameters[part] += len(a.Data)
	}
	meta := clip.Options{Image: cfg.Grid * cfg.Patch, Taps: cfg.Taps, VisionHeads: cfg.Vision.Heads,
		TextHeads: cfg.Text.Heads}.Metadata()
	meta["made_by"] = fmt.Sprintf("adlab pretrain clip, version %s, seed %d, %d of %d steps",
		version, p.Seed, done, p.Steps)
	meta["licence"] = "Apache-2.0"
	if err := tensorfile.Write(out, file, meta); err != nil {
		return nil, err
	}
	f, err := tensorfile.Open(out)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	card.Digest = f.Digest()
	info, err := os.Stat(out)
	if err != nil {
		return nil, err
	}
	card.Bytes = int(info.Size())
	b, err := json.MarshalIndent(card, "", " ")
	if err != nil {
		return nil, err
	}
	base := strings.TrimSuffix(out, filepath.Ext(out))
	return card, errors.Join(store.WriteFile(base+".json", append(b, '\n')),
		store.WriteFile(base+".md", []byte(card.Markdown())))
}

//go:embed card.md.tmpl
var cardText string

// cardPage is the card as a page; a phase's losses come in the order of the steps.
var cardPage = template.Must(template.New("card").Funcs(template.FuncMap{
	"names":      lessons.Names,
	"types":      lessons.Types,
	"teacher":    func() fetch.Package { return sentence.TeacherWeights },
	"parameters": parameterList,
	"trim":       func(step string) string { return strings.TrimLeft(step, "0") },
}).Parse(cardText))

// Markdown is the card as a page.
func (c *Card) Markdown() string {
	var b strings.Builder
	if err := cardPage.Execute(&b, c); err != nil {
		panic("pretrain: card.md.tmpl: " + err.Error()) // a test fills it
	}
	return b.String()
}

func parameterList(parts map[string]int) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		list = append(list, fmt.Sprintf("%s %d", name, parts[name]))
	}
	return strings.Join(list, ", ")
}

// tenths gives a phase's loss at ten places, and the minutes that its steps took.
func tenths(points []pretrain.Point, steps int) (losses map[string]float64, minutes float64) {
	losses = map[string]float64{}
	values := map[int]float64{}
	for _, p := range points {
		values[p.Step] = p.Loss
		minutes += p.Seconds / 60
	}
	for k := 1; k <= 10; k++ {
		end, sum, n := k*steps/10, 0.0, 0
		for s := end - max(steps/20, 1) + 1; s <= end; s++ {
			if v, ok := values[s]; ok {
				sum, n = sum+v, n+1
			}
		}
		if n > 0 {
			losses[fmt.Sprintf("%06d", end)] = sum / float64(n)
		}
	}
	return losses, minutes
}
