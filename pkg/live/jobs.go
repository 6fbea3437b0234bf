package live

import (
	"context"
	"errors"
	"sync"
	"time"
)

// jobs is work in the background, one after another, the newest wish first: what the presenter
// looks at now matters more than what he has left.
type jobs struct {
	mu     sync.Mutex
	queue  []job
	stop   context.CancelFunc // of the job that runs, where it may be dropped
	known  map[string]bool    // waiting, running or done
	failed map[string]error
	wake   chan struct{}
	told   chan struct{}
	cancel context.CancelFunc
	done   chan struct{}
}

type job struct {
	name string
	// begins when nothing has been asked for a while, and is dropped when something else is
	idle bool
	work func(ctx context.Context) error
}

func newJobs() *jobs {
	ctx, cancel := context.WithCancel(context.Background())
	j := &jobs{known: map[string]bool{}, failed: map[string]error{}, wake: make(chan struct{}, 1),
		told: make(chan struct{}, 1), cancel: cancel, done: make(chan struct{})}
	go j.run(ctx)
	return j
}

// want asks for a job, or moves one that waits to the front. It tells why it has failed, where it
// has.
func (j *jobs) want(name string, work func(ctx context.Context) error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.failed[name]; err != nil {
		return err
	}
	if j.known[name] {
		for i, q := range j.queue {
			if q.name == name {
				j.queue = append(append(j.queue[:i:i], j.queue[i+1:]...), q)
				break
			}
		}
		return nil
	}
	j.known[name] = true
	j.queue = append(j.queue, job{name, false, work})
	nudge(j.wake)
	return nil
}

// calm is how long nothing must have been asked before an idle job begins: moves come first.
const calm = 700 * time.Millisecond

// only is want for work that nobody needs once something else is asked for: other jobs of this kind
// are dropped.
func (j *jobs) only(name string, work func(ctx context.Context) error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.failed[name]; err != nil || j.known[name] {
		return err
	}
	for _, q := range j.queue {
		delete(j.known, q.name)
	}
	if j.stop != nil {
		j.stop()
	}
	j.known[name] = true
	j.queue = []job{{name, true, work}}
	nudge(j.wake)
	return nil
}

// tell says that a picture can be drawn more fully.
func (j *jobs) tell() { nudge(j.told) }

// nudge leaves one word in a channel of one place, and never waits.
func nudge(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (j *jobs) run(ctx context.Context) {
	defer close(j.done)
	for {
		j.mu.Lock()
		var next job
		if n := len(j.queue); n > 0 {
			next, j.queue = j.queue[n-1], j.queue[:n-1]
		}
		j.mu.Unlock()
		if next.work == nil {
			select {
			case <-j.wake:
				continue
			case <-ctx.Done():
				return
			}
		}
		err := j.do(ctx, next)
		if ctx.Err() != nil {
			return
		}
		j.mu.Lock()
		dropped := errors.Is(err, context.Canceled)
		if dropped {
			delete(j.known, next.name) // it may be asked for again
		} else if err != nil {
			j.failed[next.name] = err
		}
		j.mu.Unlock()
		if !dropped { // else there is nothing new to draw
			j.tell()
		}
	}
}

// do runs a job.
func (j *jobs) do(ctx context.Context, next job) error {
	if !next.idle {
		return next.work(ctx)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	j.mu.Lock()
	if len(j.queue) > 0 { // something else has been asked for already
		stop()
	}
	j.stop = stop
	j.mu.Unlock()
	select {
	case <-time.After(calm):
	case <-ctx.Done():
		return ctx.Err()
	}
	return next.work(ctx)
}

// close interrupts what runs and waits for it.
func (j *jobs) close() {
	j.cancel()
	<-j.done
}
