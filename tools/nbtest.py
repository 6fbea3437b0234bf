#!/usr/bin/env python3
"""Runs notebooks headlessly with the gonb kernel and fails on any error.

usage: nbtest.py [--write | --out DIR] [--jobs N] NOTEBOOK...

A cell's metadata may hold "expect": a list of regular expressions that the cell's text output must match. --write stores
the outputs in the notebooks, but for cells tagged not-stored, --out writes executed copies elsewhere. --jobs runs so many at a time; what two of them measure
is measured once.
"""
import argparse, multiprocessing, os, re, sys, time
from concurrent.futures import ProcessPoolExecutor

import nbformat
from nbclient import NotebookClient


def text(cell):
    parts = []
    for o in cell.get("outputs", []):
        if o.output_type == "stream":
            parts.append(o.text)
        elif o.output_type == "error":
            parts.append(o.evalue)
        else:
            parts.append("".join(o.data.get("text/html", o.data.get("text/plain", ""))))
    return "".join(parts)


def run(path, out, write):
    nb = nbformat.read(path, 4)
    nbformat.validate(nb)
    code = [c for c in nb.cells if c.cell_type == "code"]
    started = {}

    def begin(cell, cell_index):
        started[cell_index] = time.time()

    def end(cell, cell_index, **_):
        print(f"  {os.path.basename(path)}: cell {code.index(cell) + 1} of {len(code)}, {time.time() - started[cell_index]:.1f} s", flush=True)

    client = NotebookClient(
        nb, kernel_name="gonb", record_timing=False, interrupt_on_timeout=True,
        timeout=int(os.environ.get("NB_TIMEOUT", "1500")), on_cell_execute=begin, on_cell_executed=end,
        resources={"metadata": {"path": os.path.dirname(os.path.abspath(path))}})
    try:
        client.execute()
    finally:
        if out:
            os.makedirs(out, exist_ok=True)
            nbformat.write(nb, os.path.join(out, os.path.basename(path)))
    for i, cell in enumerate(nb.cells):
        for want in cell.metadata.get("expect", []):
            if not re.search(want, text(cell)):
                raise AssertionError(f"cell {i}: no match for {want!r} in {text(cell)[:300]!r}")
    if write:  # a notebook that failed stays as it was
        for cell in code:
            if "not-stored" in cell.metadata.get("tags", []):
                cell.outputs = []
        nbformat.write(nb, path)


def tried(path, out, write):
    start = time.time()
    try:
        run(path, out, write)
        print(f"ok   {path} {time.time() - start:.1f} s", flush=True)
        return True
    except Exception as e:
        print(f"FAIL {path} {time.time() - start:.1f} s\n{str(e)[-2000:]}", flush=True)
        return False


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--write", action="store_true")
    p.add_argument("--out")
    p.add_argument("--jobs", type=int, default=1)
    p.add_argument("notebooks", nargs="+")
    a = p.parse_args()
    os.environ["LAB_HEADLESS"] = "1"
    with ProcessPoolExecutor(a.jobs, multiprocessing.get_context("spawn")) as pool:
        passed = sum(pool.map(tried, a.notebooks, *([x] * len(a.notebooks) for x in (a.out, a.write))))
    print(f"notebooks: {passed} passed, {len(a.notebooks) - passed} failed")
    return 0 if passed == len(a.notebooks) else 1


if __name__ == "__main__":
    sys.exit(main())
