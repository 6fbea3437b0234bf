package datasets

import (
	"cmp"
	"fmt"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"adlab/pkg/imageio"
	"adlab/pkg/setting"
)

// ReadMask reads one of the image's masks by the one rule that imageio.ReadMask states, in the
// image's size: values above 127 are anomalous. Of a folder it is what any mask in it marks, of a
// list of boxes what differs from the template in them. A mask of another size is resized by the
// nearest neighbour; CheckMasks refuses it unless that is allowed.
func (s Sample) ReadMask(path string) (*imageio.Image, error) {
	m, _, err := s.inspectMask(path)
	if err != nil {
		return nil, err
	}
	w, h, err := imageio.Size(s.Path)
	if err != nil || m.W == w && m.H == h {
		return m, err
	}
	return imageio.Nearest(m, w, h), nil
}

// CheckMasks compares every mask's size with its image's and looks for an anomalous pixel in it,
// before work starts, on all cores. The error, of the first image that has one, names the file.
func (s *Set) CheckMasks() error {
	samples := s.All()
	masked := map[string]bool{} // categories with masks
	for _, x := range samples {
		masked[x.Category] = masked[x.Category] || x.Mask != ""
	}
	return onAllCores(len(samples), func(i int) error {
		x := samples[i]
		if x.Label == 0 && x.Mask == "" {
			return nil
		}
		return s.checkMask(x, masked[x.Category])
	})
}

// onAllCores does something for each i below n. The error is that of the first i that has one.
func onAllCores(n int, do func(i int) error) error {
	faults := make([]error, n)
	var wg sync.WaitGroup
	busy := make(chan struct{}, runtime.NumCPU())
	for i := range n {
		busy <- struct{}{}
		wg.Go(func() {
			defer func() { <-busy }()
			faults[i] = do(i)
		})
	}
	wg.Wait()
	return cmp.Or(faults...)
}

// checkMask checks the masks of one image. masked says that others of its category have some.
func (s *Set) checkMask(x Sample, masked bool) error {
	if x.Mask == "" && masked && !s.opt.AllowEmptyMasks {
		return setting.Errorf("AllowEmptyMasks", "%s: expected a mask, as others of %s have one, "+
			"got none; add it, or set it to count the image as without an anomalous pixel", x.Path,
			x.Category)
	}
	for _, path := range x.masks() {
		if err := s.checkSize(x, path); err != nil {
			return err
		}
		m, _, err := x.inspectMask(path)
		if err != nil {
			return err
		}
		if x.Label == 1 && !s.opt.AllowEmptyMasks && !x.emptyMask && !anomalous(m) {
			return setting.Errorf("AllowEmptyMasks", "mask %s: expected an anomalous pixel, got "+
				"none, though its image is %s; mend the mask, move the image to %s, or set it to "+
				"go on", path, x.DefectType, Good)
		}
	}
	return nil
}

// FitMask compares a mask's size with the image's by the one rule that imageio.FitMask states; of a
// mask that is made of several files, the size of each.
func (s Sample) FitMask(mask string) (scaled bool, err error) {
	if s.boxes != nil {
		return false, nil // a template of another size is an error where it is read
	}
	w, h, err := imageio.Size(s.Path)
	if err != nil {
		return false, err
	}
	files, err := s.maskFiles(mask)
	if err != nil {
		return false, err
	}
	for _, file := range files {
		mw, mh, err := imageio.Size(file)
		if err != nil {
			return false, err
		}
		if scaled, err := imageio.FitMask(file, mw, mh, w, h); err != nil {
			return scaled, err
		}
	}
	return false, nil
}

// checkSize compares a mask's size with its image's, as the set's options allow.
func (s *Set) checkSize(x Sample, mask string) error {
	scaled, err := x.FitMask(mask)
	switch {
	case err == nil || scaled && s.opt.ResizeMasks:
		return nil
	case scaled:
		return setting.Errorf("ResizeMasks", "%w; scale it without interpolation, or set it to "+
			"have that done", err)
	}
	return err
}

// anomalous says whether a mask that ReadMask gave has an anomalous pixel.
func anomalous(m *imageio.Image) bool { return anomalousPixels(m) > 0 }

func anomalousPixels(m *imageio.Image) (n int) {
	for _, v := range m.Pix {
		if v > 127 {
			n++
		}
	}
	return n
}

// pair finds the mask of each image by its stem, never by its position: 003.png has 003_mask.png or
// 003.png, in the same subfolder of dir as the image has of base. A mask that is missing, or that
// belongs to no image, is an error.
func pair(paths []string, base, dir string) (map[string]string, error) {
	if !isDir(dir) {
		return nil, noMaskFolder(base, dir)
	}
	files, err := ImageFiles(dir)
	if err := cmp.Or(err, noTwins(paths), noTwins(files)); err != nil {
		return nil, err
	}
	without := func(base, path string) string {
		return strings.TrimSuffix(relative(base, path), filepath.Ext(path))
	}
	left := map[string]string{}
	for _, f := range files {
		left[without(dir, f)] = f
	}
	masks := map[string]string{}
	var missing []string
	for _, path := range paths {
		name := without(base, path) + "_mask"
		if left[name] == "" {
			name = without(base, path)
		}
		if left[name] == "" {
			missing = append(missing, relative(base, path))
			continue
		}
		masks[path] = left[name]
		delete(left, name)
	}
	if missing != nil {
		return nil, fmt.Errorf("%s: expected a mask NAME_mask.png or NAME.png for each image, "+
			"missing for %d of %d: %s; add them, or remove %s altogether to go without masks", dir,
			len(missing), len(paths), firstFew(missing), filepath.Dir(dir))
	}
	if len(left) > 0 {
		var extra []string
		for _, f := range slices.Sorted(maps.Values(left)) {
			extra = append(extra, relative(dir, f))
		}
		return nil, fmt.Errorf("%s: expected one mask for each image of %s, got %d without an "+
			"image: %s; remove them", dir, base, len(extra), firstFew(extra))
	}
	return masks, nil
}

func noMaskFolder(base, dir string) error {
	return fmt.Errorf("%s: expected a folder with the masks of %s, got none; add it, or remove %s "+
		"altogether to go without masks", dir, base, filepath.Dir(dir))
}

// noMasks checks that the folder of masks has none for normal images, and none for a kind that has
// no test images.
func noMasks(truth string, kinds []string, f form) error {
	folders, err := subfolders(truth)
	if err != nil {
		return err
	}
	for _, name := range folders {
		dir := filepath.Join(truth, name)
		if !Normal(name) && slices.Contains(kinds, name) {
			continue
		}
		files, err := ImageFiles(dir)
		if err != nil {
			return err
		}
		switch {
		case len(files) == 0:
		case Normal(name) && f.masksOfNormal:
		case Normal(name):
			return fmt.Errorf("%s: expected no masks for normal images, got %d, first %s; remove "+
				"them", dir, len(files), filepath.Base(files[0]))
		default:
			return fmt.Errorf("%s: expected test images for these %d masks in a folder %s/%s, "+
				"got none", dir, len(files), f.test, name)
		}
	}
	loose, err := looseImages(truth)
	if err == nil && len(loose) > 0 {
		err = fmt.Errorf("%s: expected masks in one folder for each kind of defect, got %d beside "+
			"them, first %s", truth, len(loose), filepath.Base(loose[0]))
	}
	return err
}
