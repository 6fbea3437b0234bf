#!/usr/bin/env python3
"""Tests the page on which the lab runs in a browser's tab, in Chromium, driven by Playwright. Run it with tools/browser.sh try.

Writes out/browser: try.json with what was measured, a screenshot of each state. The page is made by bin/adlab, the module by
tools/wasm.sh. Times are reported; ADLAB_STRICT=1 asserts the bounds that the page is built for (the first map 4 s after a picture is
dropped, another M 2 s, a threshold 50 ms). With --into FILE the sizes and times become the table between that file's markers.
"""
import base64
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.parse

from playwright.sync_api import sync_playwright

from browserlab import out, root
from browsernumbers import adlab, profile

strict = os.environ.get("ADLAB_STRICT") == "1"
report = {"profile": profile, "strict": strict, "processors": os.cpu_count(), "seconds": {}, "bytes": {}, "goals": {}}
folder = os.path.join(out, "try")
textile = os.path.join(root, ".data", "textile")


def bound(name, seconds, limit):
    report["seconds"][name], report["goals"][name] = round(seconds, 3), limit
    assert not strict or seconds <= limit, f"{name}: expected at most {limit} s, got {seconds:.2f}"


def serve():
    """Makes the page, whose heads train for minutes where they are not in the cache, and serves it at a free port; gives the process
    and the address."""
    subprocess.run(["bash", os.path.join(root, "tools/wasm.sh"), os.path.join(root, "bin/try")], check=True)
    log = open(os.path.join(out, "try.log"), "w+")
    server = subprocess.Popen([os.path.join(root, "bin/adlab"), "try", "--profile", profile, "--out", folder, "--serve", "127.0.0.1:0"], cwd=root, stderr=log)
    end = time.time() + 1800
    while server.poll() is None and time.time() < end:
        log.seek(0)
        found = [line.strip() for line in log if line.startswith("http://")]
        if found:
            return server, found[0]
        time.sleep(0.2)
    server.kill()
    raise AssertionError(f"no page: see {log.name}")


def weigh():
    """What the page weighs, as a static host sends it."""
    files = {os.path.relpath(os.path.join(at, f), folder): os.path.getsize(os.path.join(at, f)) for at, _, names in os.walk(folder) for f in names}
    inlined = files.pop("try/inlined.js")
    report["bytes"] = {"module with the encoder's weights": files["try/try.wasm.gz"]} | {
        f"head {os.path.basename(f).split('.')[0]}": n for f, n in sorted(files.items()) if "/heads/" in f} | {
        "MultiADS's towers": files["try/pair.safetensors.gz"] + files["try/merges.bin"], "its sentences, embedded": files["try/words.texts"],
        "samples": sum(n for f, n in files.items() if "/samples/" in f), "all that is fetched": sum(files.values()), "instead, opened as a file": inlined}
    report["goals"] |= {"module with the encoder's weights": 8e6, "all that is fetched": 30e6}
    assert sum(files.values()) <= 30e6, files


def table():
    """Sizes and times in Markdown."""
    goal = lambda name, unit, scale=1: f"{report['goals'][name] / scale:g} {unit}" if name in report["goals"] else ""
    rows = [(name, f"{n / 1e6:.2f} MB", goal(name, "MB", 1e6)) for name, n in report["bytes"].items()]
    rows += [(name, f"{s:.3g} s", goal(name, "s")) for name, s in report["seconds"].items()]
    load = ", ".join(f"{x:.1f}" for x in report["load"])
    return "".join(["| | measured | goal |\n|---|--:|--:|\n"] + [f"| {' | '.join(row)} |\n" for row in rows] +
        [f"\nChromium {report['browser']} without a window, {report['processors']} processors, profile {report['profile']}; load of the "
         f"machine before and after: {load}.\n"])


def into(path):
    with open(path) as f:
        text = f.read()
    begin, end = "<!-- tab -->\n", "<!-- /tab -->\n"
    head, _, rest = text.partition(begin)
    _, found, tail = rest.partition(end)
    assert found, f"{path}: expected a line {begin.strip()} and one {end.strip()}"
    with open(path, "w") as f:
        f.write(head + begin + table() + end + tail)


def pictures():
    """A picture of the user's own, a JPEG of another kind, and one of the samples."""
    own = next(os.path.join(at, f) for at, _, files in sorted(os.walk(textile)) for f in sorted(files) if f.lower().endswith((".jpg", ".png")))
    sample = os.path.join(folder, "try", "samples", "mono-4.png")
    return own, sample


drop = """([selector, files]) => {
  const data = new DataTransfer();
  for (const { name, content } of files) data.items.add(new File([Uint8Array.from(atob(content), c => c.charCodeAt(0))], name));
  document.querySelector(selector).dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));
}"""


def content(path):
    with open(path, "rb") as f:
        return {"name": os.path.basename(path), "content": base64.b64encode(f.read()).decode()}


def scores(page, n, seconds=240):
    """Waits until n pictures have scores; gives them in their order."""
    page.wait_for_function("n => document.querySelectorAll('#rows tr[data-score]').length === n", arg=n, timeout=1000 * seconds)
    return [float(r.get_attribute("data-score")) for r in page.locator("#rows tr").all()]


def predicted(model, paths, *more):
    said = adlab("predict", model, *paths, "--backend", "go", "--scores-only", "--out", os.path.join(out, "try-predicted"), *more)
    return [image["score"] for image in said["images"]]


def near(shown, wanted, what):
    assert len(shown) == len(wanted) and all(abs(a - b) <= 1e-5 for a, b in zip(shown, wanted)), f"{what}: the page says {shown}, adlab {wanted}"


def shot(page, name):
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=os.path.join(out, f"try-{name}.png"), full_page=True)


def fits(page, what):
    wide, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= window, f"{what}: {wide} pixels wide in a window of {window}"


def named(page):
    """Everything that can be moved or looked at has a name for a screen reader."""
    lacking = page.evaluate("""() => [...document.querySelectorAll('canvas, input, button, select, [role]')].filter(e => e.offsetParent && !(
        e.getAttribute('aria-label') || e.innerText?.trim() || e.labels?.length || e.getAttribute('aria-labelledby') || e.getAttribute('role') === 'status'))
        .map(e => e.outerHTML.slice(0, 100))""")
    assert not lacking, lacking


def accessible(page, what):
    """axe-core, where it is, finds nothing serious."""
    script = os.environ.get("ADLAB_AXE", "")
    if not script:
        print(f"{what}: axe-core is not here: left out")
        return
    if not page.evaluate("'axe' in window"):
        with open(script) as f:
            page.evaluate(f.read() + "; null")
    found = page.evaluate("""async () => (await axe.run()).violations.filter(v => ['serious', 'critical'].includes(v.impact))
        .map(v => [v.id, v.nodes.length, v.nodes[0].html.slice(0, 200), v.nodes[0].failureSummary])""")
    assert not found, f"{what}: {json.dumps(found, indent=1)}"


def ready(page, seconds=240):
    page.wait_for_selector("body[data-state=ready]", timeout=1000 * seconds)


def main():
    os.makedirs(out, exist_ok=True)
    server, address = serve()
    weigh()
    report["load"] = [os.getloadavg()[0]]
    try:
        with sync_playwright() as p:
            browser = p.chromium.launch(executable_path=os.environ["ADLAB_CHROMIUM"], args=["--no-sandbox"])
            report["browser"] = browser.version
            try:
                look(browser, address)
                alone(browser)
            except Exception:
                for context in browser.contexts: # what it looked like
                    for page in context.pages:
                        print(page.locator("#status").inner_text(), file=sys.stderr)
                        shot(page, "failed")
                raise
            browser.close()
    finally:
        server.terminate()
        server.wait()
        report["load"].append(os.getloadavg()[0])
        with open(os.path.join(out, "try.json"), "w") as f:
            json.dump(report, f, indent=1)
            f.write("\n")
    print(json.dumps(report, indent=1))
    if sys.argv[1:2] == ["--into"]:
        into(sys.argv[2])


def look(browser, address):
    context = browser.new_context(viewport={"width": 1024, "height": 768}, locale="en-US")
    page = context.new_page()
    page.set_default_timeout(240_000)
    problems, home = [], urllib.parse.urlsplit(address).netloc
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: problems.append(str(e)))
    context.on("request", lambda r: problems.append(r.url) if r.url.startswith("http") and urllib.parse.urlsplit(r.url).netloc != home else None)
    start = time.time()
    page.goto(address)
    ready(page)
    report["seconds"]["open"] = round(time.time() - start, 1)
    page.wait_for_selector("body[data-whole=true]")
    report["seconds"]["whole"] = round(time.time() - start, 1)
    shot(page, "ready")
    context.set_offline(True) # the network is gone from here on

    own, sample = pictures()
    heads = [os.path.join(folder, "try", "heads", f"mono-{m}.safetensors") for m in (6, 2)]
    page.evaluate(drop, ["#drop", [content(own), content(sample)]])
    shown = scores(page, 2)
    ready(page)
    near(shown, predicted(heads[0], [own, sample]), "two dropped pictures")
    bound("first map", float(page.locator("#seconds").get_attribute("data-first")), 4)
    page.locator("#rows button").nth(1).click()
    page.wait_for_function("name => document.querySelector('#name').textContent === name", arg=os.path.basename(sample))
    assert page.locator("#views figure").count() == 1 + 6 + 1 + 2, "tokens, six prototypes, distance, error of two groups"
    named(page)
    accessible(page, "1024 x 768")
    fits(page, "1024 x 768")
    shot(page, "looked")

    start = time.time()
    page.locator("input[name=m][value=mono-6]").focus()
    page.keyboard.press("ArrowRight") # M = 2, by the keyboard
    page.wait_for_selector("#result[data-head=mono-2]")
    bound("another M", time.time() - start, 2)
    near(scores(page, 2), predicted(heads[1], [own, sample]), "M = 2")
    ready(page)
    assert page.locator("#views figure").count() == 1 + 2 + 1 + 2

    before = page.locator("#verdict").inner_text(), float(page.locator("#outline").get_attribute("data-share"))
    times = page.evaluate("""() => ['threshold', 'pixel'].flatMap(id => [...Array(20).keys()].map(i => {
        const slider = document.getElementById(id), start = performance.now();
        slider.value = 5 * i;
        slider.dispatchEvent(new Event('input'));
        return performance.now() - start;
    }))""")
    bound("a threshold", max(times) / 1000, 0.05)
    assert page.locator("#verdict").inner_text() == "NG" and float(page.locator("#outline").get_attribute("data-share")) > before[1]
    assert "no promise" in page.locator("#promise").inner_text()
    page.locator("#threshold").focus()
    page.keyboard.press("End")
    assert page.locator("#verdict").inner_text() == "OK"
    page.locator("#reset").click()
    assert page.locator("#verdict").inner_text() == before[0]

    page.locator("h1").click()
    page.keyboard.press("l")
    assert page.locator("html").get_attribute("lang") == "ko" and "점수" in page.locator("body").inner_text()
    accessible(page, "Korean")
    shot(page, "korean")
    page.keyboard.press("l")
    page.keyboard.press("k")
    page.wait_for_function("name => document.querySelector('#name').textContent === name", arg=os.path.basename(own))

    # cancelled while it is looked at, then looked at all the same
    page.evaluate("async () => { document.querySelector('#samples button').click(); await new Promise(r => setTimeout(r, 50)); document.querySelector('#cancel').click(); }")
    ready(page)
    assert "Cancelled" in page.locator("#status").inner_text()
    page.locator("#rows button").nth(2).click()
    near(scores(page, 3)[2:], predicted(heads[1], [os.path.join(folder, "try", "samples", "mono-1.png")]), "after cancelling")
    ready(page)

    words(page)
    learn(page)
    for name, size in {"phone": (390, 844), "wide": (1280, 900)}.items():
        page.set_viewport_size({"width": size[0], "height": size[1]})
        fits(page, name)
        accessible(page, name)
        shot(page, name)
    page.emulate_media(color_scheme="dark")
    accessible(page, "dark")
    shot(page, "dark")
    page.emulate_media(color_scheme="light", media="print")
    page.pdf(path=os.path.join(out, "try-print.pdf"))
    shot(page, "print")
    assert not problems, problems
    context.close()


def choose(page, name, value):
    page.locator("label.choice", has=page.locator(f"input[name={name}][value={value}]")).click()


def tick(page, which):
    """Ticks the types of which an expression on box holds, and asks."""
    page.evaluate(f"() => {{ for (const box of document.querySelectorAll('#types input')) box.checked = {which}; }}")
    page.locator("#ask").click()


def words(page):
    """MultiADS in the tab: the types that are suggested, all that it knows, as adlab predict asks them, and one of the user's."""
    model = os.path.join(folder, "try", "heads", "words.safetensors")
    own, sample = pictures()
    looked = [own, sample, os.path.join(folder, "try", "samples", "mono-1.png")]
    start = time.time()
    choose(page, "set", "words")
    page.wait_for_selector("#result[data-head=words]")
    report["seconds"]["first map in words"] = round(time.time() - start, 1)
    ready(page)
    assert "solar cell" == page.locator("#product").input_value()
    tick(page, "true")
    near(scores(page, 3), predicted(model, looked, "--category", "solar cell"), "MultiADS")
    ready(page)
    assert "All types together: " + page.locator("#verdict").inner_text() in page.locator("#says").inner_text()
    assert page.locator("#high").inner_text() == "4" and "4 depths" in page.locator("#scale").inner_text()
    assert page.locator("#types-title").is_visible()
    bound("all types, their texts shipped", float(page.locator("#seconds").get_attribute("data-words")), 2)
    page.locator("#typed").fill("dark cell: a dark [cls]; dead area\nshadow")
    tick(page, "box.value === 'crack'")
    ready(page)
    report["seconds"]["three typed phrases"] = float(page.locator("#seconds").get_attribute("data-words"))
    captions = page.locator("#views figcaption").all_inner_texts()
    assert {c.rsplit(" ", 1)[0] for c in captions[:3]} == {"crack", "dark cell", "shadow"}, captions
    named(page)
    accessible(page, "in words")
    fits(page, "in words")
    shot(page, "words")
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator("#language").click()
    assert "모든 유형을 합하면" in page.locator("#says").inner_text() and "4개 깊이" in page.locator("#scale").inner_text()
    fits(page, "in words, Korean, on a phone")
    shot(page, "words-phone")
    page.locator("#language").click()
    page.set_viewport_size({"width": 1024, "height": 768})
    page.locator("#types input[value=scratch]").focus()
    page.keyboard.press("Space")
    page.locator("#typed").fill("긁힘")
    page.locator("#ask").click()
    ready(page)
    captions = page.locator("#views figcaption").all_inner_texts()
    assert {c.rsplit(" ", 1)[0] for c in captions[:3]} == {"crack", "scratch", "긁힘"}, captions
    assert "no letters for 긁힘" in page.locator("#says").inner_text()
    page.locator("#typed").fill(": dead area")
    page.locator("#ask").click()
    assert "expected a name" in page.locator("#status").inner_text()
    page.locator("#typed").fill("")
    tick(page, "false")
    assert "at least one type" in page.locator("#status").inner_text()


def alone(browser):
    """The page opened as a file, which a browser gives no other files but scripts, says the same."""
    context = browser.new_context(viewport={"width": 1024, "height": 768}, locale="en-US", offline=True)
    page = context.new_page()
    page.set_default_timeout(240_000)
    problems = []
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: problems.append(str(e)))
    start = time.time()
    page.goto("file://" + os.path.join(folder, "try.html"))
    ready(page)
    page.wait_for_selector("body[data-whole=true]")
    report["seconds"]["whole, as a file"] = round(time.time() - start, 1)
    own, sample = pictures()
    page.locator("#samples button").nth(3).click()
    ready(page)
    page.set_input_files("#files", [own])
    near(scores(page, 2), predicted(os.path.join(folder, "try", "heads", "mono-6.safetensors"), [sample, own]), "as a file")
    shot(page, "file")

    choose(page, "set", "bottle")
    choose(page, "set", "words")
    page.wait_for_selector("#result[data-head=words]")
    ready(page)
    assert page.locator("#product").input_value() == "bottle"
    page.locator("#samples button").nth(3).click()
    scores(page, 3)
    ready(page)
    page.locator("#rows button").nth(2).click()
    page.wait_for_function("() => document.querySelector('#name').textContent.startsWith('bottle')")
    assert "broken" in page.locator("#views").inner_text()
    tick(page, "true")
    looked = [sample, own, os.path.join(folder, "try", "samples", "bottle-4.png")]
    near(scores(page, 3), predicted(os.path.join(folder, "try", "heads", "words.safetensors"), looked, "--category", "bottle"), "bottles in words, as a file")
    ready(page)
    shot(page, "file-words")
    assert not problems, problems
    context.close()


def learn(page):
    """Ten good pictures of the user's are learned from in the tab, as adlab fit learns from them."""
    good = os.path.join(out, "try-good")
    shutil.rmtree(good, ignore_errors=True)
    os.makedirs(good)
    nominal = os.path.join(textile, "nominal")
    some = [os.path.join(at, f) for at, _, files in sorted(os.walk(nominal)) for f in sorted(files) if f.lower().endswith((".jpg", ".png"))][:10]
    for i, path in enumerate(some):
        shutil.copy(path, os.path.join(good, f"{i:04d}{os.path.splitext(path)[1].lower()}"))
    model = os.path.join(out, "try-own.model")
    wanted = adlab("fit", good, "--detector", "knn", "--far", "0.1", "--backend", "go", "--out", model)["threshold"]["value"]
    page.set_input_files("#good", [os.path.join(good, f) for f in sorted(os.listdir(good))])
    start = time.time()
    page.locator("#fit").click()
    page.wait_for_selector("#fitted[data-threshold]")
    report["seconds"]["learn from ten"] = round(time.time() - start, 1)
    near([float(page.locator("#fitted").get_attribute("data-threshold"))], [wanted], "threshold")
    ready(page)
    page.wait_for_selector("#result[data-head=own]")
    shown = scores(page, 3)
    near(shown[:1], predicted(model, [pictures()[0]]), "kNN")
    with page.expect_download() as saved:
        page.locator("#download").click()
    saved.value.save_as(os.path.join(out, "try-saved.model"))
    near(shown[:1], predicted(os.path.join(out, "try-saved.model"), [pictures()[0]]), "the saved model")
    shot(page, "own")


if __name__ == "__main__":
    sys.exit(main())
