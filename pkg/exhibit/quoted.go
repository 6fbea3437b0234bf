package exhibit

import "fmt"

// QuotedFor is why some systems are quoted alone, by their printed names: what they are is not to
// be had here, where others have only not been written.
var QuotedFor = map[string]string{
	"AnomalyGPT": "its answer is that of a language model of seven billion weights",
	"DiAD":       "its reconstruction is that of a latent diffusion model, many passes a picture",
	"MambaAD":    "its decoder is a state space model, whose scan is no operation of the backends",
}

// quotedNotes are the reasons for rows of the table that are quoted alone, each once, in their
// order.
func (t *Table) quotedNotes() (notes []string) {
	seen := map[string]bool{}
	for _, row := range t.Rows() {
		if why := QuotedFor[row.Name]; row.Kind == Quoted && why != "" && !seen[row.Name] {
			seen[row.Name] = true
			notes = append(notes, fmt.Sprintf("%s is quoted alone: %s", row.Name, why))
		}
	}
	return notes
}
