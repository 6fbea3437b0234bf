"""What the command line says of the setting that a live page shows, for browser.py."""
import json
import os
import subprocess

from browserlab import root

profile = os.environ.get("ADLAB_PROFILE", "tiny")

# The experiments of the playgrounds, as the command line takes them: those of pkg/exhibit/settings.go and lab.TransferExperiment.
data = os.path.join(root, ".data", f"synth-{profile}")
everything = ["--train-limit", "2147483647", "--test-limit", "2147483647"]
inp = ["--profile", profile, "--layout", "mvtec", "--data", f"{data}/mvtec", *everything]
inp += {"smoke": ["--steps", "3", "--batch", "4", "--blocks", "2"], "tiny": ["--steps", "200", "--batch", "8"]}[profile]
mads = ["--detector", "multiads", "--profile", profile, "--layout", "visa", "--data", f"{data}/visa", "--source", f"mvtec={data}/mvtec", "--rate", "0.001"]
mads += {"smoke": [], "tiny": ["--steps", "120"]}[profile]


def adlab(*arguments):
    """The command line's answer."""
    done = subprocess.run([os.path.join(root, "bin/adlab"), *arguments, "--json"], capture_output=True, text=True, cwd=root)
    assert done.returncode == 0, f"adlab {' '.join(arguments)}: {done.stderr[-500:]}"
    return json.loads(done.stdout)


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
