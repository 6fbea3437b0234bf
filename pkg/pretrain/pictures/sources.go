package pictures

import (
	"regexp"
	"slices"

	"adlab/datasets/fetch"
)

// Source is where training pictures come from, and how they are looked at.
type Source struct {
	Name    string
	Origin  string  // package and version, or data set
	Licence string  // as the origin states it
	Share   float64 // of the crops; the shares of the sources in use are scaled to add up to 1
	// shorter sides that a picture is kept at, beside the whole of it squeezed into one window
	Sides   []int
	fetched *fetched
	Lessons int // pictures of the generator's training family to draw
}

// fetched is a package that holds pictures.
type fetched struct {
	fetch.Package
	keep *regexp.Regexp // of the paths within
	drop *regexp.Regexp // of those that keep matches; nil drops none
}

// largestFile is far above what a picture of the known packages has, in bytes.
const largestFile = 64 << 20

// sides of pictures that are larger than a window; those that would have to be enlarged are left
// out.
var sides = []int{256, 512, 1024}

// Sources lists the pictures that the encoders are trained on, by name. ELPV's and the textile
// images are those that the benchmarks give to learn from, no others.
func Sources() []Source {
	debian := func(name, version, sha, licence string, share float64, keep, drop string) Source {
		f := &fetched{Package: fetch.Package{Client: fetch.Apt, Name: name, Version: version,
			SHA256: sha, Licence: licence, Largest: largestFile}, keep: regexp.MustCompile(keep)}
		if drop != "" {
			f.drop = regexp.MustCompile(drop)
		}
		return Source{Name: name, Origin: "Debian package " + name + " " + version,
			Licence: licence, Share: share, Sides: sides, fetched: f}
	}
	return []Source{
		{Name: "elpv", Origin: "ELPV, label-0 images of the training split",
			Licence: "CC BY-NC-SA 4.0", Share: 0.25, Sides: []int{300}},
		{Name: "textile", Origin: "conformal-clip-data, nominal images of the training split",
			Licence: "MIT", Share: 0.07, Sides: []int{250}},
		{Name: "scikit-image", Origin: "PyPI project scikit-image 0.26.0, skimage/data without " +
			"brick, grass, gravel and coins",
			Licence: "public domain, CC0 or BSD-3-Clause, see the project's data/README.txt",
			Share:   0.05, Sides: sides,
			fetched: &fetched{Package: fetch.Package{Client: fetch.Pip, Name: "scikit-image",
				Version:  "0.26.0",
				SHA256:   "74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
				Platform: "manylinux_2_28_x86_64", Largest: largestFile},
				keep: regexp.MustCompile(`^skimage/data/[^/]*\.(png|jpg)$`),
				drop: regexp.MustCompile(`/(brick|grass|gravel|coins|chessboard_\w+|phantom|` +
					`logo)\.png$`)}},
		{Name: "lessons", Origin: "pictures of the generator's training family, which no " +
			"benchmark has, seed 1", Licence: "Apache-2.0", Share: 0.2, Sides: []int{256},
			Lessons: 1200},
		debian("gnome-backgrounds", "43.1-1",
			"a670dea21572652127d6e55f9cdb3a226d0037854fdbfd037003c7d00ee0dc4e",
			"CC BY-SA 3.0, CC BY-SA 2.0, CC BY 2.0, GPL-2+", 0.03, `\.webp$`, ""),
		debian("plasma-workspace-wallpapers", "4:5.27.5-2",
			"32cd18b71c8c938a18b3b351f217c02ac590e323caa3cf322fbb875ce8892f8b",
			"CC BY-SA 4.0, LGPL-3, GPL-2+", 0.06,
			`/images(_dark)?/(5120x2880|3840x2160|2560x1440)\.(png|jpg)$`, ""),
		debian("ufoai-textures", "2.5-2",
			"51c9c6a778249a3fa432c81c8c30ac5675ae5a1e675a33b0ce04545753d3218c",
			"GPL-2+, CC BY 3.0", 0.2, `^textures/.*\.(png|jpg)$`, `_(nm|gm|sm|n|s|g)\.(png|jpg)$`),
		debian("supertuxkart-data", "1.4+dfsg-2",
			"568d69cda50dc8ad1facb89514bd14953dfca736fdb83c49ae330b0aa7dd2364",
			"CC BY-SA 3.0, CC BY-SA 4.0, CC0, GPL-3+", 0.14,
			`/data/(textures|tracks)/.*\.(png|jpg)$`,
			`(?i)(normal|gloss|_n|_nm|screenshot|minimap)[^/]*\.(png|jpg)$`),
	}
}

// SourceNames lists the names of Sources.
func SourceNames() []string {
	var names []string
	for _, s := range Sources() {
		names = append(names, s.Name)
	}
	return names
}

// Without is the sources but those named.
func Without(sources []Source, names []string) []Source {
	return slices.DeleteFunc(slices.Clone(sources), func(s Source) bool {
		return slices.Contains(names, s.Name)
	})
}
