#!/usr/bin/env python3
"""One side of a side-by-side benchmark: does the task in a folder once for every line "run".

usage: peer.py SIDE DIR    SIDE: eager, compile, onnxruntime, openvino, scikit or adeval

DIR is what pkg/bench writes: task.json, data.safetensors, encoder.safetensors, picture.png. Speaks
JSON, one object a line: first {"version", "threads", "answer"}, when everything is loaded, compiled
and has run once; then {"seconds"} for each "run".
"""
import json
import os
import sys
import time
from importlib.metadata import version
from pathlib import Path

THREADS = len(os.sched_getaffinity(0))
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = str(THREADS)  # read when the libraries are loaded

PACKAGES = {"eager": ["torch"], "compile": ["torch"], "onnxruntime": ["onnxruntime"],
            "openvino": ["openvino"], "scikit": ["scikit-learn", "scikit-image"],
            "adeval": ["adeval"]}
SIDES = {"metrics": ["scikit", "adeval"], "step": ["eager", "compile"],
         "forward": ["eager", "compile", "onnxruntime", "openvino"],
         "look": ["eager", "compile", "onnxruntime", "openvino"]}


def prepare(side, task, folder):
    """Gives the work, a function without arguments, and the answer of its first time."""
    kind = task["kind"]
    if side not in SIDES.get(kind, []):
        raise SystemExit(f"{kind}: expected one of {SIDES.get(kind)}, got {side}")
    if kind == "metrics":
        import metrics
        return metrics.prepare(side, task, folder, THREADS)
    if kind == "step":
        import steps
        return steps.prepare(side, task, folder, THREADS)
    import looks
    return looks.prepare(side, task, folder, THREADS)


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in PACKAGES:
        raise SystemExit(__doc__)
    side, folder = sys.argv[1], Path(sys.argv[2])
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print goes to stderr

    def say(**values):
        print(json.dumps(values), file=answers, flush=True)

    work, answer = prepare(side, json.loads((folder / "task.json").read_text()), folder)
    say(version=", ".join(f"{p} {version(p)}" for p in PACKAGES[side]), threads=THREADS,
        answer=[float(x) for x in answer])
    for line in sys.stdin:
        if line.strip() != "run":
            raise SystemExit(f'expected "run", got {line!r}')
        start = time.perf_counter()
        work()
        say(seconds=time.perf_counter() - start)


if __name__ == "__main__":
    main()
