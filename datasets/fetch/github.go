//go:build !js

package fetch

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// archives is where GitHub makes archives of commits, and web who asks it; tests have their own.
var (
	archives = "https://codeload.github.com"
	web      = &http.Client{CheckRedirect: onlySecure}
)

// How long is waited for the next bytes, how often an interrupted download goes on, and after how
// long.
var patience, tries, pause = time.Minute, 5, time.Second

// onlySecure refuses to be led to anything but HTTPS.
func onlySecure(r *http.Request, via []*http.Request) error {
	if r.URL.Scheme != "https" || len(via) > 5 {
		return fmt.Errorf("refusing to be led to %s", r.URL.Redacted())
	}
	return nil
}

// commit brings the archive of the commit, or gives the user's own. What is there of an interrupted
// download stays beside the folder that dir is in, and the next one goes on from it.
func (p Package) commit(ctx context.Context, dir string) (string, error) {
	if p.Archive != "" {
		info, err := os.Stat(p.Archive)
		if err != nil || !info.Mode().IsRegular() {
			return "", fmt.Errorf("%s: expected an archive, got no file", p.Archive)
		}
		return p.Archive, nil
	}
	half := p.half(filepath.Dir(dir))
	from := fmt.Sprintf("%s/%s/tar.gz/%s", archives, p.Name, p.Version)
	var err error
	for try := range tries {
		if try > 0 && !errors.Is(err, errInterrupted) {
			break
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(try) * pause):
		}
		if err = p.goOn(ctx, from, half); err == nil {
			whole := filepath.Join(dir, filepath.Base(p.Name)+".tar.gz")
			return whole, errors.Join(os.Rename(half, whole), forget(half))
		}
	}
	if info, none := os.Stat(half); none == nil && info.Size() == 0 {
		os.Remove(half)
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	line, _, _ := strings.Cut(err.Error(), "\n")
	return "", fmt.Errorf("could not download %s: %s; is the network reachable? Or take an "+
		"archive of that commit from elsewhere and name it", from, line)
}

// half is the file of an interrupted download.
func (p Package) half(home string) string {
	return filepath.Join(home, fmt.Sprintf(".%s-%.12s.part", filepath.Base(p.Name), p.Version))
}

// forget removes what is known of an interrupted download.
func forget(half string) error {
	if err := os.Remove(half + ".etag"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// errInterrupted is under the errors after which a download may go on.
var errInterrupted = errors.New("interrupted")

// goOn downloads what is missing of the file half. A server that cannot go on, or that now has
// another file, gives it from the start.
func (p Package) goOn(ctx context.Context, from, half string) error {
	f, err := os.OpenFile(half, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return err
	}
	defer f.Close()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	alarm := time.AfterFunc(patience, func() {
		cancel(fmt.Errorf("%w: no answer for %s", errInterrupted, patience))
	})
	defer alarm.Stop()
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return err
	}
	ask.Header.Set("Accept-Encoding", "identity")
	have, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	// without its tag nobody knows whether the rest is that of the same file
	if tag, err := os.ReadFile(half + ".etag"); err == nil && have > 0 {
		ask.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
		ask.Header.Set("If-Range", string(tag))
	}
	answer, err := web.Do(ask)
	if err != nil {
		return interrupted(ctx, err)
	}
	defer answer.Body.Close()
	rest := answer.StatusCode == http.StatusPartialContent && strings.HasPrefix(
		answer.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", have))
	switch code := answer.StatusCode; {
	case rest:
	case code == http.StatusOK, code == http.StatusPartialContent,
		code == http.StatusRequestedRangeNotSatisfiable: // what is there is of no use
		if err := errors.Join(f.Truncate(0), forget(half)); err != nil {
			return err
		}
		if have, err = f.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if code != http.StatusOK {
			return fmt.Errorf("%w: the server says %s, of %q", errInterrupted, answer.Status,
				answer.Header.Get("Content-Range"))
		}
		// a weak tag does not promise the same bytes
		if tag := answer.Header.Get("ETag"); tag != "" && !strings.HasPrefix(tag, "W/") {
			if err := os.WriteFile(half+".etag", []byte(tag), 0o666); err != nil {
				return err
			}
		}
	case code >= http.StatusInternalServerError, code == http.StatusTooManyRequests:
		return fmt.Errorf("%w: the server says %s", errInterrupted, answer.Status)
	default:
		return fmt.Errorf("the server says %s", answer.Status)
	}
	n, err := io.Copy(f, io.LimitReader(patient{answer.Body, alarm}, largestTotal-have+1))
	switch {
	case have+n > largestTotal:
		return fmt.Errorf("expected at most %d bytes, got more", largestTotal)
	case err != nil:
		return interrupted(ctx, err)
	}
	return nil
}

// interrupted says why a download stopped.
func interrupted(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	var ours *url.Error // the address is said once, by who asks
	if errors.As(err, &ours) {
		err = ours.Err
	}
	return fmt.Errorf("%w: %w", errInterrupted, err)
}

// patient sets the alarm back with each piece that it reads.
type patient struct {
	io.Reader
	alarm *time.Timer
}

func (p patient) Read(b []byte) (int, error) {
	p.alarm.Reset(patience)
	return p.Reader.Read(b)
}

// checkContent compares what was kept with the digest of it.
func (p Package) checkContent(dir string) error {
	digest, files, err := Content(dir)
	if err != nil {
		return err
	}
	if digest != p.SHA256 {
		return fmt.Errorf("%s at %.12s: expected the content with SHA-256 %s, got %d files with "+
			"%s: they are not those of that commit", p.Name, p.Version, p.SHA256, files, digest)
	}
	return nil
}

// Content is a SHA-256, in hexadecimal, over the files below a folder: their paths from there, with
// slashes, in the order of the bytes of these, and each one's own SHA-256. It counts the files.
func Content(dir string) (digest string, files int, err error) {
	var lines []string
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			if errors.Is(err, fs.ErrNotExist) && path == dir {
				return filepath.SkipAll // nothing was kept
			}
			return err
		}
		within, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		own, err := digestOf(path)
		lines = append(lines, fmt.Sprintf("%s %s\n", filepath.ToSlash(within), own))
		return err
	})
	slices.Sort(lines)
	return fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(lines, "")))), len(lines), err
}
