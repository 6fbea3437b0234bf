package lab

import (
	"context"

	"adlab/pkg/experiment"
	"adlab/pkg/multiads"
)

// Transfer is MultiADS from the generated benchmark in MVTec-AD's layout to the one in VisA's, with
// no category in common, as the tables of the profile measure it.
func Transfer(ctx context.Context, v *experiment.Env, profile string) (experiment.Experiment,
	error) {
	e := experiment.Default("visa").By("multiads")
	p, err := experiment.ProfileOf(profile)
	if err != nil {
		return e, err
	}
	e.Profile, e.Steps, e.Batch = profile, p.AdapterSteps, p.AdapterBatch
	source, err := v.Generated(ctx, "mvtec", p.Size)
	if err != nil {
		return e, err
	}
	e = experiment.With(e, func(s *multiads.Settings) {
		s.Revision, s.Sources = "first-release", []string{"mvtec=" + source}
	})
	e.Data, err = v.Generated(ctx, "visa", p.Size)
	return e, err
}
