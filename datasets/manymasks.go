package datasets

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"adlab/pkg/imageio"
)

// maskFiles are the files that a mask is made of: itself, the masks in a folder, or a list of boxes
// and the template that the image is compared with in them.
func (s Sample) maskFiles(mask string) ([]string, error) {
	switch {
	case s.boxes != nil:
		return []string{s.Mask, s.Template}, nil
	case isDir(mask):
		files, err := looseImages(mask)
		if err == nil && len(files) == 0 {
			err = fmt.Errorf("%s: expected at least one mask in it, got %s", mask, contents(mask))
		}
		return files, err
	}
	return []string{mask}, nil
}

// files are all files that the sample is made of, the image last.
func (s Sample) files() (paths []string) {
	for _, mask := range s.masks() {
		files, err := s.maskFiles(mask)
		if err != nil {
			files = []string{mask} // who reads it says why
		}
		paths = append(paths, files...)
	}
	if s.kinds != nil {
		paths = append(paths, s.kinds.file)
	}
	return append(paths, s.Path)
}

// inspectMask reads a mask in its own size, and says what is in it.
func (s Sample) inspectMask(mask string) (m *imageio.Image, kind imageio.MaskKind, err error) {
	if s.boxes != nil {
		m, err = s.differences(mask)
		return m, imageio.TwoValues, err
	}
	files, err := s.maskFiles(mask)
	if err != nil {
		return nil, 0, err
	}
	for _, file := range files {
		one, its, err := imageio.InspectMask(file, s.NumberedMask)
		if err != nil {
			return nil, 0, err
		}
		if m == nil {
			m, kind = one, its
			continue
		}
		if one.W != m.W || one.H != m.H {
			return nil, 0, fmt.Errorf("mask %s: expected %dx%d pixels as the others in its "+
				"folder, got %dx%d", file, m.W, m.H, one.W, one.H)
		}
		kind = max(kind, its)
		for i, v := range one.Pix {
			m.Pix[i] = max(m.Pix[i], v)
		}
	}
	return m, kind, nil
}

// pair finds the mask of each image: a file, or a folder of the image's name.
func (f form) pair(paths []string, base, dir string) (map[string]string, error) {
	if !f.maskFolders {
		return pair(paths, base, dir)
	}
	if !isDir(dir) {
		return nil, noMaskFolder(base, dir)
	}
	folders, err := subfolders(dir)
	loose, unreadable := looseImages(dir)
	if err := cmp.Or(err, unreadable, noTwins(paths)); err != nil {
		return nil, err
	}
	if len(loose) > 0 {
		return nil, fmt.Errorf("%s: expected the masks of an image NAME.png in a folder NAME, got "+
			"%d beside the folders, first %s", dir, len(loose), filepath.Base(loose[0]))
	}
	masks := map[string]string{}
	var missing []string
	for _, path := range paths {
		name := strings.TrimSuffix(relative(base, path), filepath.Ext(path))
		i := slices.Index(folders, name)
		if i < 0 {
			missing = append(missing, relative(base, path))
			continue
		}
		masks[path], folders[i] = filepath.Join(dir, name), ""
	}
	if missing != nil {
		return nil, fmt.Errorf("%s: expected a folder NAME with the masks of each image NAME.png, "+
			"missing for %d of %d: %s; add them, or remove %s altogether to go without masks", dir,
			len(missing), len(paths), firstFew(missing), filepath.Dir(dir))
	}
	folders = slices.DeleteFunc(folders, func(name string) bool { return name == "" })
	if len(folders) > 0 {
		return nil, fmt.Errorf("%s: expected one folder of masks for each image of %s, got %d "+
			"without an image: %s; remove them", dir, base, len(folders), firstFew(folders))
	}
	return masks, nil
}
