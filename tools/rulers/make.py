"""Writes testdata/rulers: maps and masks, and what the peers' own programs say of them.

    python -m venv A && A/bin/pip install -r tools/rulers/requirements.txt
    for v in 2.2.0 2.6.2; do A/bin/pip install --no-deps --target OLD/$v anomalib==$v; done
    A/bin/python tools/rulers/make.py --old OLD

The tests read what it wrote; they do not run it. What no package on PyPI has (ADer's evaluation,
MVTec's of AD 2 and LOCO) is written down here from its published description, by every threshold,
and says so.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys

import numpy as np
from safetensors.numpy import load_file, save_file

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "testdata" / "rulers"
SIDE, W, H = 72, 100, 90  # of the maps; of the pictures
NORMAL, ANOMALOUS = 8, 6
LEVELS = 64  # of the tied maps


def inputs():
    """Maps [N, SIDE, SIDE] in 0..1, soft masks [ANOMALOUS, H, W], and defects that overlap."""
    from scipy.ndimage import gaussian_filter, zoom

    rng = np.random.default_rng(29)
    maps, masks, defects, of = [], [], [], []
    y, x = np.mgrid[:H, :W]
    for i in range(NORMAL + ANOMALOUS):
        m = gaussian_filter(rng.normal(size=(SIDE, SIDE)), 2.5)
        m = 0.25 + 0.08 * m / m.std()
        if i >= NORMAL:
            grade = np.zeros((H, W))
            for _ in range(1 + i % 3):
                cy, cx, r = rng.integers(15, H - 15), rng.integers(15, W - 15), rng.uniform(4, 11)
                far = np.hypot(y - cy, (x - cx) * rng.uniform(0.6, 1))
                grade = np.maximum(grade, np.clip(r - far + 0.5, 0, 1))
                box = np.zeros((H, W), np.uint8)
                box[cy - 5:cy + 6, cx - 9:cx + 4] = 255
                defects.append(box)
                of.append(i)
            masks.append(np.round(255 * grade).astype(np.uint8))
            strength, small = rng.uniform(0.15, 0.9), zoom(grade, (SIDE / H, SIDE / W), order=1)
            m += strength * gaussian_filter(small, 2)
        maps.append(m)
    maps = np.stack(maps)
    maps = 0.02 + 0.95 * (maps - maps.min()) / np.ptp(maps)
    for k, i in enumerate(of):  # the union of the defects is the mask there
        masks[i - NORMAL] = np.maximum(masks[i - NORMAL], defects[k])
    return {"maps": maps.astype(np.float32), "masks": np.stack(masks),
            "defects": np.stack(defects)}, of


def tied(maps):
    return (np.round(maps * np.float32(LEVELS)) / np.float32(LEVELS)).astype(np.float32)


def masks_at(masks, w, h, over=127, first=False):
    """Pillow's bilinear resize, then the threshold; or the threshold, then the nearest pixel."""
    from PIL import Image

    out = np.zeros((NORMAL + ANOMALOUS, h, w), np.uint8)
    for i, m in enumerate(masks):
        if first:
            m = m[np.arange(h) * m.shape[0] // h][:, np.arange(w) * m.shape[1] // w]
        elif m.shape != (h, w):
            m = np.asarray(Image.fromarray(m).resize((w, h), Image.BILINEAR))
        out[NORMAL + i] = m > over
    return out


def maps_at(maps, w, h, mode):
    """PyTorch's, in float64 and rounded: in float32 the processor decides which scores tie."""
    import torch

    extra = {"align_corners": False} if mode == "bilinear" else {}
    planes = torch.from_numpy(maps).double()[:, None]
    return torch.nn.functional.interpolate(planes, (h, w), mode=mode, **extra)[:, 0].float().numpy()


def ranked(labels, scores):
    from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score

    precision, recall, _ = precision_recall_curve(labels, scores)
    return (roc_auc_score(labels, scores), average_precision_score(labels, scores),
            np.max(2 * precision * recall / (precision + recall + 1e-7)))


def image(maps, score=None):
    labels = np.r_[np.zeros(NORMAL), np.ones(ANOMALOUS)]
    flat = maps.reshape(len(maps), -1)
    scores = flat.max(1) if score is None else score(flat)
    return dict(zip(("I-AUROC", "I-AP", "I-F1max"), ranked(labels, scores)))


def regions(masks):
    """One mask for each region, with its picture; scikit-image, 8-connected."""
    from skimage.measure import label

    for i, m in enumerate(masks):
        parts = label(m, connectivity=2)
        for k in range(1, parts.max() + 1):
            yield i, parts == k


def area(x, y, limit):
    n = np.searchsorted(x, limit, side="right")
    if n < len(x):
        y = np.append(y[:n], np.interp(limit, x[n - 1:n + 1], y[n - 1:n + 1]))
        x = np.append(x[:n], limit)
    return np.trapezoid(y, x) / limit


def overlap(maps, defects, masks, limit):
    """Area under (saturated) overlap by every threshold; defects: picture, mask, saturation."""
    thresholds = np.unique(maps)[::-1]
    normal = np.sort(maps[masks == 0])
    rate = 1 - np.searchsorted(normal, thresholds) / len(normal)
    y = np.zeros(len(thresholds))
    for i, d, saturation in defects:
        inside = np.sort(maps[i][d])
        y += np.minimum((len(inside) - np.searchsorted(inside, thresholds)) / saturation, 1)
    return area(np.r_[0, rate], np.r_[0, y / len(defects)], limit)


def whole(masks):
    return [(i, d, d.sum()) for i, d in regions(masks)]


def exact(maps, masks, limit=0.3, **images):
    auroc, ap, f1 = ranked(masks.ravel(), maps.ravel())
    return {**image(maps, **images), "P-AUROC": auroc, "P-AP": ap, "P-F1max": f1,
            "AUPRO": overlap(maps, whole(masks), masks, limit)}


def adeval(maps, masks, n):
    if not hasattr(np, "trapz"):
        np.trapz = np.trapezoid  # adeval 1.1.0 calls it by the name of older NumPy
    from adeval import EvalAccumulator

    low, high = float(maps.min()), float(maps.max())
    a = EvalAccumulator(low, high, low, high, nstrips=n)
    a.add_anomap_batch(maps, masks)
    with np.errstate(invalid="ignore"):
        s = a.summary()
    return {**image(maps), "P-AUROC": s["p_auroc"], "P-AP": s["p_aupr"], "AUPRO": s["p_aupro"],
            "P-F1max": ranked(masks.ravel(), maps.ravel())[2]}


def adeval_gpu(maps, masks, n):
    """adeval's accumulator for a GPU, on the CPU, with the bins of PyTorch on a GPU."""
    from unittest.mock import patch

    import torch

    if not hasattr(np, "trapz"):
        np.trapz = np.trapezoid
    from adeval import EvalAccumulatorCuda

    zeros, low, high = torch.zeros, float(maps.min()), float(maps.max())

    def histc(x, bins, min, max, out):  # in float32
        at = (x - np.float32(min)) * bins / (np.float32(max) - np.float32(min))
        at = at.int().clamp(max=bins - 1)
        out += torch.bincount(at, minlength=bins)

    on_cpu = patch.object(torch, "zeros", lambda *a, device=None, **k: zeros(*a, **k))
    with on_cpu, patch.object(torch, "histc", histc):
        a = EvalAccumulatorCuda(low, high, low, high, skip_pixel_aupro=False, nstrips=n)
        a.add_anomap_batch(torch.from_numpy(maps), torch.from_numpy(masks))
        with np.errstate(invalid="ignore"):
            s = a.summary()
    return {"P-AUROC": s["p_auroc"], "P-AP": s["p_aupr"], "AUPRO": s["p_aupro"]}


def twentieths(maps, masks):
    """ADer's mF1_max_px."""
    scaled = (maps - maps.min()) / (maps.max() - maps.min())
    best = 0
    for t in np.arange(0, 1 + 1e-3, 0.05):
        found = scaled > t
        tp = np.logical_and(found, masks).sum()
        precision, recall = tp / (found.sum() + 1e-8), tp / (masks.sum() + 1e-8)
        best = max(best, 2 * precision * recall / (precision + recall + 1e-8))
    return best


def ader(maps, masks):
    """ADer's benchmark, of its description: adeval with 50 bins, F1 at 21 thresholds."""
    return {**image(maps), **adeval_gpu(maps, masks, 50), "P-F1max": twentieths(maps, masks)}


def ader_100(maps, masks):
    """ADer without adeval, of its description: thresholds by numpy's arange, stretched rates."""
    import torch

    out = exact(maps, masks)
    planes = torch.from_numpy(maps).double()[:, None]
    out.update(image(torch.nn.functional.avg_pool2d(planes, 16, stride=1).numpy()))
    out["P-F1max"] = twentieths(maps, masks)
    low, high = maps.min(), maps.max()
    rates, overlaps = [], []
    for t in np.arange(low, high, (high - low) / 100):
        found = maps > t
        rates.append(found[masks == 0].mean())
        overlaps.append(np.mean([found[i][d].mean() for i, d in regions(masks)]))
    rates, overlaps = np.array(rates), np.array(overlaps)
    overlaps, rates = overlaps[rates < 0.3][::-1], rates[rates < 0.3][::-1]
    out["AUPRO"] = np.trapezoid(overlaps, (rates - rates[0]) / (rates[-1] - rates[0]))
    return out


def seg_f1(maps, masks):
    """MVTec AD 2: one threshold from normal maps, F1 of all pixels."""
    normal = maps[:NORMAL].astype(np.float64)
    found = maps > normal.mean() + 3 * normal.std()
    tp = np.logical_and(found, masks).sum()
    return 2 * tp / (found.sum() + masks.sum())


def convolved(maps, sigma):
    """5 x 5 taps, zeros outside, as a padded convolution."""
    import torch

    x = torch.arange(5, dtype=torch.float64) - 2
    k = torch.exp(-x * x / (2 * sigma * sigma))
    k = (k / k.sum())[:, None] * (k / k.sum())
    planes = torch.from_numpy(maps).double()[:, None]
    out = torch.nn.functional.conv2d(planes, k[None, None], padding=2)
    return out[:, 0].numpy().astype(np.float32)


def all_of(maps, data, of):
    from scipy.ndimage import gaussian_filter

    masks = masks_at(data["masks"], SIDE, SIDE)
    own = masks_at(data["masks"], W, H)
    large = maps_at(maps, W, H, "bilinear")
    k = max(1, int(0.01 * SIDE * SIDE))
    out = {
        "exact": exact(maps, masks), "aupro-5": exact(maps, masks, 0.05), "ader": ader(maps, masks),
        "ader-100": ader_100(maps, masks),
        "mask-any": exact(maps, masks_at(data["masks"], SIDE, SIDE, 0)),
        "mask-128": exact(maps, masks_at(data["masks"], SIDE, SIDE, first=True)),
        "size-256": exact(maps_at(maps, 256, 256, "bilinear"), masks_at(data["masks"], 256, 256)),
        "size-256-nearest": exact(maps_at(maps, 256, 256, "nearest"),
                                  masks_at(data["masks"], 256, 256)),
        "size-own": exact(large, own),
        "size-own-nearest": exact(maps_at(maps, W, H, "nearest"), own),
        "blur-none": exact(maps, masks),
        "blur-1": exact(convolved(maps, 1), masks),
        "blur-4": exact(np.stack([gaussian_filter(m.astype(np.float64), 4) for m in maps])
                        .astype(np.float32), masks),
        "score-max": exact(maps, masks),
        "score-top": exact(maps, masks,
                           score=lambda f: np.sort(f.astype(np.float64), 1)[:, -k:].mean(1)),
        "score-mean": exact(maps, masks, score=lambda f: f.astype(np.float64).mean(1)),
        "seg-f1": {**exact(large, own, 0.05), "SegF1": seg_f1(large, own)},
    }
    for n in (50, 200, 1000):
        out[f"adeval-{n}"] = adeval(maps, masks, n)
    defects = [(i, d > 127, int(0.5 * (d > 127).sum()) if j % 2 else min(30, (d > 127).sum()))
               for j, (i, d) in enumerate(zip(of, data["defects"]))]
    out["s-pro"] = exact(large, own)
    del out["s-pro"]["AUPRO"]
    out["s-pro"]["AU-sPRO"] = overlap(large, defects, own, 0.05)
    return out


def anomalib(maps, masks):
    """anomalib's metrics of maps normalised by its post-processor, which saw the same maps."""
    import importlib

    import torch
    from anomalib.post_processing import PostProcessor

    def metric(kind, module, x, y):
        m = getattr(importlib.import_module("anomalib.metrics." + module), "_" + kind)()
        m.update(x, y)
        return m.compute()

    def scaled(x, y):
        best = metric("F1AdaptiveThreshold", "threshold.f1_adaptive_threshold", x.flatten(),
                      y.flatten())
        return PostProcessor._normalize(x, x.min(), x.max(), best)

    pixels, truth = torch.from_numpy(maps), torch.from_numpy(masks).int()
    scores, labels = pixels.amax((1, 2)), truth.amax((1, 2))
    x, s = scaled(pixels, truth), scaled(scores, labels)
    kinds = (("AUROC", "auroc"), ("AUPR", "aupr"), ("F1Max", "f1_score"))
    names = ("AUROC", "AP", "F1max")
    out = {"I-" + n: metric(*k, s, labels) for n, k in zip(names, kinds)}
    out.update({"P-" + n: metric(*k, x.flatten(), truth.flatten()) for n, k in zip(names, kinds)})
    out["AUPRO"] = metric("AUPRO", "aupro", x, truth)
    return {n: float(v) for n, v in out.items()}


def aupimo(maps, masks):
    import torch
    from anomalib.metrics.pimo.functional import aupimo_scores

    try:
        planes, truth = torch.from_numpy(maps).double(), torch.from_numpy(masks).bool()
        scores = aupimo_scores(planes, truth)[4].numpy()
    except ValueError:  # it refuses maps whose largest values are too often the same
        return None
    return [None if np.isnan(x) else float(x) for x in scores]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--old", help="the folder that has anomalib 2.2.0 and 2.6.2")
    parser.add_argument("--only-anomalib", action="store_true",
                        help="print what this Python's anomalib says")
    args = parser.parse_args()
    if args.only_anomalib:
        data = load_file(FOLDER / "inputs.safetensors")
        print(json.dumps({name: anomalib(maps, data["at_map"]) for name, maps in
                          (("smooth", data["maps"]), ("tied", tied(data["maps"])))}))
        return
    data, of = inputs()
    FOLDER.mkdir(parents=True, exist_ok=True)
    masks = masks_at(data["masks"], SIDE, SIDE)
    save_file({**data, "at_map": masks}, FOLDER / "inputs.safetensors")
    old = {}
    for version in ("2.2.0", "2.6.2"):
        env = {**os.environ, "PYTHONPATH": str(pathlib.Path(args.old) / version)}
        told = subprocess.run([sys.executable, __file__, "--only-anomalib"], check=True,
                              stdout=subprocess.PIPE, env=env, text=True)
        old[version] = json.loads(told.stdout.splitlines()[-1])
    want = {"defects_of": of, "normal": NORMAL, "levels": LEVELS}
    for name, maps in (("smooth", data["maps"]), ("tied", tied(data["maps"]))):
        want[name] = all_of(maps, data, of)
        want[name]["anomalib-2.7"] = anomalib(maps, masks)
        for version in old:
            want[name]["anomalib-" + version[:3]] = old[version][name]
        # at 256 x 256: smaller maps have too few pixels for a rate of 1e-5, and anomalib refuses
        large, at_256 = maps_at(maps, 256, 256, "bilinear"), masks_at(data["masks"], 256, 256)
        each = aupimo(large, at_256)
        want[name]["aupimo"] = exact(large, at_256)
        if each:
            want[name]["aupimo"]["AUPIMO"] = np.mean([x for x in each if x is not None])
        want[name + "_aupimo"] = each
    (FOLDER / "rulers.json").write_text(json.dumps(want, indent=1, default=float) + "\n")


if __name__ == "__main__":
    main()
