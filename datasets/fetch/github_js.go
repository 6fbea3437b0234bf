package fetch

import (
	"context"
	"errors"
)

// A program in a browser's tab has no client for the network: it can neither fetch nor send.
var errTab = errors.New("nothing is fetched in a browser's tab")

func (p Package) commit(context.Context, string) (string, error) { return "", errTab }

func (p Package) checkContent(string) error { return errTab }
