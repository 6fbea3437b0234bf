package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
)

// statusMistake is the exit status where adlab itself is wrong, as sysexits.h numbers it.
const statusMistake = 70

// mistake is what is said where adlab panics, which nothing that a person gives it should make it
// do: what happened, what to report, and where in the code it was. It is the only stack trace that
// adlab prints.
func mistake(value any, stack string) string {
	what, _, _ := strings.Cut(fmt.Sprint(value), "\n")
	return fmt.Sprintf("adlab: this is a mistake in adlab: %s\n"+
		"please report it with all that follows, and if you can with the files that were given:\n"+
		"adlab %s, %s %s/%s\ncommand: %q\n%s\n", what, version, runtime.Version(), runtime.GOOS,
		runtime.GOARCH, os.Args, strings.TrimSpace(stack))
}

// isMistake tells an error that a library has made of a panic of ours, such as GoMLX of one in a
// graph.
func isMistake(err error) bool {
	var ours runtime.Error
	return errors.As(err, &ours)
}
