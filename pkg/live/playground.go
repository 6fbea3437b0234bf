package live

import (
	"context"
	"fmt"

	"adlab/pkg/exhibit"
)

// playgrounds opens a session by its name.
var playgrounds = map[string]func(ctx context.Context, r *exhibit.Runner) (Session, error){
	"inp-former": func(ctx context.Context, r *exhibit.Runner) (Session, error) {
		return newINP(ctx, r)
	},
	"multiads": func(ctx context.Context, r *exhibit.Runner) (Session, error) {
		return newMADS(ctx, r)
	},
}

// Open opens a playground, "inp-former" or "multiads", in the runner's profile.
func Open(ctx context.Context, r *exhibit.Runner, name string) (Session, error) {
	open, ok := playgrounds[name]
	if !ok {
		return nil, fmt.Errorf("playground: expected inp-former or multiads, got %q", name)
	}
	return open(ctx, r)
}
