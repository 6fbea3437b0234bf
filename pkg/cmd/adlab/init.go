package main

import (
	"strings"

	"adlab/datasets"

	"github.com/spf13/cobra"
)

// afterInit is what the README of a new folder says one does with it.
const afterInit = `    adlab data check FOLDER
    adlab eval --layout folder --data FOLDER --detector knn
    adlab train --layout folder --data FOLDER --out part.safetensors
    adlab predict --model part.safetensors NEW.png --out results
`

func newInit(c *cli) *cobra.Command {
	return &cobra.Command{
		Use: "init FOLDER", Short: "make the empty folders for own pictures, and say what goes " +
			"where", Args: one("the folder to make"),
		Example: "  adlab data init part",
		RunE: func(cmd *cobra.Command, args []string) error {
			then := strings.ReplaceAll(afterInit, "FOLDER", args[0])
			if err := datasets.Init(args[0], then); err != nil {
				return err
			}
			return c.print(cmd, map[string]string{"folder": args[0]}, args[0]+"/README.txt says "+
				"what goes where; then:\n"+then)
		},
	}
}
