package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

// family is a command that only has others below it: a mistyped one is an error.
func family(use, short string, of ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Args: verbsAlone,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cmd.Help()
		}}
	cmd.AddCommand(of...)
	return cmd
}

// some asks for arguments, one or more, and says what they are.
func some(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return fmt.Errorf("%s: expected %s, got nothing; see adlab %s --help", cmd.Name(), what,
				cmd.Name())
		}
		return nil
	}
}

// one asks for one argument, and says what it is.
func one(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return fmt.Errorf("%s: expected %s, got %d arguments; see %s --help", cmd.Name(), what,
				len(args), cmd.CommandPath())
		}
		return nil
	}
}

// writable checks before the work that a file can be written where the flag says.
func writable(flag, file string) error {
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		return fmt.Errorf("%s: expected a file to write, got the folder %s", flag, file)
	}
	return folder(flag, filepath.Dir(file))
}

// folder checks that files can be written into a folder, which need not be there yet.
func folder(flag, dir string) error {
	for ; ; dir = filepath.Dir(dir) { // the nearest that is there
		info, err := os.Stat(dir)
		switch {
		case err == nil && !info.IsDir():
			return fmt.Errorf("%s: expected a folder, got the file %s", flag, dir)
		case err == nil:
			probe, err := os.CreateTemp(dir, ".adlab-*")
			if err != nil {
				return fmt.Errorf("%s: nothing can be written in %s; name another place", flag, dir)
			}
			return errors.Join(probe.Close(), os.Remove(probe.Name()))
		case dir == filepath.Dir(dir):
			return err
		}
	}
}
