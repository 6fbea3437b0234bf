package inpformer

import (
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
)

// ablationSet is where the ablations are measured.
const ablationSet = "MVTec-AD"

var ablations = []exhibit.Exhibit{
	ablation("coherence", variant{"without coherence loss", "no-coherence"}),
	ablation("mining", variant{"without soft mining", "no-mining"}),
	ablation("inps", variant{"a static table", "table"},
		variant{"self-attention", "self-attention"}),
	ablation("residual", variant{"with a residual", "residual"}),
	ablation("softmax", variant{"softmax", "softmax"}),
}

// variant is a row: what it is called, and the ablation in INP-Former's settings.
type variant struct{ name, ablation string }

// ablation sets variants below the paper's model.
func ablation(id string, variants ...variant) exhibit.Exhibit {
	return exhibit.Exhibit{
		ID: "inp-ablation-" + id, Paper: Paper, Kind: exhibit.KindAblation,
		Notebook: tablesNotebook,
		Table: func(p experiment.Profile) *exhibit.Table {
			t := &exhibit.Table{Corner: "data set, variant", Columns: exhibit.AllMetrics()}
			for _, v := range append([]variant{{"INP-Former", ""}}, variants...) {
				t.Beside(ablationSet, v.name, ablated(p, v.ablation).Seeds(p))
			}
			return t
		},
	}
}
