// Command adlab trains, evaluates and looks at visual anomaly detectors. `adlab help` lists its
// verbs.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"

	"adlab/datasets"
	"adlab/pkg/backend"
	"adlab/pkg/experiment"
	"adlab/pkg/progress"

	"github.com/gomlx/compute"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// version is stamped by the build.
var version = "unversioned"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C does not wait
	os.Exit(run(ctx, newRoot(), os.Stderr))
}

// run runs a command and gives the exit status: 0; 2 where a picture is NG; 130 where it was
// interrupted; statusMistake where adlab itself is wrong; 1 for everything else.
func run(ctx context.Context, root *cobra.Command, stderr io.Writer) (status int) {
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprint(stderr, mistake(p, string(debug.Stack())))
			status = statusMistake
		}
	}()
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	if isMistake(err) {
		fmt.Fprint(stderr, mistake(err, fmt.Sprintf("%+v", err)))
		return statusMistake
	}
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted; the same command starts with what is cached")
	}
	if !errors.Is(err, errQuiet) && !errors.Is(err, errNG) {
		fmt.Fprintln(stderr, "adlab: "+spelled(err))
	}
	switch {
	case ctx.Err() != nil:
		return 130
	case errors.Is(err, errNG):
		return 2
	}
	return 1
}

// errQuiet fails a command that has said why already.
var errQuiet = errors.New("failed")

// errNG is no failure: a picture is not good.
var errNG = errors.New("NG")

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
	placed  bool // whether it was said where data and cache are
}

func newRoot() *cobra.Command {
	c := &cli{}
	root := &cobra.Command{
		Use:          "adlab",
		Short:        "visual industrial anomaly detection: INP-Former and MultiADS on GoMLX",
		SilenceUsage: true, SilenceErrors: true, Version: version, Args: verbsAlone,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cmd.Help()
		},
	}
	root.PersistentFlags().BoolVar(&c.json, "json", false, "print one JSON value instead of text")
	root.PersistentFlags().StringVar(&c.backend, "backend", "",
		"xla, xla-native (faster; bits of this processor's kind), cuda, go, or as $GOMLX_BACKEND "+
			"takes them (default: XLA where its plugin is)")
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(newFit(c), newPredict(c), newEval(c), newMetrics(c), newTrain(c),
		newVerify(c), newWeights(c), newData(c),
		newBackends(c), newDemo(c), newKBA(c),
		newList(c), newClaims(c), newRun(c), newGallery(c), newRuns(c), newExplain(c),
		newWarm(c), newRehearse(c), newTalk(c),
		newPretrain(c), newEncoders(c), newCache(c), newBench(c), newTry(c), newVersion(c))
	return root
}

// flagError is a mistake in a flag. A mistyped command that flags follow is the command's.
func flagError(cmd *cobra.Command, err error) error {
	if args := cmd.Flags().Args(); len(args) > 0 && cmd.HasSubCommands() {
		return verbsAlone(cmd, args)
	}
	// "abc" is no number to a reader, whatever strconv calls it
	line, _, _ := strings.Cut(err.Error(), ": strconv.")
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				names = append(names, "--"+f.Name)
			}
		})
		line += meant("--"+unknown.GetSpecifiedName(), names)
	}
	return errors.New(line)
}

// env opens the backend; progress goes to the standard error.
func (c *cli) env() (*experiment.Env, error) {
	config, err := c.config()
	if err != nil {
		return nil, err
	}
	if os.Getenv("ADLAB_CACHE") == "" {
		c.place(experiment.CacheDir())
	}
	return experiment.Open(config, experiment.CacheDir(), progress.New(os.Stderr))
}

// open opens the backend alone.
func (c *cli) open() (*backend.Choice, error) {
	config, err := c.config()
	if err != nil {
		return nil, err
	}
	return backend.Open(config)
}

// config is the backend's, with the plugin there that it names.
func (c *cli) config() (string, error) {
	from, config := "--backend", c.backend
	if config == "" {
		from, config = compute.ConfigEnvVar, os.Getenv(compute.ConfigEnvVar)
	}
	if config == cudaName {
		config, err := cuda()
		if err != nil {
			return "", fmt.Errorf("%s: %w", from, err)
		}
		return config, nil
	}
	_, plugin, _ := strings.Cut(config, ":")
	if strings.ContainsRune(plugin, os.PathSeparator) {
		if _, err := os.Stat(plugin); err != nil {
			return "", fmt.Errorf("%s: expected the file of a PJRT plugin, found none at %s", from,
				plugin)
		}
	}
	return c.backend, nil
}

// placeData is place for the data.
func (c *cli) placeData() {
	if os.Getenv("ADLAB_DATA") == "" {
		c.place(datasets.Home())
	}
}

// place says once where data and cache are, if the folder that is going to be written to is not
// there yet: in a folder by mistake they would grow unseen.
func (c *cli) place(folder string) {
	if _, err := os.Stat(folder); err == nil || c.placed {
		return
	}
	c.placed = true
	var paths []any
	for _, dir := range []string{datasets.Home(), experiment.CacheDir()} {
		if whole, err := filepath.Abs(dir); err == nil {
			dir = whole
		}
		paths = append(paths, dir)
	}
	fmt.Fprintf(os.Stderr, "data in %s, cache in %s\n", paths...)
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
