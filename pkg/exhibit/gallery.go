package exhibit

import (
	"encoding/json"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"strings"

	code "adlab/pkg"
	"adlab/pkg/plot"
	"adlab/pkg/store"
)

// Entry is one exhibit in a gallery's manifest.
type Entry struct {
	ID       string            `json:"id"`
	Paper    string            `json:"paper"`
	Kind     string            `json:"kind"`
	Title    Words             `json:"title"`
	Caption  Words             `json:"caption"`
	Notebook string            `json:"notebook"`
	Made     map[string]string `json:"made"`
	Runs     []string          `json:"runs"`
	Figures  []FigureFile      `json:"figures,omitempty"`
	Tables   []string          `json:"tables,omitempty"` // files without their ending

	tables []*Table
}

// FigureFile is a picture of the gallery.
type FigureFile struct {
	PNG     string `json:"png"`
	SVG     string `json:"svg,omitempty"`
	Caption Words  `json:"caption"`
}

// Manifest is a gallery's table of contents.
type Manifest struct {
	Profile  string  `json:"profile"`
	Code     string  `json:"code"`
	Exhibits []Entry `json:"exhibits"`
}

// Write writes an exhibit's tables in every format and its figures into a folder, each file
// atomically. A picture says inside what made it.
func (r *Result) Write(folder string) (Entry, error) {
	e := r.Exhibit
	entry := Entry{ID: e.ID, Paper: e.Paper, Kind: e.Kind, Title: e.Title, Caption: e.Caption,
		Notebook: e.Notebook, Made: r.Made, Runs: r.Runs, tables: r.Tables}
	for i, t := range r.Tables {
		name := e.ID
		if i > 0 {
			name += fmt.Sprintf("-%d", i+1)
		}
		for _, f := range Formats {
			text, err := f.Render(t)
			if err != nil {
				return entry, err
			}
			if err := store.WriteFile(filepath.Join(folder, name+"."+f.Ending),
				[]byte(text)); err != nil {
				return entry, err
			}
		}
		entry.Tables = append(entry.Tables, name)
	}
	for _, f := range r.Figures {
		name := e.ID
		if f.Name != "" {
			name += "-" + f.Name
		}
		made := map[string]string{"figure": name}
		for key, value := range r.Made {
			made[key] = value
		}
		file := FigureFile{PNG: name + ".png", Caption: f.Caption}
		if err := plot.WritePNG(filepath.Join(folder, file.PNG), f.Picture, made); err != nil {
			return entry, err
		}
		if p, plotted := f.Picture.(*plot.Plot); plotted {
			file.SVG = name + ".svg"
			if err := store.WriteFile(filepath.Join(folder, file.SVG), p.SVG); err != nil {
				return entry, err
			}
		}
		entry.Figures = append(entry.Figures, file)
	}
	return entry, nil
}

// PlaygroundPage is the gallery's companion, where something has written it: frames of the
// playgrounds to move through.
const PlaygroundPage = "playground.html"

// WriteGallery writes manifest.json and index.html over exhibits that have been written into the
// folder, and links PlaygroundPage where it is there. The same exhibits give the same bytes.
func WriteGallery(folder, profile string, entries []Entry) error {
	m := Manifest{Profile: profile, Code: code.Pictures(), Exhibits: entries}
	if err := writeJSON(filepath.Join(folder, "manifest.json"), m); err != nil {
		return err
	}
	_, err := os.Stat(filepath.Join(folder, PlaygroundPage))
	var b strings.Builder
	if err := page.Execute(&b, struct {
		Manifest
		Playground bool
	}{m, err == nil}); err != nil {
		return err
	}
	return store.WriteFile(filepath.Join(folder, "index.html"), []byte(b.String()))
}

// HTML is the tables of an entry.
func (e Entry) HTML() (out []template.HTML, err error) {
	for _, t := range e.tables {
		s, err := t.HTML()
		if err != nil {
			return nil, err
		}
		out = append(out, template.HTML(s)) // escaped by its own template
	}
	return out, nil
}

// PNGs lists the pictures of a folder that say which exhibit they are.
func PNGs(folder string) (files []string, err error) {
	all, err := filepath.Glob(filepath.Join(folder, "*.png"))
	if err != nil {
		return nil, err
	}
	for _, f := range all {
		if made, err := plot.ReadMade(f); err == nil && made["exhibit"] != "" {
			files = append(files, f)
		}
	}
	return files, nil
}

// files are the names of all files of an entry; that of a picture without vectors may not be there.
func (e Entry) files() (names []string) {
	for _, f := range e.Figures {
		names = append(names, f.PNG, strings.TrimSuffix(f.PNG, ".png")+".svg")
	}
	for _, table := range e.Tables {
		for _, f := range Formats {
			names = append(names, table+"."+f.Ending)
		}
	}
	return names
}

// Clean removes what an earlier gallery in the folder wrote, as its manifest and its pictures say,
// and this one does not.
func Clean(folder string, entries []Entry) error {
	kept := map[string]bool{}
	for _, e := range entries {
		for _, name := range e.files() {
			kept[name] = true
		}
	}
	pictures, err := PNGs(folder)
	if err != nil {
		return err
	}
	var earlier []string
	for _, f := range pictures {
		earlier = append(earlier, f, strings.TrimSuffix(f, ".png")+".svg")
	}
	var was Manifest
	if b, err := os.ReadFile(filepath.Join(folder, "manifest.json")); err == nil &&
		json.Unmarshal(b, &was) == nil {
		for _, e := range was.Exhibits {
			for _, name := range e.files() {
				earlier = append(earlier, filepath.Join(folder, filepath.Base(name)))
			}
		}
	}
	for _, f := range earlier {
		if name := filepath.Base(f); !kept[name] {
			if err := os.Remove(f); err != nil && !os.IsNotExist(err) {
				return err
			}
		}
	}
	return nil
}

// page is the gallery: plain, without scripts, fonts or pictures from elsewhere, in type that reads
// from the back of a room.
var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>adlab: exhibits</title>
<style>
body { font: 20px/1.5 "Liberation Sans", "Noto Sans CJK KR", Arial, sans-serif; color: #111; background: #fff; max-width: 1600px; margin: 0 auto; padding: 1rem 2rem; }
h1 { font-size: 2.2rem; margin: 1rem 0 .5rem; }
h2 { font-size: 1.6rem; margin: 3.5rem 0 .5rem; border-top: 2px solid #ccc; padding-top: 1rem; }
h2 span { color: #555; font-size: 1.2rem; font-weight: normal; margin-left: .6rem; }
nav { columns: 3; font-size: 1rem; }
nav a { display: block; }
a { color: #0055aa; }
figure { margin: 1.2rem 0; }
figure img { max-width: 100%; height: auto; border: 1px solid #ddd; }
figcaption, p.caption { color: #333; max-width: 60rem; }
.table { overflow-x: auto; }
table.exhibit { border-collapse: collapse; margin: 1rem 0; font-size: 1.1rem; }
table.exhibit th { text-align: left; font-weight: normal; padding: .15rem .8rem .15rem 0; white-space: nowrap; }
table.exhibit thead th { border-bottom: 2px solid #111; font-weight: bold; vertical-align: bottom; }
table.exhibit .number { text-align: right; padding: .15rem .6rem; white-space: nowrap; font-variant-numeric: tabular-nums; }
table.exhibit tr.group th { font-weight: bold; border-top: 1px solid #999; padding-top: .5rem; }
table.exhibit tr.claimed { background: #eaf3fb; }
table.exhibit tr.claimed th, table.exhibit tr.claimed td { font-weight: bold; }
table.exhibit tr.claimed small { font-weight: normal; color: #444; }
table.exhibit tr.quoted { color: #666; font-style: italic; }
[lang=ko] { word-break: keep-all; }
p.note, p.made { color: #555; font-size: 1rem; margin: .2rem 0; }
</style>
</head>
<body>
<h1>adlab: exhibits, profile {{.Profile}}</h1>
<p>{{if ne .Profile "paper"}}Numbers of the small world: measured on generated pictures with small encoders. None of them reproduces a number of the papers; the printed ones stand beside for orientation. {{end}}Blue rows are measured here, the printed number in brackets; grey rows in italics are quoted from the papers; plain rows are measured here and not printed there. A question mark stands where the printed number is in doubt; point at it to see why.</p>
<p lang="ko">파란 행은 여기서 측정한 값이고 괄호 안은 논문의 값이다. 회색 기울임꼴 행은 논문에서 인용한 것이며, 나머지 행은 여기서만 측정한 것이다. 물음표는 논문의 값이 의심스러운 곳으로, 가리키면 이유가 보인다.{{if ne .Profile "paper"}} 작은 인코더와 생성된 이미지로 잰 값이므로 논문의 수치를 재현한 것이 아니다.{{end}}</p>
{{if .Playground}}<p><a href="playground.html">Move the number of prototypes and the type of defect yourself</a> <span lang="ko">프로토타입 수와 결함 유형을 직접 움직여 보기</span></p>
{{end}}<nav>{{range .Exhibits}}<a href="#{{.ID}}">{{.Paper}}: {{.Title.EN}}</a>{{end}}</nav>
{{range .Exhibits}}{{$id := .ID}}<section id="{{.ID}}">
<h2>{{.Title.EN}}<span lang="ko">{{.Title.KO}}</span></h2>
<p class="caption">{{.Caption.EN}}</p>
<p class="caption" lang="ko">{{.Caption.KO}}</p>
{{range .HTML}}<div class="table">{{.}}</div>{{end}}
{{range .Figures}}<figure><a href="{{if .SVG}}{{.SVG}}{{else}}{{.PNG}}{{end}}"><img src="{{.PNG}}" alt="{{if .Caption.EN}}{{.Caption.EN}}{{else}}{{$id}}{{end}}"></a>{{if .Caption.EN}}<figcaption>{{.Caption.EN}} <span lang="ko">{{.Caption.KO}}</span></figcaption>{{end}}</figure>
{{end}}<p class="made"><code>adlab run {{.ID}} --profile {{.Made.profile}}</code>{{with .Made.encoder}}; {{.}}{{end}}{{with .Made.data}}; data {{.}}{{end}}; backend {{.Made.backend}}; code {{.Made.code}}{{range .Tables}}; <a href="{{.}}.csv">CSV</a>, <a href="{{.}}.md">Markdown</a>, <a href="{{.}}.tex">LaTeX</a>{{end}}</p>
</section>
{{end}}</body>
</html>
`))
