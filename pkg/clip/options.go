package clip

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Metadata is the options as a file's header keeps them.
func (o Options) Metadata() map[string]string {
	return map[string]string{
		"clip.image": strconv.Itoa(o.Image), "clip.taps": strings.Trim(fmt.Sprint(o.Taps), "[]"),
		"clip.vision_heads": strconv.Itoa(o.VisionHeads),
		"clip.text_heads":   strconv.Itoa(o.TextHeads),
		"clip.quick_gelu":   strconv.FormatBool(o.QuickGELU),
	}
}

// or fills what is zero from other.
func (o Options) or(other Options) Options {
	if o.Taps == nil {
		o.Taps = other.Taps
	}
	return Options{cmp.Or(o.Image, other.Image), o.Taps, cmp.Or(o.VisionHeads, other.VisionHeads),
		cmp.Or(o.TextHeads, other.TextHeads), o.QuickGELU || other.QuickGELU}
}

// ParseOptions undoes Metadata. What the header does not say stays zero.
func ParseOptions(metadata map[string]string) (o Options, err error) {
	number := func(name string) int {
		v, ok := metadata[name]
		if !ok {
			return 0
		}
		n, e := strconv.Atoi(v)
		if e != nil {
			err = errors.Join(err, fmt.Errorf("%s: expected a number, got %q", name, v))
		}
		return n
	}
	o = Options{Image: number("clip.image"), VisionHeads: number("clip.vision_heads"),
		TextHeads: number("clip.text_heads"), QuickGELU: metadata["clip.quick_gelu"] == "true"}
	for tap := range strings.FieldsSeq(metadata["clip.taps"]) {
		n, e := strconv.Atoi(tap)
		err = errors.Join(err, e)
		o.Taps = append(o.Taps, n)
	}
	return o, err
}
