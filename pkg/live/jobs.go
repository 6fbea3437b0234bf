package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"adlab/pkg/progress"
)

// Jobs is work in the background, one after another: the cheap before the dear, and of two that
// cost the same the newest wish, for what the presenter looks at now matters more than what he has
// left. Its methods may be called by several goroutines.
type Jobs struct {
	mu     sync.Mutex
	queue  []job
	now    string             // name of the job that runs; "" for none
	doing  string             // what that job has said last
	said   time.Time          // when
	stop   context.CancelFunc // of the job that runs, where it may be dropped
	known  map[string]bool    // waiting, running or done
	failed map[string]error
	wake   chan struct{}
	later  chan struct{}
	cancel context.CancelFunc
	done   chan struct{}
}

type job struct {
	name string
	cost int
	// begins when nothing has been asked for a while, and is dropped when something else is
	idle bool
	work func(ctx context.Context) error
}

// NewJobs starts the background.
func NewJobs() *Jobs {
	ctx, cancel := context.WithCancel(context.Background())
	j := &Jobs{known: map[string]bool{}, failed: map[string]error{}, wake: make(chan struct{}, 1),
		later: make(chan struct{}, 1), cancel: cancel, done: make(chan struct{})}
	go j.run(ctx)
	return j
}

// Want asks for a job of some cost, or moves one that waits before its equals. It tells why it has
// failed, where it has.
func (j *Jobs) Want(name string, cost int, work func(ctx context.Context) error) error {
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
	j.queue = append(j.queue, job{name, cost, false, work})
	nudge(j.wake)
	return nil
}

// calm is how long nothing must have been asked before an idle job begins: moves come first.
const calm = 700 * time.Millisecond

// Only is Want for work that nobody needs once something else is asked for: other jobs of this kind
// are dropped.
func (j *Jobs) Only(name string, work func(ctx context.Context) error) error {
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
	j.queue = []job{{name, 0, true, work}}
	nudge(j.wake)
	return nil
}

// Later is told when a picture can be drawn more fully.
func (j *Jobs) Later() <-chan struct{} { return j.later }

// Busy tells that a job runs or waits.
func (j *Jobs) Busy() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.now != "" || len(j.queue) > 0
}

// Doing is how far the job that runs is, in a line; "" where it has not said.
func (j *Jobs) Doing() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.doing
}

// spoken is how often a picture is drawn for the sake of the word beside it.
const spoken = time.Second

// Progress is for what the jobs run: the pictures tell it.
func (j *Jobs) Progress() *progress.Progress {
	return progress.To(func(name string, done, total int, unit string) {
		j.mu.Lock()
		defer j.mu.Unlock()
		if j.now == "" {
			return
		}
		j.doing = fmt.Sprintf("%s: %d of %d %s", name, done, total, unit)
		if now := time.Now(); now.Sub(j.said) > spoken {
			j.said = now
			nudge(j.later)
		}
	})
}

// nudge leaves one word in a channel of one place, and never waits.
func nudge(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// next takes the next job from the queue; one without work where none waits.
func (j *Jobs) next() (next job) {
	j.mu.Lock()
	defer j.mu.Unlock()
	at := -1
	for i, q := range j.queue {
		if at < 0 || q.cost <= j.queue[at].cost {
			at = i
		}
	}
	j.now, j.doing = "", ""
	if at >= 0 {
		next = j.queue[at]
		j.queue = slices.Delete(j.queue, at, at+1)
		j.now = next.name
	}
	return next
}

func (j *Jobs) run(ctx context.Context) {
	defer close(j.done)
	for {
		next := j.next()
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
			nudge(j.later)
		}
	}
}

// do runs a job.
func (j *Jobs) do(ctx context.Context, next job) error {
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

// Close interrupts what runs and waits for it.
func (j *Jobs) Close() {
	j.cancel()
	<-j.done
}
