package tensorfile

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxHeader is the reference implementation's cap on the header.
const maxHeader = 100 << 20

// FormatError says why a file is not a usable safetensors file.
type FormatError struct {
	Path    string
	Problem string // what was found
	Hint    string // what to do, may be empty
}

func (e *FormatError) Error() string {
	if e.Hint == "" {
		return fmt.Sprintf("%s: not a usable safetensors file: %s", e.Path, e.Problem)
	}
	return fmt.Sprintf("%s: not a usable safetensors file: %s; %s", e.Path, e.Problem, e.Hint)
}

type entry struct {
	dtype      DType
	shape      []int
	begin, end int // in the data section
	data       []byte
}

// parseHeader validates everything that the header says before a byte of data is used, and returns
// the entries and the metadata.
func parseHeader(path string, b []byte) (map[string]entry, map[string]string, error) {
	fail := func(format string, args ...any) (map[string]entry, map[string]string, error) {
		e := &FormatError{Path: path, Problem: fmt.Sprintf(format, args...)}
		if strings.HasSuffix(e.Problem, "(truncated?)") {
			e.Hint = again
		}
		return nil, nil, e
	}
	if foreign := recognise(b); foreign != nil {
		foreign.Path, foreign.Hint = path, strings.ReplaceAll(foreign.Hint, "FILE.pth", path)
		return nil, nil, foreign
	}
	if len(b) < 8 {
		return fail("%d bytes, too short for a header (truncated?)", len(b))
	}
	n := binary.LittleEndian.Uint64(b)
	if n > maxHeader {
		return fail("header length %d, expected at most %d", n, maxHeader)
	}
	if int(n) > len(b)-8 {
		return fail("header length %d, but only %d bytes follow (truncated?)", n, len(b)-8)
	}
	header, data := b[8:8+n], b[8+n:]
	if len(header) == 0 || header[0] != '{' {
		return fail("header does not start with '{'")
	}
	if !utf8.Valid(header) {
		return fail("header is not UTF-8")
	}
	entries, metadata, err := decodeHeader(header)
	if err != nil {
		return fail("%v", err)
	}
	if err := checkRanges(entries, len(data)); err != nil {
		return fail("%v", err)
	}
	for name, e := range entries {
		e.data = data[e.begin:e.end]
		entries[name] = e
	}
	return entries, metadata, nil
}

// decodeHeader walks the JSON by hand, because encoding/json silently keeps the last of two equal
// names.
func decodeHeader(header []byte) (map[string]entry, map[string]string, error) {
	d := json.NewDecoder(bytes.NewReader(header))
	if _, err := d.Token(); err != nil {
		return nil, nil, fmt.Errorf("header is not JSON: %v", err)
	}
	entries, metadata, seenMeta := map[string]entry{}, map[string]string{}, false
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, nil, fmt.Errorf("header is not JSON: %v", err)
		}
		name := token.(string)
		if name == "__metadata__" {
			if seenMeta {
				return nil, nil, fmt.Errorf("__metadata__ appears twice")
			}
			seenMeta = true
			if err := d.Decode(&metadata); err != nil {
				return nil, nil, fmt.Errorf("__metadata__: expected names and strings: %v", err)
			}
			continue
		}
		if _, twice := entries[name]; twice {
			return nil, nil, fmt.Errorf("tensor %q appears twice", name)
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil, nil, fmt.Errorf("tensor %q: header is not JSON: %v", name, err)
		}
		e, err := decodeEntry(raw)
		if err != nil {
			return nil, nil, fmt.Errorf("tensor %q: %v", name, err)
		}
		entries[name] = e
	}
	if _, err := d.Token(); err != nil {
		return nil, nil, fmt.Errorf("header is not JSON: %v", err)
	}
	if rest := bytes.TrimRight(header[d.InputOffset():], " "); len(rest) > 0 {
		return nil, nil, fmt.Errorf("%d bytes after the header's JSON", len(rest))
	}
	return entries, metadata, nil
}

func decodeEntry(raw []byte) (entry, error) {
	var e struct {
		DType   *DType `json:"dtype"`
		Shape   *[]int `json:"shape"`
		Offsets *[]int `json:"data_offsets"`
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil {
		return entry{}, err
	}
	if e.DType == nil || e.Shape == nil || e.Offsets == nil || len(*e.Offsets) != 2 {
		return entry{}, fmt.Errorf("expected dtype, shape and two data_offsets")
	}
	width := e.DType.Width()
	if width == 0 {
		return entry{}, fmt.Errorf("unknown dtype %q", *e.DType)
	}
	size := width
	for _, dim := range *e.Shape {
		if dim < 0 {
			return entry{}, fmt.Errorf("negative extent in shape %v", *e.Shape)
		}
		if dim > 0 && size > math.MaxInt/dim {
			return entry{}, fmt.Errorf("shape %v overflows", *e.Shape)
		}
		size *= dim
	}
	begin, end := (*e.Offsets)[0], (*e.Offsets)[1]
	if begin < 0 || end < begin {
		return entry{}, fmt.Errorf("bad data_offsets [%d, %d]", begin, end)
	}
	if end-begin != size {
		return entry{}, fmt.Errorf("shape %v of %s needs %d bytes, data_offsets give %d", *e.Shape,
			*e.DType, size, end-begin)
	}
	return entry{dtype: *e.DType, shape: *e.Shape, begin: begin, end: end}, nil
}

// checkRanges wants the tensors to cover the data section without overlap and without a hole.
func checkRanges(entries map[string]entry, size int) error {
	type span struct {
		name       string
		begin, end int
	}
	spans := make([]span, 0, len(entries))
	for name, e := range entries {
		spans = append(spans, span{name, e.begin, e.end})
	}
	slices.SortFunc(spans, func(a, b span) int {
		if a.begin != b.begin {
			return a.begin - b.begin
		}
		return a.end - b.end
	})
	at := 0
	for _, s := range spans {
		switch {
		case s.begin < at:
			return fmt.Errorf("tensor %q overlaps the one before it", s.name)
		case s.begin > at:
			return fmt.Errorf("hole of %d bytes before tensor %q", s.begin-at, s.name)
		}
		at = s.end
	}
	if at != size {
		return fmt.Errorf("tensors end at byte %d, the data section at %d (truncated?)", at, size)
	}
	return nil
}
