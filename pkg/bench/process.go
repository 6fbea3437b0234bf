package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// hello is the first line that a side's process prints, when it has done the work once.
type hello struct {
	Version string    `json:"version"`
	Threads int       `json:"threads"`
	Answer  []float64 `json:"answer"` // what it computed, in a few numbers
	start   float64   // seconds until it said so
}

// lap is the line that answers "run".
type lap struct {
	Seconds float64 `json:"seconds"`
}

// process is a side at work.
type process struct {
	name   string
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	errors *bytes.Buffer
	ended  bool
}

// outside is the environment that the program was started in: a backend of its own adds settings,
// such as oneDNN's instructions, that no other side may inherit.
var outside = os.Environ()

// start starts a side and waits until it has done the work once.
func start(ctx context.Context, dir string, s Side) (*process, hello, error) {
	if s.Dir != "" {
		dir = s.Dir
	}
	cmd := exec.CommandContext(ctx, s.Command[0], append(s.Command[1:len(s.Command):len(
		s.Command)], dir)...)
	cmd.Env = append(slices.Clone(outside), s.Env...)
	p := &process{name: s.Name, cmd: cmd, errors: &bytes.Buffer{}}
	cmd.Stderr = p.errors
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, hello{}, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, hello{}, err
	}
	p.in, p.out = in, bufio.NewReader(out)
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, hello{}, fmt.Errorf("bench: %s: %w", s.Name, err)
	}
	var told hello
	if err := p.line(&told); err != nil {
		p.kill()
		return nil, hello{}, err
	}
	told.start = time.Since(begun).Seconds()
	return p, told, nil
}

// line reads a line of JSON.
func (p *process) line(into any) error {
	line, err := p.out.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, into)
	}
	if err == nil {
		return nil
	}
	p.kill()
	if said := lastLine(p.errors.String()); said != "" {
		err = errors.New(said)
	} else if errors.Is(err, io.EOF) {
		err = errors.New("it ended without an answer")
	}
	return fmt.Errorf("bench: %s: %w", p.name, err)
}

// lastLine is the last line that says something.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}

// run lets it do the work once more.
func (p *process) run(ctx context.Context) (float64, error) {
	if err := context.Cause(ctx); err != nil {
		return 0, err
	}
	if _, err := io.WriteString(p.in, "run\n"); err != nil {
		return 0, fmt.Errorf("bench: %s: %w", p.name, err)
	}
	var l lap
	err := p.line(&l)
	return l.Seconds, err
}

// stop ends it, and tells how much memory it had at most, in bytes.
func (p *process) stop() (peak int64, err error) {
	p.in.Close()
	p.ended = true
	if err := p.cmd.Wait(); err != nil {
		return 0, fmt.Errorf("bench: %s: %w: %s", p.name, err, lastLine(p.errors.String()))
	}
	if usage, ok := p.cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		peak = int64(usage.Maxrss)
		if runtime.GOOS == "linux" {
			peak <<= 10
		}
	}
	return peak, nil
}

// kill ends it where it has not ended.
func (p *process) kill() {
	if p.ended {
		return
	}
	p.ended = true
	p.cmd.Process.Kill()
	p.cmd.Wait()
}
