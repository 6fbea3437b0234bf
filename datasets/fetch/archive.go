package fetch

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// What an archive may hold, kept or not, far above what the known ones do.
var (
	largestTotal int64 = 4 << 30 // bytes
	mostMembers        = 100_000
)

// Keep says where a file of an archive is to lie in the folder that it is unpacked into, as a path
// with slashes; "" leaves it out.
type Keep func(member string) string

// Extract unpacks the files of the package's archive that are kept into dir and counts them. One
// that would land outside dir, is no plain file, or is too large is an error. In a Debian package
// it looks into archives of textures (.pk3, which are zip files), too.
func (p Package) Extract(ctx context.Context, archive, dir string, keep Keep) (files int,
	err error) {
	x := &extraction{dir: dir, keep: keep, largest: p.Largest}
	switch p.Client {
	case GitHub:
		if err := x.any(ctx, archive); err != nil {
			return 0, err
		}
		return x.files, p.checkContent(dir)
	case Apt:
		tree, err := os.MkdirTemp(filepath.Dir(archive), "tree.*")
		if err != nil {
			return 0, err
		}
		defer os.RemoveAll(tree)
		out, err := run(ctx, "", "dpkg-deb", "-x", archive, tree)
		switch {
		case err == nil:
		case ctx.Err() != nil:
			return 0, ctx.Err()
		case absent(err):
			return 0, errors.New("needs the program dpkg-deb, got none")
		default:
			return 0, fmt.Errorf("%s: dpkg-deb: %s", filepath.Base(archive),
				complaint(string(out), err))
		}
		err = x.tree(ctx, filepath.Base(archive), tree)
		return x.files, err
	case NPM:
		err = x.tgz(ctx, archive)
	default:
		err = x.zip(ctx, archive)
	}
	return x.files, err
}

// extraction is one unpacking.
type extraction struct {
	dir     string
	keep    Keep
	largest int64
	files   int
	total   int64
}

// tree goes through an unpacked Debian package of that name; links in it are passed over.
func (x *extraction) tree(ctx context.Context, name, root string) error {
	return filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		if filepath.Ext(path) == ".pk3" {
			return x.zip(ctx, path)
		}
		within, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		return x.file(ctx, name, filepath.ToSlash(within), true,
			func() (io.ReadCloser, error) { return os.Open(path) })
	})
}

// any unpacks an archive of any of the kinds, which its first bytes tell.
func (x *extraction) any(ctx context.Context, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r := bufio.NewReader(f)
	switch start, _ := r.Peek(2); string(start) {
	case "PK":
		return x.zip(ctx, path)
	case "\x1f\x8b":
		return x.tgz(ctx, path)
	}
	err = x.tar(ctx, filepath.Base(path), r)
	if (errors.Is(err, tar.ErrHeader) || errors.Is(err, io.ErrUnexpectedEOF)) && x.files == 0 {
		err = fmt.Errorf("%s: expected an archive (tar, tar.gz or zip), got no whole one",
			filepath.Base(path))
	}
	return err
}

func (x *extraction) zip(ctx context.Context, path string) error {
	base := filepath.Base(path)
	z, err := zip.OpenReader(path)
	if err != nil {
		return fmt.Errorf("%s: %w", base, err)
	}
	defer z.Close()
	if len(z.File) > mostMembers {
		return fmt.Errorf("%s: expected at most %d members, got %d", base, mostMembers, len(z.File))
	}
	for _, member := range z.File {
		if err := x.file(ctx, base, member.Name, member.Mode().IsRegular(),
			member.Open); err != nil {
			return err
		}
	}
	return nil
}

func (x *extraction) tgz(ctx context.Context, path string) error {
	base := filepath.Base(path)
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return fmt.Errorf("%s: %w", base, err)
	}
	return x.tar(ctx, base, z)
}

func (x *extraction) tar(ctx context.Context, base string, r io.Reader) error {
	held := int64(0)
	t := tar.NewReader(r)
	for members := 1; ; members++ {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("%s: %w", base, err)
		}
		// what is not kept is unpacked, too, to get past it
		if held += h.Size; held > largestTotal || members > mostMembers {
			return tooMuch(base)
		}
		if err := x.file(ctx, base, h.Name, h.Typeflag == tar.TypeReg, func() (io.ReadCloser,
			error) {
			return io.NopCloser(t), nil
		}); err != nil {
			return err
		}
	}
}

// file copies one file where it is kept.
func (x *extraction) file(ctx context.Context, archive, member string, plain bool,
	open func() (io.ReadCloser, error)) error {
	name := x.keep(member)
	if name == "" || strings.HasSuffix(name, "/") {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if name = filepath.FromSlash(name); !filepath.IsLocal(name) || !plain ||
		!filepath.IsLocal(filepath.FromSlash(member)) {
		return fmt.Errorf("%s: refusing the member %q: expected a plain file inside the folder",
			archive, member)
	}
	n, err := x.write(filepath.Join(x.dir, name), open)
	if err != nil {
		return fmt.Errorf("%s: member %q: %w", archive, member, err)
	}
	x.files++
	if x.total += n; x.total > largestTotal || x.files > mostMembers {
		return tooMuch(archive)
	}
	return nil
}

func tooMuch(archive string) error {
	return fmt.Errorf("%s: expected at most %d bytes in %d files, got more", archive, largestTotal,
		mostMembers)
}

func (x *extraction) write(goal string, open func() (io.ReadCloser, error)) (n int64, err error) {
	if err := os.MkdirAll(filepath.Dir(goal), 0o777); err != nil {
		return 0, err
	}
	r, err := open()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	w, err := os.OpenFile(goal, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return 0, err
	}
	n, err = io.Copy(w, io.LimitReader(r, x.largest+1)) // the size in the header may lie
	if err == nil && n > x.largest {
		err = fmt.Errorf("expected at most %d bytes, got more", x.largest)
	}
	if closing := w.Close(); err == nil {
		err = closing
	}
	return n, err
}
