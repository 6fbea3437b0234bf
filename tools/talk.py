"""A talk's decks: which slides of which notebooks, as a list in notebooks/talks/NAME.yaml.

A slide is a cell whose slideshow metadata says slide, and what follows it up to the next one. A deck names a slide by its
first cell. pkg/talk reads the same, for the rehearsal.
"""
import os

import nbformat
import yaml

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
notebooks = os.path.join(root, "notebooks")
talks = os.path.join(notebooks, "talks")


class Wrong(Exception):
    """A mistake in a deck, in one line."""


def names():
    return sorted(os.path.splitext(f)[0] for f in os.listdir(talks) if f.endswith(".yaml"))


def kind(cell):
    return cell.metadata.get("slideshow", {}).get("slide_type", "")


def read(name):
    """The deck of a name, with its slides: a list of (part, notebook, cells)."""
    path = os.path.join(talks, name + ".yaml")
    if not os.path.exists(path):
        raise Wrong(f"no talk {name!r}: expected one of {', '.join(names())}")
    with open(path, encoding="utf-8") as f:
        deck = yaml.safe_load(f)
    books, slides = {}, []
    for entry in deck["slides"]:
        book = entry["notebook"]
        if book not in books:
            books[book] = nbformat.read(os.path.join(notebooks, book + ".ipynb"), 4).cells
        for first in entry["cells"]:
            cells = books[book]
            at = next((i for i, c in enumerate(cells) if c.get("id") == first), None)
            if at is None or kind(cells[at]) != "slide":
                raise Wrong(f"{path}: {book}: expected the id of a cell that begins a slide, got {first!r}")
            slide = [cells[at]]
            for c in cells[at + 1:]:
                if kind(c) in ("slide", "skip"):
                    break
                slide.append(c)
            slides.append((entry["part"], book, slide))
    return deck, slides
