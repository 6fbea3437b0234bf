package bridge

import (
	_ "embed"
	"text/template"

	"adlab/pkg/pretrain"
)

// Card says what made a bridge.
type Card struct {
	Version string `json:"version"`
	pretrain.File
	Vision   string             `json:"vision"`
	Text     string             `json:"text"`
	Seed     uint64             `json:"seed"`
	Steps    int                `json:"steps"`
	Batch    int                `json:"pictures_a_step"`
	Pictures int                `json:"pictures"`
	Rate     float64            `json:"rate"`
	Backend  string             `json:"backend"`
	Cores    int                `json:"cores"`
	Minutes  float64            `json:"minutes"` // of training alone
	Losses   map[string]float64 `json:"losses"`  // mean of the twentieth that ends at each step
}

//go:embed card.md.tmpl
var cardText string

// cardPage is the card as a page; losses come in the order of the steps.
var cardPage = template.Must(template.New("card").Funcs(pretrain.Words).Parse(cardText))
