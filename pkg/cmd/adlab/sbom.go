package main

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
)

// bom is a bill of materials as CycloneDX 1.6 has it in JSON
// (https://cyclonedx.org/docs/1.6/json). It holds no time and no serial number: one program, one
// bill.
type bom struct {
	Schema       string       `json:"$schema"`
	Format       string       `json:"bomFormat"`
	Spec         string       `json:"specVersion"`
	Version      int          `json:"version"`
	Metadata     bomMetadata  `json:"metadata"`
	Components   []bomPart    `json:"components"`
	Dependencies []bomDepends `json:"dependencies"`
}

type bomMetadata struct {
	Component bomPart `json:"component"`
}

// bomPart is a program or a library.
type bomPart struct {
	Type    string    `json:"type"`
	Ref     string    `json:"bom-ref"`
	Name    string    `json:"name"`
	Version string    `json:"version"`
	Purl    string    `json:"purl"`
	Hashes  []bomHash `json:"hashes,omitempty"`
}

type bomHash struct {
	Alg     string `json:"alg"`
	Content string `json:"content"`
}

type bomDepends struct {
	Ref string   `json:"ref"`
	On  []string `json:"dependsOn"`
}

// billOf lists what a program was built from: Go's own library, and the modules. A module's hash is
// the SHA-256 that go.sum has of it, over the list of its files' SHA-256
// (golang.org/x/mod/sumdb/dirhash), in hexadecimal digits. What depends on what is in go.mod alone:
// here the program depends on all.
func billOf(info *debug.BuildInfo, version string) (*bom, error) {
	main := part("application", info.Main.Path, version)
	b := &bom{Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", Format: "CycloneDX",
		Spec: "1.6", Version: 1, Metadata: bomMetadata{main}}
	goVersion, _, _ := strings.Cut(strings.TrimPrefix(info.GoVersion, "go"), " ") // experiments
	b.Components = append(b.Components, part("library", "std", goVersion))
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		p := part("library", m.Path, m.Version)
		if m.Sum != "" { // none of a module that lies in a folder
			sum, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(m.Sum, "h1:"))
			if err != nil || len(sum) != 32 {
				return nil, fmt.Errorf("module %s: expected a checksum h1:..., got %q", m.Path,
					m.Sum)
			}
			p.Hashes = []bomHash{{"SHA-256", fmt.Sprintf("%x", sum)}}
		}
		b.Components = append(b.Components, p)
	}
	slices.SortFunc(b.Components, func(x, y bomPart) int { return strings.Compare(x.Ref, y.Ref) })
	all := bomDepends{Ref: main.Ref}
	for _, p := range b.Components {
		all.On = append(all.On, p.Ref)
	}
	b.Dependencies = []bomDepends{all}
	return b, nil
}

// part is a component by its Go path; its package URL is its reference, too
// (https://github.com/package-url/purl-spec).
func part(kind, path, version string) bomPart {
	purl := "pkg:golang/" + path + "@" + url.QueryEscape(version)
	return bomPart{Type: kind, Ref: purl, Name: path, Version: version, Purl: purl}
}
