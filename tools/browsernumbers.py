"""What the command line says of the setting that a live page shows, for browser.py."""
import json
import os
import shlex
import subprocess

from browserlab import root

profile = os.environ.get("ADLAB_PROFILE", "tiny")

data = os.path.join(root, ".data", f"synth-{profile}")


def adlab(*arguments):
    """The command line's answer; it ends with 2 where a picture is NG."""
    done = subprocess.run([os.path.join(root, "bin/adlab"), *arguments, "--json"], capture_output=True, text=True, cwd=root)
    assert done.returncode in (0, 2), f"adlab {' '.join(arguments)}: {done.stderr[-500:]}"
    return json.loads(done.stdout)


def measured(playground):
    """The flags of the experiment that a playground opens with, for eval and train."""
    found = next(p for p in adlab("list", "--playgrounds", "--profile", profile) if p["name"] == playground)
    program, command, *settings = shlex.split(found["command"])
    assert (program, command) == ("adlab", "eval"), found
    return settings


def a_picture():
    """A file that is not in the first category."""
    folder = os.path.join(data, "mvtec", "wood", "test", "good")
    return os.path.join(folder, sorted(os.listdir(folder))[0])


def sample(page, set):
    """The path of the picture that a page shows."""
    category, image = page.control("category"), page.control("image")
    category = category["options"][int(category["value"])]
    name = image["options"][int(image["value"])].split(": ")[1]
    for folder, _, files in os.walk(os.path.join(data, set, category)):
        for f in files:
            path = os.path.join(folder, f)
            if path.endswith("/" + name) and "ground_truth" not in path and "/train/" not in path:
                return category, path
    raise AssertionError(f"no {name} in {category}")


def same(shown, wanted, name):
    """A number on the page is the command line's, to the digits shown."""
    assert shown == f"{wanted:.4f}", f"{name}: the page says {shown}, adlab {wanted:.6f}"


def predicted(model, path, folder, *more):
    return adlab("predict", "--model", model, path, "--out", os.path.join(folder, "maps"), *more)["images"][0]["score"]
