package bench

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"time"

	"adlab/pkg/backend"
)

// work is adlab's side of a task, loaded.
type work struct {
	// run does it once, and gives the answer only where it is asked for
	run   func(answer bool) ([]float64, error)
	close func()
}

// Serve is adlab's side of the task in a folder: it does the work once, says so, and does it again
// for each line of in until there is none. Times are of the work alone.
func Serve(dir string, b *backend.Choice, in io.Reader, out io.Writer) error {
	t, w, err := open(dir, b)
	if err != nil {
		return err
	}
	if w.close != nil {
		defer w.close()
	}
	answer, err := w.run(true)
	if err != nil {
		return fmt.Errorf("bench: %s: %w", t, err)
	}
	say := json.NewEncoder(out)
	if err := say.Encode(hello{Version: "adlab on " + b.Bits(), Threads: runtime.NumCPU(),
		Answer: answer}); err != nil {
		return err
	}
	for lines := bufio.NewScanner(in); lines.Scan(); {
		begun := time.Now()
		if _, err := w.run(false); err != nil {
			return fmt.Errorf("bench: %s: %w", t, err)
		}
		if err := say.Encode(lap{time.Since(begun).Seconds()}); err != nil {
			return err
		}
	}
	return nil
}

// open reads the task of a folder, and its inputs.
func open(dir string, b *backend.Choice) (t Task, w *work, err error) {
	if t, err = read(dir); err != nil {
		return t, nil, err
	}
	if w, err = load(dir, t, b); err != nil {
		return t, nil, fmt.Errorf("bench: %s: %w", t, err)
	}
	return t, w, nil
}

// load reads the inputs.
func load(dir string, t Task, b *backend.Choice) (*work, error) {
	switch t.Kind {
	case Metrics:
		return loadMetrics(dir, t)
	case Forward:
		return loadForward(dir, t, b)
	case Step:
		return loadStep(dir, t, b)
	case Look:
		return loadLook(dir, t, b)
	}
	return nil, fmt.Errorf("unknown kind of work %q", t.Kind)
}

// Load is adlab's side of the task in a folder, in this process: what does the work once.
func Load(dir string, b *backend.Choice) (run func() error, err error) {
	_, w, err := open(dir, b)
	if err != nil {
		return nil, err
	}
	return func() error {
		_, err := w.run(false)
		return err
	}, nil
}
