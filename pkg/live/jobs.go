package live

import (
	"context"
	"sync"
)

// jobs is work in the background, one after another, the newest wish first: what the presenter looks at now matters more than what he has
// left.
type jobs struct {
	mu     sync.Mutex
	queue  []job
	known  map[string]bool // waiting, running or done
	failed map[string]error
	wake   chan struct{}
	told   chan struct{}
	cancel context.CancelFunc
	done   chan struct{}
}

type job struct {
	name string
	work func(ctx context.Context) error
}

func newJobs() *jobs {
	ctx, cancel := context.WithCancel(context.Background())
	j := &jobs{known: map[string]bool{}, failed: map[string]error{}, wake: make(chan struct{}, 1), told: make(chan struct{}, 1), cancel: cancel, done: make(chan struct{})}
	go j.run(ctx)
	return j
}

// want asks for a job, or moves one that waits to the front. It tells why it has failed, where it has.
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
	j.queue = append(j.queue, job{name, work})
	select {
	case j.wake <- struct{}{}:
	default:
	}
	return nil
}

// only is want for work that nobody needs once something else is asked for: other jobs of this kind that wait are dropped.
func (j *jobs) only(name string, work func(ctx context.Context) error) error {
	j.mu.Lock()
	for _, q := range j.queue {
		delete(j.known, q.name)
	}
	j.queue = nil
	j.mu.Unlock()
	return j.want(name, work)
}

// tell says that a picture can be drawn more fully.
func (j *jobs) tell() {
	select {
	case j.told <- struct{}{}:
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
		err := next.work(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			j.mu.Lock()
			j.failed[next.name] = err
			j.mu.Unlock()
		}
		j.tell()
	}
}

// close interrupts what runs and waits for it.
func (j *jobs) close() {
	j.cancel()
	<-j.done
}
