package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"adlab/pkg/talk"
	"adlab/pkg/try/page"

	"github.com/spf13/cobra"
)

func newTry(c *cli) *cobra.Command {
	var module, out, serve, profile string
	cmd := &cobra.Command{
		Use: "try", Short: "write the page on which the lab runs in a browser's tab",
		Args: cobra.NoArgs,
		Long: "Writes a folder with a page that runs INP-Former, kNN and MultiADS in a browser's " +
			"tab, on a visitor's own pictures, which\ndo not leave it: any web server of files " +
			"can serve the folder. Heads of solar cells and of generated bottles, and\n" +
			"MultiADS's adapters, are trained where they are not in the cache. `make try` builds " +
			"the module first, and serves the page.",
		Example: "  bash tools/wasm.sh bin/try && adlab try --serve 127.0.0.1:8800",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := folder("--out", out); err != nil {
				return err
			}
			v, err := c.env()
			if err != nil {
				return err
			}
			sets, err := page.Sets(cmd.Context(), v, profile)
			if err != nil {
				return err
			}
			words, err := page.Words(cmd.Context(), v, profile)
			if err != nil {
				return err
			}
			if err := page.Write(cmd.Context(), v, sets, words, module, out); err != nil {
				return err
			}
			fmt.Fprintln(os.Stderr, filepath.Join(out, page.Name))
			if serve == "" {
				return nil
			}
			return serveFiles(cmd.Context(), out, serve)
		},
	}
	f := cmd.Flags()
	f.StringVar(&module, "module", filepath.Join("bin", "try"), "the folder that tools/wasm.sh "+
		"wrote")
	f.StringVar(&out, "out", filepath.Join("out", "try"), "the folder to write to")
	f.StringVar(&profile, "profile", "tiny", "smoke (heads of seconds, pictures of 112 pixels) or "+
		"tiny")
	complete(cmd, "profile", "smoke", "tiny")
	f.StringVar(&serve, "serve", "", "address to serve the page at until it is interrupted, such "+
		"as 127.0.0.1:8800; port 0 takes a free one")
	return cmd
}

// serveFiles serves a folder until ctx ends.
func serveFiles(ctx context.Context, dir, address string) error {
	files := http.FileServer(http.Dir(dir))
	fresh := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache") // a page that is written anew is shown anew
		files.ServeHTTP(w, r)
	})
	err := talk.Listen(ctx, address, fresh, func(at string) {
		fmt.Fprintf(os.Stderr, "%s/%s\n", at, page.Name)
	})
	if err != nil {
		return fmt.Errorf("--serve: %w", err)
	}
	return nil
}
