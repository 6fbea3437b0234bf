//go:build !js

// Package backend opens the machine that runs adlab's graphs: XLA through a PJRT plugin where one
// is present, the pure-Go backend everywhere else. It never downloads anything.
package backend

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/compute/gobackend" // registers "go"
	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/pjrt"
)

// EnvPlugins names the folder (or folders) in which PJRT plugins are looked for.
const EnvPlugins = "PJRT_PLUGIN_LIBRARY_PATH"

// Notice is what a user without a plugin is told, once, before the first graph runs.
const Notice = "no PJRT plugin found: running on the pure-Go backend (same results; training " +
	"about 4 times slower, the encoder about 30 times); `make setup` fetches the plugin"

// Choice is an open backend and how it was chosen.
type Choice struct {
	Backend compute.Backend
	// Notice is one line for the user, empty when there is nothing to say.
	Notice string
}

// Native opens XLA as it comes: compiled for this processor, up to twice as fast, with bits that
// stay on one kind of processor. See README.md.
const Native = "xla-native"

// Open opens config ("xla", "xla:cpu", "xla:/path/to/plugin.so", Native, "go"); when it is empty,
// $GOMLX_BACKEND; when that is empty too, XLA if a plugin is found and the pure-Go backend if not.
// A backend that was asked for by name and cannot be opened is an error, never a silent fallback.
func Open(config string) (*Choice, error) {
	if config == "" {
		config = os.Getenv(compute.ConfigEnvVar)
	}
	if config != "" {
		b, err := open(config)
		if err != nil {
			return nil, fmt.Errorf("backend %q: %w (known: %s; `adlab backends` shows what is "+
				"present)", config, err, strings.Join(append(compute.List(), Native), ", "))
		}
		return &Choice{Backend: b}, nil
	}
	notice := Notice
	if hasPlugin() {
		b, err := open("xla")
		if err == nil {
			return &Choice{Backend: b}, nil
		}
		notice = fmt.Sprintf("%s (a plugin is present but did not open: %v)", Notice, err)
	}
	b, err := open("go")
	if err != nil {
		return nil, err
	}
	return &Choice{Backend: b, Notice: notice}, nil
}

// Available lists the backends that can be opened here, "go" always among them.
func Available() []string {
	if hasPlugin() {
		return []string{"xla", "go"}
	}
	return []string{"go"}
}

// Choices are all that Open takes here: Available, and Native, which is XLA, too, with other bits.
func Choices() []string {
	all := Available()
	if slices.Contains(all, "xla") {
		all = slices.Insert(all, 1, Native)
	}
	return all
}

func hasPlugin() bool {
	xla.EnableAutoInstall(false)
	return len(xla.GetAvailablePlugins()) > 0 || ownPlugin() != ""
}

// open turns GoMLX's panic about an unknown name into an error, and keeps errors to one line.
func open(config string) (b compute.Backend, err error) {
	xla.EnableAutoInstall(false)
	defer func() {
		if r := recover(); r != nil {
			err = oneLine(fmt.Errorf("%v", r))
		}
	}()
	native := config == Native
	if native {
		config = "xla"
	}
	if own := ownPlugin(); own != "" && (config == "xla" || config == "xla:cpu") {
		config = "xla:" + own
	}
	if config == "go" {
		// one operation after another, each on all cores: run side by side, they can wait for each
		// other's workers for ever
		config = "go:ops_sequential"
	}
	if err := exactCUDA(config); err != nil {
		return nil, err
	}
	if !native {
		if err := portable(config); err != nil {
			return nil, err
		}
	}
	if config, err = keeping(config); err != nil {
		return nil, oneLine(err)
	}
	b, err = compute.NewWithConfig(config)
	return b, oneLine(err)
}

func oneLine(err error) error {
	if err == nil {
		return nil
	}
	line, _, _ := strings.Cut(err.Error(), "\n")
	return errors.New(strings.TrimSpace(line))
}

// ownPlugin is the plugin that set-up put into the checkout, beside the executable's parent
// (bin/adlab) or beside the nearest go.mod above the working directory; "" where there is none or
// the user names folders of his own. (go-xla reads its search path once, before main, so a path of
// ours must be given in full.)
func ownPlugin() string {
	if os.Getenv(EnvPlugins) != "" {
		return ""
	}
	var roots []string
	if exe, err := os.Executable(); err == nil {
		roots = append(roots, filepath.Dir(filepath.Dir(exe)))
	}
	if dir, err := os.Getwd(); err == nil {
		for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
			if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
				roots = append(roots, dir)
				break
			}
		}
	}
	for _, root := range roots {
		if found, _ := filepath.Glob(filepath.Join(root, ".plugin",
			"pjrt_c_api_cpu_plugin.*")); len(found) > 0 {
			return found[0]
		}
	}
	return ""
}

// The names of the pure-Go backend and of XLA on a GPU.
const (
	Go   = "go"
	CUDA = "xla-cuda"
)

// Name names a kind of backend: Go, "xla" on the CPU or "xla-cuda" on a GPU. Keys of what is kept
// have Bits, which tells XLA left to itself from XLA with bits that travel, too.
func Name(b compute.Backend) string {
	x, ok := b.(*xla.Backend)
	switch {
	case !ok:
		return Go
	case pjrt.IsCUDAName(x.PluginName()):
		return CUDA
	}
	return x.Name()
}

// Description says which plugin, of which version, for a person.
func (c *Choice) Description() string {
	text := c.Backend.Description()
	if x, ok := c.Backend.(*xla.Backend); ok { // go-xla does not know the file of one that keeps
		text = strings.ReplaceAll(text, "_preloaded_", pluginPath(x.PluginName()))
	}
	return text
}

// Short is Name of the open backend.
func (c *Choice) Short() string { return Name(c.Backend) }
