package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// cudaName is how XLA on an NVIDIA GPU is asked for.
const cudaName = "cuda"

// envCUDA names the folder that `make setup-cuda` has filled, where it is not .cuda beside adlab.
const envCUDA = "ADLAB_CUDA"

// What is in that folder, as the Python packages lay it: XLA's plugin, which looks for the
// libraries beside it, and those without which no graph of adlab's runs.
const cudaPlugin = "jax_plugins/xla_cuda13/xla_cuda_plugin.so"

var cudaLibraries = []string{"libcudart.so.*", "libcublas.so.*", "libcudnn.so.*"}

// cudaDevices are what a driver makes for its GPUs, on Linux and below Windows.
var cudaDevices = []string{"/dev/nvidia[0-9]*", "/dev/dxg"}

// cuda is the backend's config for an NVIDIA GPU, or all that is missing, in one line.
func cuda() (config string, err error) {
	plugin, missing := lookForCUDA(cudaFolders(), cudaDevices)
	if len(missing) > 0 {
		return "", fmt.Errorf("cuda needs %s; xla runs on the CPU", strings.Join(missing, ", and "))
	}
	// go-xla would warn that its own layout is another one
	const envChecks = "GOPJRT_CUDA_CHECKS"
	if _, set := os.LookupEnv(envChecks); !set {
		if err := os.Setenv(envChecks, "0"); err != nil {
			return "", err
		}
	}
	return "xla:" + plugin, nil
}

// lookForCUDA finds the plugin in the first of some folders that has it, and says what is missing.
func lookForCUDA(folders, devices []string) (plugin string, missing []string) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		return "", []string{fmt.Sprintf("Linux on x86-64, this is %s on %s", runtime.GOOS,
			runtime.GOARCH)}
	}
	if !slices.ContainsFunc(devices, anyFile) {
		missing = append(missing, "an NVIDIA GPU with its driver (no "+
			strings.Join(devices, " nor ")+")")
	}
	at := slices.IndexFunc(folders, func(dir string) bool {
		return anyFile(filepath.Join(dir, cudaPlugin))
	})
	if at < 0 {
		return "", append(missing, fmt.Sprintf("XLA's CUDA plugin with NVIDIA's libraries (`make "+
			"setup-cuda` fetches them; looked for in %s)", strings.Join(folders, ", ")))
	}
	for _, library := range cudaLibraries {
		if !anyFile(filepath.Join(folders[at], "nvidia", "*", "lib", library)) {
			missing = append(missing, fmt.Sprintf("NVIDIA's %s in %s (`make setup-cuda FORCE=1` "+
				"fetches all anew)", strings.TrimSuffix(library, ".*"), folders[at]))
		}
	}
	return filepath.Join(folders[at], cudaPlugin), missing
}

// anyFile tells whether a pattern has a file.
func anyFile(pattern string) bool {
	found, err := filepath.Glob(pattern)
	return err == nil && len(found) > 0
}

// cudaFolders are where plugin and libraries may be: in the folder that is named, or in the
// checkout that adlab was built in or that one is working in.
func cudaFolders() (folders []string) {
	if dir := os.Getenv(envCUDA); dir != "" {
		if whole, err := filepath.Abs(dir); err == nil {
			dir = whole
		}
		return []string{dir}
	}
	add := func(root string) {
		if dir := filepath.Join(root, ".cuda"); !slices.Contains(folders, dir) {
			folders = append(folders, dir)
		}
	}
	if exe, err := os.Executable(); err == nil {
		add(filepath.Dir(filepath.Dir(exe)))
	}
	dir, err := os.Getwd()
	for ; err == nil && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if anyFile(filepath.Join(dir, "go.mod")) {
			add(dir)
			break
		}
	}
	return folders
}
