package main

import (
	"fmt"
	"os"
	"strings"

	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"

	"github.com/spf13/cobra"
)

// place is where the exhibits' profile, data and weights are named.
type place struct{ profile, data, encoder, pair string }

// placeFlags are the flags of commands that run exhibits.
func placeFlags(cmd *cobra.Command, p *place) {
	f := cmd.Flags()
	f.StringVar(&p.profile, "profile", "tiny", strings.Join(experiment.Profiles(), ", "))
	f.StringVar(&p.data, "data", "", "profile paper: the folder that holds the data sets, each in "+
		"a folder of its name")
	f.StringVar(&p.encoder, "encoder", "", "file of DINOv2's weights (default: the profile's "+
		"encoder)")
	f.StringVar(&p.pair, "clip", "", "file of CLIP's weights, for MultiADS (default: the "+
		"profile's pair)")
	complete(cmd, "profile", experiment.Profiles()...)
}

// runner is an exhibit runner on the lab.
func (p *place) runner(v *experiment.Env) (*exhibit.Runner, error) {
	profile, err := experiment.ProfileOf(p.profile)
	if err != nil {
		return nil, err
	}
	r := exhibit.NewRunner(v, profile)
	r.Data, r.Encoder, r.Pair = p.data, p.encoder, p.pair
	return r, nil
}

// runnable are those of some exhibits that lack nothing, and the names of the others; what those
// lack is said.
func (p *place) runnable(list []exhibit.Exhibit) (can []exhibit.Exhibit, missing []string,
	err error) {
	probe, err := p.runner(nil)
	if err != nil {
		return nil, nil, err
	}
	for _, e := range list {
		lines := probe.Missing(e)
		if lines == nil {
			can = append(can, e)
			continue
		}
		missing = append(missing, e.ID)
		for _, line := range lines {
			fmt.Fprintf(os.Stderr, "%s: missing: %s\n", e.ID, line)
		}
	}
	if len(can) == 0 {
		return nil, nil, fmt.Errorf("nothing can run: %s need something, as said above",
			strings.Join(missing, ", "))
	}
	return can, missing, nil
}
