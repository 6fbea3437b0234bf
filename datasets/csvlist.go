package datasets

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode"
)

// readCSV reads a list with a header; columns names those that are needed. A UTF-8 byte-order mark
// and CRLF are tolerated. row is called with the line number and the fields by column.
func readCSV(path string, columns []string,
	row func(line int, field map[string]string) error) error {
	b, err := readText(path)
	if err != nil {
		return err
	}
	r := csv.NewReader(bytes.NewReader(b))
	r.FieldsPerRecord = -1
	if first, _, _ := bytes.Cut(b, []byte("\n")); !bytes.Contains(first, []byte(",")) &&
		bytes.Contains(first, []byte(";")) { // as Excel writes it where a comma parts decimals
		r.Comma = ';'
	}
	header, err := r.Read()
	if err != nil {
		return fmt.Errorf("%s:1: expected the header %s, got %s", path, strings.Join(columns, ","),
			csvFault(err))
	}
	place := map[string]int{}
	for i, name := range header {
		place[strings.TrimSpace(name)] = i
	}
	for _, c := range columns {
		if _, ok := place[c]; !ok {
			return fmt.Errorf("%s:1: expected the columns %s, got %.200q", path,
				strings.Join(columns, ","), strings.Join(header, ","))
		}
	}
	for {
		record, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s:%d: expected fields parted by %q, got %s", path, faultLine(err),
				r.Comma, csvFault(err))
		}
		line, _ := r.FieldPos(0)
		if len(record) != len(header) {
			return fmt.Errorf("%s:%d: expected %d fields, got %d", path, line, len(header),
				len(record))
		}
		field := map[string]string{}
		for _, c := range columns {
			field[c] = strings.TrimSpace(record[place[c]])
		}
		if err := row(line, field); err != nil {
			return fmt.Errorf("%s:%d: %w", path, line, err)
		}
	}
}

// faultLine is the line that is not CSV.
func faultLine(err error) int {
	var fault *csv.ParseError
	if errors.As(err, &fault) {
		return fault.Line
	}
	return 0
}

func csvFault(err error) string {
	var fault *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		return "an empty file"
	case errors.As(err, &fault):
		return fault.Err.Error()
	}
	return err.Error()
}

// inside joins a path of a list, with slashes, to the folder that it must stay in. One with control
// characters is refused, for it would break the line that an error is.
func inside(root, rel string) (string, error) {
	rel = strings.ReplaceAll(rel, `\`, "/")
	if !filepath.IsLocal(filepath.FromSlash(rel)) || strings.ContainsFunc(rel, unicode.IsControl) {
		return "", fmt.Errorf("expected a path within %s, got %q", root, rel)
	}
	return filepath.Join(root, filepath.FromSlash(rel)), nil
}

// checkFiles makes sure that what a list names is there.
func (s *Set) checkFiles(list string) error {
	var missing []string
	for _, x := range s.All() {
		for _, path := range x.files() {
			if _, err := os.Stat(path); err != nil {
				missing = append(missing, path)
			}
		}
	}
	if missing != nil {
		return fmt.Errorf("%s: expected every file that it lists, missing %d: %s; complete the "+
			"download", list, len(missing), firstFew(missing))
	}
	return nil
}

// category finds a category by name, or adds it.
func (s *Set) category(name string) *Category {
	for i := range s.Categories {
		if s.Categories[i].Name == name {
			return &s.Categories[i]
		}
	}
	s.Categories = append(s.Categories, Category{Name: name})
	return &s.Categories[len(s.Categories)-1]
}

// put adds a sample to its category and split.
func (s *Set) put(x Sample) {
	c := s.category(x.Category)
	if x.Split == TrainSplit {
		c.Train = append(c.Train, x)
	} else {
		c.Test = append(c.Test, x)
	}
	s.HasMasks = s.HasMasks || x.Mask != ""
}
