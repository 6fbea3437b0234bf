package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// words completes arguments with words, and with no files.
func words(names ...string) cobra.CompletionFunc {
	return cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp)
}

// complete completes a flag's value with words; completeOrFile also with files.
func complete(cmd *cobra.Command, flag string, names ...string) {
	completeWith(cmd, flag, words(names...))
}

func completeOrFile(cmd *cobra.Command, flag string, names ...string) {
	completeWith(cmd, flag, cobra.FixedCompletions(names, cobra.ShellCompDirectiveDefault))
}

func completeWith(cmd *cobra.Command, flag string, f cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, f); err != nil {
		panic(err) // a flag that the command does not have
	}
}

// usageByMethod is the usage of a command that describes an experiment: what all methods have
// first, then each method's own.
func usageByMethod(cmd *cobra.Command) error {
	groups := map[string]*pflag.FlagSet{}
	cmd.Flags().SortFlags = false
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		of := ""
		if own, ok := f.Value.(*ownFlag); ok {
			of = " of " + own.of
		}
		if groups[of] == nil {
			groups[of] = pflag.NewFlagSet(of, pflag.ContinueOnError)
			groups[of].SortFlags = false // in the order of experimentFlags
		}
		groups[of].AddFlag(f)
	})
	var b strings.Builder
	fmt.Fprintf(&b, "Usage:\n  %s\n\nExamples:\n%s\n", cmd.UseLine(), cmd.Example)
	for _, of := range slices.Sorted(maps.Keys(groups)) {
		fmt.Fprintf(&b, "\nFlags%s:\n%s", of, groups[of].FlagUsages())
	}
	fmt.Fprintf(&b, "\nFlags of every command:\n%s", cmd.InheritedFlags().FlagUsages())
	_, err := fmt.Fprint(cmd.OutOrStderr(), b.String())
	return err
}
