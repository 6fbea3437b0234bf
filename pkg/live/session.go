package live

import "context"

// Session holds what a live cell loads once. S is its state: all that the controls decide; the same
// state gives the same picture, to the byte. All methods but Later and Busy belong to the cell's
// goroutine.
type Session[S any] interface {
	// Name is that of the playground.
	Name() string
	// Title is for people.
	Title() string
	// Start is the state of the first picture.
	Start() S
	// Panel lists the controls as they stand in a state.
	Panel(s S) Panel[S]
	// Finds list what a reader should find out by moving them; always the same.
	Finds() []Find[S]
	// Apply draws a state, and computes only what the change from the last one touches. An error is
	// a user's mistake in one line, or ctx's.
	Apply(ctx context.Context, s S) (Frame, error)
	// Later is told when something is known that a frame left out: then Apply draws the same state
	// more fully.
	Later() <-chan struct{}
	// Busy tells that something is computed in the background.
	Busy() bool
	// Made says what made its pictures: experiment, weights, data, backend, code.
	Made() map[string]string
	// Close ends what runs in the background.
	Close()
}

// Settled draws a state fully: what the background computes is waited for.
func Settled[S any](ctx context.Context, s Session[S], state S) (Frame, error) {
	for {
		f, err := s.Apply(ctx, state)
		if err != nil || !f.open() {
			return f, err
		}
		select {
		case <-s.Later():
		case <-ctx.Done():
			return f, context.Cause(ctx)
		}
	}
}
