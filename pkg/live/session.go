package live

import "context"

// Session holds what a live cell loads once. Its methods are called by one goroutine.
type Session interface {
	// Name is that of the playground.
	Name() string
	// Title is for people.
	Title() string
	// Start is the state of the first picture.
	Start() State
	// Panel lists the controls as they stand in a state.
	Panel(s State) Panel
	// Apply draws a state, and computes only what the change from the last one touches. An error is
	// a user's mistake in one line, or ctx's.
	Apply(ctx context.Context, s State) (Frame, error)
	// Later is told when something is known that a frame left out: then Apply draws the same state
	// more fully.
	Later() <-chan struct{}
	// Close ends what runs in the background.
	Close()
}
