// Package quick is imported by tests that compare what adlab computes with itself. With it, XLA
// compiles soonest instead of best: compiling is most of such a test's work, for its graphs run a
// few times on few numbers. It is other code than the program runs, so that nothing may be held
// against reference outputs under it, and nothing but tests may import it.
package quick

import "os"

const (
	env   = "XLA_FLAGS"
	flags = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
)

// before any test opens a backend: a plugin reads its flags once
func init() { set() }

// set leaves alone what the user has set.
func set() {
	if _, found := os.LookupEnv(env); found {
		return
	}
	if err := os.Setenv(env, flags); err != nil {
		panic(err)
	}
}
