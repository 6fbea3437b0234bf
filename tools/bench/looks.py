"""What is done with a trained model: an encoder's forward pass, a look at a picture."""
import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file

import networks
from engines import engine

TOP = 0.01  # share of the map's pixels whose mean is INP-Former's score


def prepare(side, task, folder, threads):
    tensors = load_file(folder / "data.safetensors")
    with torch.no_grad():
        do = forward if task["kind"] == "forward" else look
        return do(side, task, tensors, folder, threads)


def forward(side, task, tensors, folder, threads):
    images = tensors["images"].numpy()
    run = engine(side, networks.encoder(task["encoder"], folder), images.shape, folder, threads)
    images = run.prepare(images)
    levels = run(images)
    answer = [x for level in levels for x in (
        level.mean(dtype=np.float64), np.abs(level).mean(dtype=np.float64), level[0, 0, 0],
        level[-1, -1, -1])]
    return lambda: run(images), answer


def look(side, task, tensors, folder, threads):
    crop = task["crop"]
    if task["method"] == "inp-former":
        encoder = networks.GroupMeans(networks.encoder(task["encoder"], folder), task["groups"])
        head = networks.load(networks.INPFormer(task["width"], **task["head"]), tensors, "head.")
        module = networks.INPFormerLook(encoder, head, task["grid"], crop, task["side"])
        resample = Image.Resampling.BILINEAR
    else:
        encoder = networks.encoder(task["encoder"], folder, embedding=True)
        head = networks.MultiADS(task["taps"], task["width"], task["embed"], task["side"])
        module = networks.MultiADSLook(encoder, networks.load(head, tensors, "head."),
                                       tensors["text"])
        resample = Image.Resampling.BICUBIC
    run = engine(side, module.eval(), (1, crop, crop, 3), folder, threads)
    mean, std = (np.array(task[name], np.float32) for name in ("mean", "std"))

    def work():
        picture = Image.open(folder / "picture.png").convert("RGB")
        pixels = normalised(picture, resample, task["resize"], crop, mean, std)
        if task["method"] == "inp-former":
            maps, = run(run.prepare(pixels))
            score = top_mean(maps[0])
        else:
            maps, text = run(run.prepare(pixels))
            score = (min(maps[0].max() / task["taps"], 1) + text[0]) / 2
        return score, maps[0]

    score, anomaly = work()
    return work, [score, anomaly.mean(dtype=np.float64), anomaly.max()]


def normalised(picture, resample, resize, crop, mean, std):
    """[1, crop, crop, 3]."""
    edge = round((resize - crop) / 2)
    picture = picture.resize((resize, resize), resample)
    if crop != resize:
        picture = picture.crop((edge, edge, edge + crop, edge + crop))
    return ((np.asarray(picture, np.float32) / 255 - mean) / std)[None]


def top_mean(anomaly):
    k = max(1, int(TOP * anomaly.size))
    return np.partition(anomaly.ravel(), -k)[-k:].mean()
