package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"adlab/pkg/exhibit"
	"adlab/pkg/exhibit/render"
	"adlab/pkg/live/playgrounds"
	"adlab/pkg/papers"

	"github.com/spf13/cobra"
)

// explained is what explain prints.
type explained struct {
	Made map[string]string `json:"made"`
	// nil where it cannot be told
	Here  *exhibit.Explained `json:"here,omitempty"`
	Cells []explainedCell    `json:"cell,omitempty"`
	timed bool
}

// explainedCell is one seed behind a cell.
type explainedCell struct {
	exhibit.CellRun
	Command string `json:"command"`
}

// newExplain says what made a file, and what this checkout would make of it.
func newExplain(c *cli) *cobra.Command {
	var p place
	cell := ""
	cmd := &cobra.Command{
		Use:   "explain FILE",
		Short: "say what made a picture or a table, and what this checkout would make here",
		Long: "Says what made a picture, or a file of a gallery, and what would come of it here: " +
			"the same bits,\nthe same configuration on another processor, or something else.",
		Example: "  adlab explain figures/inp-figure7.png\n  adlab explain " +
			"figures/inp-table2.csv --cell MVTec-AD/INP-Former/I-AUROC",
		Args: one("a file that adlab wrote"),
		RunE: func(cmd *cobra.Command, files []string) error {
			made, err := render.MadeOf(files[0])
			if err != nil {
				return err
			}
			if len(made) == 0 {
				return fmt.Errorf("%s: expected a picture or a table that adlab wrote, got one "+
					"that does not say what made it", files[0])
			}
			answer := explained{Made: made}
			if made["exhibit"] != "" || made["playground"] != "" {
				if err := c.explain(cmd, p, files[0], cell, &answer); err != nil {
					return fmt.Errorf("%s: %w", files[0], err)
				}
			}
			return c.print(cmd, answer, answer.text())
		},
	}
	placeFlags(cmd, &p)
	cmd.Flags().MarkHidden("profile")
	cmd.Flags().StringVar(&cell, "cell", "", "GROUP/ROW/COLUMN of a table: the runs behind the "+
		"number, and a command for each")
	return cmd
}

// explain compares with what would come of the exhibit, or of the playground, here.
func (c *cli) explain(cmd *cobra.Command, p place, file, cell string, answer *explained) error {
	p.profile = answer.Made["profile"]
	l, err := c.env()
	if err != nil {
		return err
	}
	r, err := p.runner(l)
	if err != nil {
		return err
	}
	if name := answer.Made["playground"]; name != "" {
		here, err := playgrounds.Made(cmd.Context(), r, name)
		if err == nil {
			x := exhibit.Compare(answer.Made, here)
			answer.Here = &x
		}
		return err
	}
	of, err := papers.Find(answer.Made["exhibit"])
	if err != nil {
		return err
	}
	here, err := r.Explain(cmd.Context(), of[0], answer.Made)
	if err != nil {
		return err
	}
	if answer.Here, answer.timed = &here, of[0].Timed; cell == "" {
		return nil
	}
	_, folder, _, err := render.ReadManifest(file)
	if err != nil {
		return err
	}
	runs, err := render.ReadRuns(folder)
	if err != nil {
		return err
	}
	behind, err := of[0].Behind(r.Profile, cell, runs)
	if err != nil {
		return err
	}
	for _, b := range behind {
		e, err := r.Ready(cmd.Context(), b.Measurement)
		if err != nil {
			return err
		}
		answer.Cells = append(answer.Cells, explainedCell{b, commandOf(b.Measurement, e)})
	}
	return nil
}

// text is the answer for a person.
func (x *explained) text() string {
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(x.Made)) {
		fmt.Fprintf(&b, "%-10s %s\n", key, x.Made[key])
	}
	if x.Here == nil {
		b.WriteString("not of the registry of exhibits: whether this checkout would make the " +
			"same cannot be told\n")
		return b.String()
	}
	switch x.Here.Answer {
	case exhibit.SameBits:
		b.WriteString("this checkout would make the same bits here")
		if x.timed {
			b.WriteString(", but for the times in it, which it would measure anew")
		}
		b.WriteString("\n")
	case exhibit.OtherProcessor:
		b.WriteString("this checkout would make the same configuration here, on another " +
			"processor: what is trained comes out a little different\n")
	default:
		b.WriteString("this checkout would make something else here:\n")
	}
	for _, d := range x.Here.Differences {
		b.WriteString("  " + d + "\n")
	}
	for _, cell := range x.Cells {
		value := "not known"
		if cell.Value != nil {
			value = fmt.Sprintf("%.6f", *cell.Value)
		}
		fmt.Fprintf(&b, "seed %d: %s, run %s\n  %s\n", cell.Measurement.Experiment.Seed, value,
			cell.Key, cell.Command)
	}
	return b.String()
}
