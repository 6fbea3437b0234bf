package datasets

import (
	"cmp"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
)

// besideMasks is how images and their masks are called where they lie side by side.
type besideMasks struct {
	image, mask string                                   // such as NAME.jpg and NAME.png
	of          func(file string) (stem string, is bool) // the stem of a mask's image
	some        bool                                     // images may have none
}

// pair parts the files of the folder dir into images and, by its image, masks. An image without a
// mask, or a mask without an image, is an error.
func (b besideMasks) pair(dir string, files []string) (images []string, masks map[string]string,
	err error) {
	var maskFiles, missing []string
	left := map[string]string{}
	for _, f := range files {
		if name, is := b.of(f); is {
			maskFiles, left[name] = append(maskFiles, f), f
		} else {
			images = append(images, f)
		}
	}
	if err := cmp.Or(noTwins(images), noTwins(maskFiles)); err != nil {
		return nil, nil, err
	}
	masks = map[string]string{}
	for _, path := range images {
		switch mask := left[stem(path)]; {
		case mask != "":
			masks[path] = mask
		case !b.some:
			missing = append(missing, filepath.Base(path))
		}
		delete(left, stem(path))
	}
	switch {
	case len(images) == 0:
		err = fmt.Errorf("%s: expected images %s, each with a mask %s, got %s", dir, b.image,
			b.mask, contents(dir))
	case len(missing) > 0:
		err = fmt.Errorf("%s: expected images %s, each with a mask %s, missing for %d of %d: %s; "+
			"add them", dir, b.image, b.mask, len(missing), len(images), firstFew(missing))
	case len(left) > 0:
		err = fmt.Errorf("%s: expected one mask %s for each image %s, got %d without an image: "+
			"%s; remove them", dir, b.mask, b.image, len(left),
			firstFew(slices.Sorted(maps.Keys(left))))
	}
	return images, masks, err
}
