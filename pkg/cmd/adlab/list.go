package main

import (
	"fmt"
	"os"
	"strings"

	"adlab/pkg/experiment"
	"adlab/pkg/papers"

	"github.com/spf13/cobra"
)

// listed is an exhibit as `adlab list --json` prints it.
type listed struct {
	ID       string            `json:"id"`
	Paper    string            `json:"paper"`
	Kind     string            `json:"kind"`
	Title    string            `json:"title"`
	Claims   []string          `json:"claims"`
	Notebook string            `json:"notebook"`
	Status   map[string]string `json:"status"`
	Cost     map[string]string `json:"cost"`
}

// newList lists the registry. Nothing is opened or computed.
func newList(c *cli) *cobra.Command {
	var p place
	detectors, playing := false, false
	cmd := &cobra.Command{
		Use: "list", Short: "list every table, ablation and figure: what it is, whether it can " +
			"run, what it costs", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if detectors {
				rows, text := listMethods()
				return c.print(cmd, rows, text)
			}
			if playing {
				rows, text, err := c.listPlaygrounds(cmd, p)
				if err != nil {
					return err
				}
				return c.print(cmd, rows, text)
			}
			for flag, path := range map[string]string{"--data": p.data, "--encoder": p.encoder,
				"--clip": p.pair} {
				if _, err := os.Stat(path); path != "" && err != nil {
					return fmt.Errorf("%s: no file or folder %s", flag, path)
				}
			}
			var rows []listed
			var text strings.Builder
			fmt.Fprintf(&text, "%-24s %-11s %-9s %-8s %-8s %-8s %-23s %-30s %s\n", "id", "paper",
				"kind", "smoke", "tiny", "small", "paper", "cost, tiny", "title")
			for _, e := range papers.All() {
				row := listed{e.ID, e.Paper, e.Kind, e.Title.EN, []string{}, e.Notebook,
					map[string]string{}, map[string]string{}}
				for _, claim := range e.Claims() {
					row.Claims = append(row.Claims, claim.ID)
				}
				for _, profile := range experiment.Profiles() {
					q := p
					q.profile = profile
					r, err := q.runner(nil)
					if err != nil {
						return err
					}
					row.Status[profile] = r.Status(e)
					row.Cost[profile] = e.Cost(r.Profile)
				}
				rows = append(rows, row)
				fmt.Fprintf(&text, "%-24s %-11s %-9s %-8s %-8s %-8s %-23s %-30s %s\n", row.ID,
					row.Paper, row.Kind, row.Status["smoke"], row.Status["tiny"],
					row.Status["small"], row.Status["paper"], row.Cost["tiny"], row.Title)
			}
			return c.print(cmd, rows, text.String())
		},
	}
	f := cmd.Flags()
	f.BoolVar(&detectors, "detectors", false, "list the detectors instead, with what each needs")
	f.BoolVar(&playing, "playgrounds", false, "list the playgrounds instead, with the command "+
		"that measures the model each looks into")
	f.StringVar(&p.profile, "profile", "tiny", "of the playgrounds")
	complete(cmd, "profile", experiment.Profiles()...)
	f.StringVar(&p.data, "data", "", "folder that holds the published data sets: says what of "+
		"profile paper can run")
	f.StringVar(&p.encoder, "encoder", "", "file of DINOv2's weights, likewise")
	f.StringVar(&p.pair, "clip", "", "file of CLIP's weights, likewise")
	return cmd
}
