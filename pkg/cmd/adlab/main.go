// Command adlab trains, evaluates and looks at visual anomaly detectors. `adlab help` lists its
// verbs.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"adlab/pkg/experiment"
	"adlab/pkg/progress"

	"github.com/spf13/cobra"
)

// version is stamped by the build.
var version = "unversioned"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C does not wait
	root := newRoot()
	err := root.ExecuteContext(ctx)
	if err == nil {
		return
	}
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted; the same command starts with what is cached")
	}
	if !errors.Is(err, errQuiet) {
		fmt.Fprintln(os.Stderr, "adlab: "+spelled(err))
	}
	if ctx.Err() != nil {
		os.Exit(130)
	}
	os.Exit(1)
}

// errQuiet fails a command that has said why already.
var errQuiet = errors.New("failed")

// oneLine keeps GoMLX's stack traces off the screen.
func oneLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	if i := strings.LastIndex(line, "panicked: "); i >= 0 {
		line = line[i+len("panicked: "):]
	}
	return strings.TrimSpace(line)
}

// cli is what all commands share.
type cli struct {
	json    bool
	backend string
}

func newRoot() *cobra.Command {
	c := &cli{}
	root := &cobra.Command{
		Use:          "adlab",
		Short:        "visual industrial anomaly detection: INP-Former and MultiADS on GoMLX",
		SilenceUsage: true, SilenceErrors: true, Version: version,
	}
	root.PersistentFlags().BoolVar(&c.json, "json", false, "print one JSON object instead of text")
	root.PersistentFlags().StringVar(&c.backend, "backend", "",
		"xla, go, or as $GOMLX_BACKEND takes them (default: XLA where its plugin is)")
	// "abc" is no number to a reader, whatever strconv calls it
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		line, _, _ := strings.Cut(err.Error(), ": strconv.")
		return errors.New(line)
	})
	root.AddCommand(newEval(c), newTrain(c), newPredict(c), newVerify(c), newWeights(c), newData(c),
		newBackends(c), newDemo(c), newKBA(c),
		newList(c), newClaims(c), newRun(c), newGallery(c), newRuns(c), newExplain(c),
		newPretrain(c), newEncoders(c),
		&cobra.Command{Use: "version", Short: "say which build this is", Args: cobra.NoArgs,
			Run: func(cmd *cobra.Command, _ []string) {
				fmt.Fprintln(cmd.OutOrStdout(), version)
			}})
	return root
}

// env opens the backend; progress goes to the standard error.
func (c *cli) env() (*experiment.Env, error) {
	return experiment.Open(c.backend, experiment.CacheDir(), progress.New(os.Stderr))
}

// print prints value as JSON, or text.
func (c *cli) print(cmd *cobra.Command, value any, text string) error {
	if !c.json {
		_, err := fmt.Fprint(cmd.OutOrStdout(), text)
		return err
	}
	encoder := json.NewEncoder(cmd.OutOrStdout())
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
