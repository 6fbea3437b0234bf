package main

import (
	"fmt"
	"slices"
	"strings"

	"adlab/pkg/experiment"
	"adlab/pkg/metric"
	"adlab/pkg/report"

	"github.com/spf13/cobra"
)

// measuring is what metrics is asked.
type measuring struct {
	maps, masks, other string
	rulers             []string
	list               bool
	resamples          int
	seed               uint64
}

// measuredMaps is what metrics answers.
type measuredMaps struct {
	Pictures  int                `json:"pictures"`
	Anomalous int                `json:"anomalous"`
	Rulers    []experiment.Ruled `json:"rulers"`
	// Other and Differences are of a second set of maps: the first's numbers less its own
	Other       []experiment.Ruled     `json:"other,omitempty"`
	Differences []experiment.Ruled     `json:"differences,omitempty"`
	Resampling  *experiment.Resampling `json:"resampling,omitempty"`
}

func newMetrics(c *cli) *cobra.Command {
	m := measuring{}
	cmd := &cobra.Command{
		Use: "metrics --maps PATH --masks PATH", Args: cobra.NoArgs,
		Short: "measure anomaly maps of your own, by any ruler that numbers are published with",
		Long: "Measures the maps of one category against its masks. --maps: " +
			report.MapFormats + ".\n--masks: a folder of pictures or .npy files, where maps have " +
			"names: a mask belongs to the map whose name ends as its own does, with or without " +
			"_mask before its\nending, and a map without one is of a normal picture; else an " +
			"array of masks. An .npz or .safetensors with the arrays maps and masks needs no " +
			"--masks, and may\nhave scores and labels.\n\nWith --bootstrap, beside each number " +
			"the interval that 95 % of the resamples lie in: normal and anomalous pictures are " +
			"drawn apart, with replacement.\nWith --than, the maps of another detector on the " +
			"same pictures, the paired differences to it; * marks those whose interval does not " +
			"hold 0.",
		Example: "  adlab metrics --maps maps.npz --masks ground_truth\n  adlab metrics --maps " +
			"A --than B --masks ground_truth --ruler exact,seg-f1 --bootstrap 1000\n" +
			"  adlab metrics --list",
		RunE: func(cmd *cobra.Command, _ []string) error { return c.metrics(cmd, &m) },
	}
	f := cmd.Flags()
	f.StringVar(&m.maps, "maps", "", "the maps: a folder, .npz, .safetensors or .npy")
	f.StringVar(&m.masks, "masks", "", "the masks: a folder of pictures or .npy files, or an array")
	f.StringVar(&m.other, "than", "", "maps of another detector, to take differences to")
	f.StringSliceVar(&m.rulers, "ruler", []string{"exact"}, "rulers, by commas, or all")
	f.BoolVar(&m.list, "list", false, "list the rulers and where each can be read")
	f.IntVar(&m.resamples, "bootstrap", 0, "intervals from so many resamples, such as 1000")
	f.Uint64Var(&m.seed, "seed", 1, "of the resamples")
	complete(cmd, "ruler", append(metric.RulerNames(), "all")...)
	return cmd
}

// metrics measures.
func (c *cli) metrics(cmd *cobra.Command, m *measuring) error {
	if m.list {
		return c.listRulers(cmd)
	}
	rulers, err := metric.FindRulers(m.rulers...)
	switch {
	case err != nil:
		return fmt.Errorf("--ruler: %w", err)
	case len(rulers) == 0:
		return fmt.Errorf("--ruler: name at least one, such as exact; adlab metrics --list lists " +
			"them")
	case m.maps == "":
		return fmt.Errorf("metrics: --maps names the maps; see adlab metrics --help")
	case m.resamples < 0 || m.resamples > experiment.MostResamples:
		return fmt.Errorf("--bootstrap: expected 0 to %d resamples, got %d",
			experiment.MostResamples, m.resamples)
	}
	maps, err := report.ReadMeasured(m.maps, m.masks)
	if err != nil {
		return err
	}
	out := measuredMaps{Pictures: len(maps.Cases),
		Resampling: experiment.Resampled(m.resamples, m.seed)}
	for _, x := range maps.Cases {
		out.Anomalous += x.Label
	}
	rows, draws, err := experiment.Rule(rulers, maps.Cases, m.resamples, m.seed)
	if err != nil {
		return err
	}
	if out.Rulers = rows; !slices.ContainsFunc(rows, func(r experiment.Ruled) bool {
		return len(r.Values) > 0
	}) {
		return fmt.Errorf("metrics: no ruler gives a number of these maps and masks: %s",
			rows[0].Why)
	}
	if m.other != "" {
		if err := m.compare(&out, rulers, maps, draws); err != nil {
			return err
		}
	}
	return c.print(cmd, out, out.text(maps.Masked))
}

// compare measures the other maps and takes the differences.
func (m *measuring) compare(out *measuredMaps, rulers []metric.Ruler, maps *report.Measured,
	draws []metric.Draws) error {
	other, err := report.ReadMeasured(m.other, m.masks)
	if err != nil {
		return fmt.Errorf("--than: %w", err)
	}
	if err := maps.Alike(other); err != nil {
		return fmt.Errorf("--than: %w", err)
	}
	rows, others, err := experiment.Rule(rulers, other.Cases, m.resamples, m.seed)
	if err != nil {
		return err
	}
	out.Other = rows
	for i, row := range out.Rulers {
		d, err := experiment.Difference(row, rows[i], draws[i], others[i])
		if err != nil {
			return err
		}
		out.Differences = append(out.Differences, d)
	}
	return nil
}

// text is the answer as tables.
func (m *measuredMaps) text(masked int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d maps, %d with a mask, %d anomalous\n%s", m.Pictures, masked, m.Anomalous,
		experiment.RuledText(m.Rulers))
	if m.Other != nil {
		fmt.Fprintf(&b, "\nthe other maps\n%s\ndifferences\n%s", experiment.RuledText(m.Other),
			experiment.RuledText(m.Differences))
	}
	b.WriteString(m.Resampling.String())
	return b.String()
}

// listRulers prints the table of rulers.
func (c *cli) listRulers(cmd *cobra.Command) error {
	type line struct {
		Name   string `json:"name"`
		About  string `json:"about"`
		Source string `json:"source"`
		Note   string `json:"note,omitempty"`
	}
	var lines []line
	var b strings.Builder
	for _, r := range metric.Rulers {
		lines = append(lines, line{r.Name, r.About, r.Source, r.Note})
		fmt.Fprintf(&b, "%-17s %s\n%-17s   %s\n", r.Name, r.About, "", r.Source)
	}
	return c.print(cmd, lines, b.String())
}
