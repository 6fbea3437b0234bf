package pair

import (
	_ "embed"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"text/template"

	"adlab/datasets/fetch"
	"adlab/pkg/backend"
	"adlab/pkg/clip"
	"adlab/pkg/layer"
	"adlab/pkg/pretrain"
	"adlab/pkg/pretrain/align"
	"adlab/pkg/pretrain/sentence"
	"adlab/pkg/tensorfile"
)

// Card says what made the pair.
type Card struct {
	Version string `json:"version"`
	pretrain.File
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
		losses, minutes := pretrain.Tenths(points, phase.steps)
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
	var err error
	if card.File, err = pretrain.FileOf(out); err != nil {
		return nil, err
	}
	return card, pretrain.WriteCard(out, card, cardPage)
}

//go:embed card.md.tmpl
var cardText string

// cardPage is the card as a page; a phase's losses come in the order of the steps.
var cardPage = template.Must(template.New("card").Funcs(pretrain.Words).Funcs(template.FuncMap{
	"teacher":    func() fetch.Package { return sentence.TeacherWeights },
	"parameters": parameterList,
}).Parse(cardText))

func parameterList(parts map[string]int) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		list = append(list, fmt.Sprintf("%s %d", name, parts[name]))
	}
	return strings.Join(list, ", ")
}
