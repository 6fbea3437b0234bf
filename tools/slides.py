#!/usr/bin/env python3
"""Makes the talk's decks from the notebooks, as they are stored: nothing is executed. Run it with tools/slides.sh.

usage: slides.py [TALK...]

Writes out/slides: a page a deck, reveal.js, the stored pictures, the page that moves without a kernel, and, where Chromium is, a PDF.
A slide shows the heading, the first paragraph and its Korean line, then what the code cells put out; further paragraphs, and the
captions of exhibits, are the speaker's notes. Each picture, and each part of a long table, has a sub-slide of its own.
"""
import copy
import os
import re
import shutil
import sys

import nbformat
from bs4 import BeautifulSoup
from nbconvert.exporters import SlidesExporter
from nbconvert.preprocessors import ExtractOutputPreprocessor

import talk

here = os.path.join(talk.root, "tools", "slides")
out = os.path.join(talk.root, "out", "slides")
table_rows = 14  # of a table on one slide, its groups kept whole where they are no longer
short_head = 16  # letters of a column's head that stay on one line


def soup_of(html):
    return BeautifulSoup(html, "html.parser")


def html_of(output):
    return "".join(output.get("data", {}).get("text/html", ""))


def is_picture(output):
    return any(k.startswith("image/") for k in output.get("data", {}))


def is_words(output):
    """A heading or a caption in two languages."""
    return bool(re.match(r"\s*<(h3|p)>.*</\1>\s*<p lang=\"ko\">", html_of(output), re.S))


def parts_of_table(html):
    """A table in tables of few rows, each with the head and the notes, cut between its groups where that goes."""
    soup = soup_of(html)
    table = soup.find("table")
    if not table:
        return [html]
    groups = []
    for row in table.select("tbody > tr"):
        if "group" in row.get("class", []) or not groups:
            groups.append([])
        groups[-1].append(row)
    pages = [[]]
    for group in groups:
        head = group[:1] if "group" in group[0].get("class", []) else []
        while group:
            room = table_rows - len(pages[-1])
            if len(group) <= room:
                pages[-1] += group
                break
            if pages[-1] and (len(group) <= table_rows or room < 4):
                pages.append([])
                continue
            pages[-1] += group[:room]
            group = head + group[room:]
            pages.append([])
    texts = []
    for page in [p for p in pages if p]:
        part = copy.copy(soup)
        body, *others = part.find("table").find_all("tbody")
        body.clear()
        for other in others:
            other.decompose()
        for row in page:
            body.append(copy.copy(row))
        texts.append(str(part))
    return texts


def display(html):
    return nbformat.v4.new_output("display_data", data={"text/html": html})


def shown(cell):
    """What a code cell puts out, a list for each sub-slide: a picture with its caption, a part of a table, or all that is left."""
    pages, words, rest = [], [], []
    outputs = [o for o in cell.outputs if is_picture(o) or html_of(o).strip() or o.output_type == "stream"]
    if any('class="adlab-live"' in html_of(o) for o in outputs):
        return [[o for o in outputs if is_picture(o)]]
    for o in outputs:
        html = html_of(o)
        if is_words(o):
            caption = pages and is_picture(pages[-1][-1]) and not words and "<h3>" not in html
            (pages[-1] if caption else words).append(o)
        elif is_picture(o):
            pages.append(words + [o])
            words = []
        elif "<table" in html:
            for part in parts_of_table(html):
                pages.append(words + [display(part)])
                words = []
        elif o.output_type == "stream":
            rest.append(o)
    tags = cell.metadata.get("tags", [])
    if "output-only-pictures" in tags:
        rest = []
    if not pages or "one-slide" in tags:
        return [words + rest + sum(pages, [])]
    return [rest + pages[0]] + pages[1:]


def notebook_of(deck, slides):
    """The deck as one notebook, as nbconvert takes it."""
    nb = nbformat.v4.new_notebook()
    nb.metadata.update(title=deck["title"]["en"], minutes=deck["minutes"], language_info={"name": "go"})
    for place, (_, _, cells) in enumerate(slides):
        for i, cell in enumerate(cells):
            c = copy.deepcopy(cell)
            c.metadata.setdefault("slideshow", {})
            if i == 0:
                c.metadata.slideshow.update(slide_type="slide", data={"place": str(place)})
            c.id = f"{place}-{i}"
            if c.cell_type != "code":
                nb.cells.append(c)
                continue
            for k, page in enumerate(shown(cell)):
                one = copy.deepcopy(c)
                one.id, one.outputs = f"{place}-{i}-{k}", copy.deepcopy(page)
                if k > 0:
                    one.metadata.slideshow.update(slide_type="subslide")
                nb.cells.append(one)
    return nb


def exported(name, nb):
    """The page, and its pictures by name."""
    e = SlidesExporter(template_name="talk", extra_template_basedirs=[here], reveal_url_prefix="reveal",
                       exclude_input_prompt=True, exclude_output_prompt=True)
    e.register_preprocessor(ExtractOutputPreprocessor(), enabled=True)
    return e.from_notebook_node(nb, {"unique_key": name, "output_files_dir": "pictures", "metadata": {"name": name}})


class Arranger:
    """Puts nbconvert's sections into frames: a head, a body that fills the rest, a foot, and notes."""

    def __init__(self, soup, deck, slides):
        self.soup, self.deck, self.slides = soup, deck, slides

    def new(self, tag, *children, **attributes):
        if "kind" in attributes:
            attributes["class"] = attributes.pop("kind")
        element = self.soup.new_tag(tag, attrs=attributes)
        for c in children:
            if c is not None:
                element.append(c)
        return element

    def pair(self, kind, en, ko, tag="p"):
        """A text in both languages, once where it is the same."""
        p = self.new("div", kind="pair " + kind)
        for lang, text in (("en", en), ("ko", ko if ko != en else None)):
            if text is not None:
                element = self.new(tag if lang == "en" else "p", lang=lang)
                if isinstance(text, str):
                    element.string = text
                else:
                    element.extend(list(text.children))
                p.append(element)
        return p if len(p.contents) else None

    def all(self):
        tops = self.soup.select(".slides > section")
        for place, top in enumerate(tops):
            kept = {}
            subs = top.find_all("section", recursive=False)
            for i, sub in enumerate(subs):
                self.frame(sub, place, i, len(subs), kept)
        self.soup.select_one(".slides").insert(0, self.title())

    def title(self):
        d = self.deck
        frame = self.new("div", self.new("header", self.pair("title", d["title"]["en"], d["title"]["ko"], "h1"),
                                         self.pair("caption", d["about"]["en"], d["about"]["ko"])),
                         self.new("div", kind="body"), self.foot({"en": "adlab", "ko": ""}, "Space · E English, 한국어 · M live · S speaker view · ? all keys", f"1 / {len(self.slides) + 1}"), kind="frame first")
        return self.new("section", self.new("section", frame, self.new("aside", self.keys(), kind="notes")))

    def keys(self):
        p = self.new("p")
        p.string = "Keys: Space on, Shift+Space back, S speaker view, E English or Korean first, M live, C code, O overview, B black, ? all."
        return p

    def foot(self, part, source, number):
        return self.new("footer", self.pair("part", part["en"], part["ko"] or None, "span"), self.new("span", source), self.new("span", number))

    def frame(self, section, place, i, of, kept):
        part, book, _ = self.slides[place]
        texts = section.select(".jp-MarkdownCell")
        own = any(not t.find_parent("aside") for t in texts)
        if own:
            kept.clear()
        notes, body = self.new("aside", kind="notes"), self.new("div", kind="body")
        shows = section.select_one(".jp-CodeCell") is not None
        for text in texts:
            within = text.find_parent("aside")
            self.words(text.select_one(".jp-RenderedMarkdown"), kept, notes, None if shows else body, within is not None)
        for cell in section.select(".jp-CodeCell"):
            self.outputs(cell, kept, notes, body)
        title = kept.get("title") or kept.get("exhibit")
        if not title:
            raise talk.Wrong(f"{book}: a slide without a heading: {self.slides[place][2][0].id}")
        ko = kept.get("title-ko") or kept.get("exhibit-ko")
        kicker = self.pair("kicker", kept["exhibit"], kept.get("exhibit-ko"), "span") if kept.get("exhibit") and kept.get("title") else None
        caption = self.pair("caption", kept.get("caption"), kept.get("caption-ko")) if own else None
        number = f"{place + 2} / {len(self.slides) + 1}" + (f" · {i + 1} of {of}" if of > 1 else "")
        frame = self.new("div", self.new("header", kicker, self.pair("title", title, ko, "h2"), caption), body,
                         self.foot(part, f"notebooks/{book}.ipynb", number), kind="frame")
        for img in body.select("img"):
            caption_of = img.find_parent("figure").select_one("figcaption [lang=en]") if img.find_parent("figure") else None
            img["alt"] = ": ".join([title if isinstance(title, str) else title.get_text()] + ([caption_of.get_text()] if caption_of else []))
        section.clear()
        section.append(frame)
        if not own and not notes.get_text(strip=True):
            notes.append(copy.copy(kept["notes"]))
        kept.setdefault("notes", self.new("div", *[copy.copy(c) for c in notes.contents]))
        section.append(notes)

    def words(self, text, kept, notes, body, all_notes):
        """A text cell: heading, first paragraph, Korean line; all else goes into the notes, but lists of a slide that shows nothing else."""
        for a in text.select("a.anchor-link"):
            a.decompose()
        for element in list(text.find_all(True, recursive=False)):
            if all_notes:
                notes.append(element.extract())
            elif element.name in ("h1", "h2", "h3") and "title" not in kept:
                kept["title"] = element.get_text().strip()
            elif element.get("lang") == "ko":
                if element.b and "title-ko" not in kept and kept.get("title"):
                    kept["title-ko"] = element.b.extract().get_text().strip(" .")
                kept.setdefault("caption-ko", element.get_text().strip() or None)
                notes.append(element.extract())
            elif element.name == "p" and "caption" not in kept:
                kept["caption"] = copy.copy(element)
                notes.append(element.extract())
            elif element.name in ("ul", "ol", "table") and body is not None:
                body.append(self.new("div", element.extract(), kind="prose"))
            else:
                notes.append(element.extract())

    def outputs(self, cell, kept, notes, body):
        live, figures = None, []
        source = cell.select_one("pre.code").get_text()
        called = re.search(r'lab\.Playground\("([a-z-]+)"\)', source)
        code = self.new("pre", kind="code")
        code.string = "\n".join(l for l in source.splitlines() if l.strip() not in ("%%", 'import "adlab/pkg/lab"')).strip()
        if called:
            kernel = self.new("iframe", title=called.group(1) + ", live", tabindex="-1", kind="cell")
            kernel["data-page"] = "live/" + called.group(1)
            frame = self.new("iframe", title=called.group(1) + ", without a kernel", tabindex="-1", kind="still-page")
            frame["data-page"] = "playground.html#" + called.group(1)
            button = self.new("button", type="button")
            button.string = "M: move it"
            live = self.new("div", button, kernel, frame, kind="live")
        for o in cell.select(".jp-OutputArea-output"):
            img, table, pre, head = o.find("img"), o.find("table"), o.find("pre"), o.find("h3")
            if img:
                figures.append(self.new("figure", img.extract()))
            elif table:
                for th in table.select("thead th"):
                    if len(th.get_text()) <= short_head:
                        th["class"] = th.get("class", []) + ["short"]
                made = self.new("div", table.extract(), kind="made")
                body.append(made)
                for n in o.select("p.note"):
                    body.append(n.extract())
            elif pre:
                pre = pre.extract()
                pre.string = pre.get_text().strip("\n")
                body.append(pre)
            elif head:
                kept["exhibit"], kept["exhibit-ko"] = head.get_text(), o.select_one("[lang=ko]").get_text()
            elif figures:
                en, ko = o.select("p")
                figures[-1].append(self.new("figcaption", self.pair("words", en.get_text(), ko.get_text())))
            else:
                for p in o.select("p"):
                    notes.append(p.extract())
        row = figures[0] if len(figures) == 1 else self.new("div", *figures, kind="row") if figures else None
        if live:
            live.insert(0, row) if row else None
            row = live
        if row:
            body.append(row)
        if cell.find_parent(class_="fragment"):
            body.contents[-1]["class"] = body.contents[-1].get("class", []) + ["fragment"]
        body.append(code)


def playground():
    """The gallery's page that moves without a kernel, with what it needs inside a slide."""
    figures = os.path.join(talk.root, "figures")
    with open(os.path.join(figures, "playground.html"), encoding="utf-8") as f:
        page = f.read()
    with open(os.path.join(here, "playground-in-talk.html"), encoding="utf-8") as f:
        page = page.replace("</body>", f.read() + "</body>")
    with open(os.path.join(out, "playground.html"), "w", encoding="utf-8") as f:
        f.write(page)
    shutil.copytree(os.path.join(figures, "playground"), os.path.join(out, "playground"), dirs_exist_ok=True)


def make(name):
    deck, slides = talk.read(name)
    html, resources = exported(name, notebook_of(deck, slides))
    soup = soup_of(html)
    Arranger(soup, deck, slides).all()
    for path, data in resources.get("outputs", {}).items():
        os.makedirs(os.path.dirname(os.path.join(out, path)), exist_ok=True)
        with open(os.path.join(out, path), "wb") as f:
            f.write(data)
    page = os.path.join(out, name + ".html")
    with open(page, "w", encoding="utf-8") as f:
        f.write(str(soup))
    frames = len(soup.select(".frame"))
    print(f"{page}: {len(slides) + 1} slides, {frames} with sub-slides, {deck['minutes']} minutes")
    return page


def pdf(page):
    """The deck on paper: reveal.js's print view through Chromium."""
    from playwright.sync_api import sync_playwright
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=os.environ["ADLAB_CHROMIUM"], args=["--no-sandbox", "--allow-file-access-from-files"])
        tab = browser.new_page(viewport={"width": 1280, "height": 720})
        tab.goto(f"file://{page}?print-pdf&shape=16:9")
        tab.wait_for_selector("html[data-ready=yes]")
        tab.wait_for_selector(".pdf-page, html.reveal-print .slides .pdf-page", state="attached")
        tab.wait_for_function("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
        target = os.path.splitext(page)[0] + ".pdf"
        tab.pdf(path=target, prefer_css_page_size=True, print_background=True)
        browser.close()
    print(target)


def main():
    os.makedirs(out, exist_ok=True)
    for f in ("talk.css", "talk.js"):
        shutil.copy(os.path.join(here, f), out)
    playground()
    try:
        pages = [make(name) for name in sys.argv[1:] or talk.names()]
    except talk.Wrong as e:
        print(f"slides: {e}", file=sys.stderr)
        return 1
    if os.environ.get("ADLAB_CHROMIUM"):
        for page in pages:
            pdf(page)
    else:
        print("slides: no PDF, for there is no Chromium (apt-get install chromium fonts-nanum, or name one in ADLAB_CHROMIUM)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
