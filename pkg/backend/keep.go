//go:build !js

package backend

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"adlab/pkg/backend/compiled"

	"github.com/gomlx/go-xla/pjrt"
)

// EnvCompiled names the folder in which what XLA compiles on the CPU is kept, whatever Keep says;
// "off" keeps nothing.
const EnvCompiled = "ADLAB_COMPILED"

// folder is what Keep was last told.
var folder atomic.Value

// Keep names the folder in which backends that are opened from now on keep what XLA compiles on the
// CPU. Without it nothing is kept.
func Keep(dir string) { folder.Store(dir) }

// keptIn is the folder in use, "" for none.
func keptIn() string {
	switch dir := os.Getenv(EnvCompiled); {
	case dir == "off", strings.Contains(os.Getenv(envFlags), "--xla_dump"):
		return "" // what is loaded dumps nothing
	case dir != "":
		return dir
	}
	dir, _ := folder.Load().(string)
	return dir
}

// keeping gives a config whose plugin keeps what it compiles, where that is XLA's on the CPU.
func keeping(config string) (string, error) {
	backend, name, _ := strings.Cut(config, ":")
	name, options, more := strings.Cut(name, ",")
	if backend != "xla" {
		return config, nil
	}
	if _, known := pjrt.AvailablePlugins()[cpuPlugin]; name == "" && known {
		name = cpuPlugin
	}
	path := pluginPath(name)
	if !filepath.IsAbs(path) || !strings.Contains(filepath.Base(path), "_"+cpuPlugin+"_") {
		return config, nil
	}
	compiled.Keep(keptIn(), strings.Join([]string{pluginDigest(path), processor("/proc/cpuinfo"),
		fmt.Sprint(level()), os.Getenv(envFlags), os.Getenv(envDNN), os.Getenv(envThreads)}, "\n"))
	config = backend + ":" + name
	if more {
		config += "," + options
	}
	return config, compiled.Register(name, path)
}

// cpuPlugin is the name of XLA's plugin for the CPU.
const cpuPlugin = "cpu"
