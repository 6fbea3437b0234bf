// Package compiled keeps what XLA compiles on the CPU, so that a program is compiled once, and not
// in every process that runs it. What is loaded is the machine code that was stored, so that bits
// stay: a file's name is a digest over the program, its options, and all that XLA compiles by.
package compiled

/*
#cgo LDFLAGS: -ldl
#include <stdlib.h>
#include "pjrt.h"
*/
import "C"

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"unsafe"

	"adlab/pkg/store"

	"github.com/gomlx/go-xla/pjrt"
)

// Counts of this process: programs that were compiled, and that were loaded instead.
var Compiled, Loaded atomic.Int64

var (
	mu         sync.Mutex
	registered = map[string]bool{} // names of the plugin
	opened     string              // its path
	kept       struct{ folder, by string }
)

// Keep names the folder to keep programs in from now on, "" for none. by is all that XLA compiles
// by besides the program: plugin, processor, flags.
func Keep(folder, by string) {
	mu.Lock()
	defer mu.Unlock()
	kept.folder, kept.by = folder, by
}

// Register opens the PJRT plugin at path for XLA to find by name, with compiling that looks among
// the kept programs first. A process has one such plugin: a second one is left to XLA.
func Register(name, path string) error {
	mu.Lock()
	defer mu.Unlock()
	if registered[name] || opened != "" && opened != path {
		return nil
	}
	file := C.CString(path)
	defer C.free(unsafe.Pointer(file))
	var why *C.char
	api := C.wrap(file, &why)
	if api == nil {
		return errors.New(C.GoString(why))
	}
	registered[name], opened = true, path
	return pjrt.RegisterPreloadedPlugin(name, uintptr(api))
}

// Path is the file of a plugin that was registered by that name, "" for another.
func Path(name string) string {
	mu.Lock()
	defer mu.Unlock()
	if registered[name] {
		return opened
	}
	return ""
}

// keptCompile is PJRT_Client_Compile: it loads the program, or compiles and keeps it. Where there
// is no folder, or a file is none for this plugin, it compiles as ever.
//
//export keptCompile
func keptCompile(a *C.CompileArgs) *C.Error {
	path := pathOf(a)
	if path != "" {
		if b := read(path); b != nil {
			if x := C.load(a.client, unsafe.Pointer(&b[0]), C.size_t(len(b))); x != nil {
				a.executable = x
				Loaded.Add(1)
				return nil
			}
		}
	}
	if err := C.compile(a); err != nil {
		return err
	}
	Compiled.Add(1)
	var s C.SerializeArgs
	if path == "" || C.serialize(a.executable, &s) == 0 {
		return nil
	}
	defer C.release(&s)
	write(path, unsafe.Slice((*byte)(unsafe.Pointer(s.bytes)), s.bytes_size))
	return nil
}

// pathOf is the file of a program; "" where none is kept.
func pathOf(a *C.CompileArgs) string {
	mu.Lock()
	defer mu.Unlock()
	if kept.folder == "" {
		return ""
	}
	h := sha256.New()
	fmt.Fprintf(h, "compiled 1\n%s\n", kept.by)
	for _, part := range []struct {
		at   *C.char
		size C.size_t
	}{{a.options, a.options_size}, {a.program.format, a.program.format_size},
		{a.program.code, a.program.code_size}} {
		fmt.Fprintf(h, "%d\n", part.size)
		h.Write(unsafe.Slice((*byte)(unsafe.Pointer(part.at)), part.size))
	}
	return filepath.Join(kept.folder, fmt.Sprintf("%x", h.Sum(nil))[:40])
}

// read gives a file's program, nil where there is none that is whole. A file begins with the
// SHA-256 of the rest.
func read(path string) []byte {
	b, err := os.ReadFile(path)
	if err != nil || len(b) <= sha256.Size {
		return nil
	}
	sum := sha256.Sum256(b[sha256.Size:])
	if !bytes.Equal(sum[:], b[:sha256.Size]) {
		return nil
	}
	store.Touch(path)
	return b[sha256.Size:]
}

// write stores a program. Where it cannot, the program is compiled again next time.
func write(path string, program []byte) {
	sum := sha256.Sum256(program)
	if os.MkdirAll(filepath.Dir(path), 0o777) != nil ||
		store.WriteFile(path, append(sum[:], program...)) != nil {
		return
	}
	trimOnce.Do(func() { trim(filepath.Dir(path), most) })
}
