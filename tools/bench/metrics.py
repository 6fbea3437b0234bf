"""Metrics of detection and localisation by scikit-learn with scikit-image, and by adeval."""
import numpy as np
from safetensors.numpy import load_file
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score

LIMIT = 0.3  # false-positive rate up to which AUPRO is taken


def prepare(side, task, folder, threads):
    data = load_file(folder / "data.safetensors")
    classes = [[data[f"{i}.{name}"] for name in ("maps", "masks", "scores")]
               for i in range(task["classes"])]
    pixel = scikit if side == "scikit" else adeval(threads)

    def work():
        """The seven means over the classes, images first."""
        rows = [[*ranking(masks.any(axis=(1, 2)), scores), *pixel(maps, masks)]
                for maps, masks, scores in classes]
        return np.mean(rows, axis=0)

    return work, work()


def ranking(labels, scores):
    """AUROC, AP and the best F1."""
    precision, recall, _ = precision_recall_curve(labels, scores)
    return (roc_auc_score(labels, scores), average_precision_score(labels, scores),
            best_f1(precision, recall))


def best_f1(precision, recall):
    return np.max(2 * precision * recall / (precision + recall + 1e-7))


def scikit(maps, masks):
    """Pixel AUROC, AP, F1max and AUPRO, exactly."""
    return *ranking(masks.ravel(), maps.ravel()), aupro(maps, masks)


def aupro(maps, masks):
    """Per-region overlap over the false-positive rate, every threshold between different scores."""
    from skimage.measure import label

    weights, regions = np.zeros(masks.shape), 0  # each region weighs 1
    for mask, weight in zip(masks, weights):
        labels = label(mask, connectivity=2)
        areas = np.bincount(labels.ravel())
        regions += len(areas) - 1
        inside = labels > 0
        weight[inside] = 1 / areas[labels[inside]]
    scores = maps.ravel()
    order = np.argsort(scores)[::-1]
    scores, weights, normal = scores[order], weights.ravel()[order], masks.ravel()[order] == 0
    last = np.append(scores[1:] != scores[:-1], True)  # of each score's pixels
    overlap = np.append(0, np.cumsum(weights)[last] / regions)
    rate = np.append(0, np.cumsum(normal)[last] / normal.sum())
    n = np.searchsorted(rate, LIMIT, side="right")
    if n < len(rate):
        end = np.interp(LIMIT, rate[n - 1:n + 1], overlap[n - 1:n + 1])
        rate, overlap = np.append(rate[:n], LIMIT), np.append(overlap[:n], end)
    return np.trapezoid(overlap, rate) / LIMIT


def adeval(threads):
    """The same by adeval's accumulator for CPUs, as its readme uses it: 1,000 thresholds."""
    import cv2
    cv2.setNumThreads(threads)
    if not hasattr(np, "trapz"):
        np.trapz = np.trapezoid  # adeval 1.1.0 calls it by the name of older NumPy
    from adeval import EvalAccumulator

    def pixel(maps, masks):
        low, high = float(maps.min()), float(maps.max())
        accumulator = EvalAccumulator(low, high, low, high)
        accumulator.add_anomap_batch(maps, masks)
        with np.errstate(invalid="ignore"):  # of the images' metrics, which are not asked for
            summary = accumulator.summary()
        recall, precision, _ = accumulator._pixel_acc.pr()  # it has no F1 of its own
        return summary["p_auroc"], summary["p_aupr"], best_f1(precision, recall), \
            summary["p_aupro"]

    return pixel
