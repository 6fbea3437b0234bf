"""Walks a talk's decks in the browser, without a network, at both sizes and in both languages, for browser.py."""
import os
import re
import shutil
import subprocess
import time

from browserlab import out, root

sizes = ((1920, 1080), (1024, 768))
folder = os.path.join(root, "out", "slides")
now = ".slides > section.present > section.present .live"  # the live part of the slide that is shown

# What is wrong with the slide that is shown: an empty list where nothing is.
wrong = """() => {
  const frame = Reveal.getCurrentSlide().querySelector(':scope > .frame'), body = frame.querySelector('.body'), said = [];
  const shown = e => { const r = e.getBoundingClientRect(); return r.width > 0 && r.height > 0 && getComputedStyle(e).visibility !== 'hidden' };
  const edge = frame.getBoundingClientRect();
  if (edge.left < -1 || edge.top < -1 || edge.right > innerWidth + 1 || edge.bottom > innerHeight + 1) said.push('the slide is larger than the screen');
  for (const e of frame.querySelectorAll('*')) {
    if (!shown(e) || e.closest('iframe')) continue;
    const r = e.getBoundingClientRect();
    if (r.left < edge.left - 1 || r.top < edge.top - 1 || r.right > edge.right + 1 || r.bottom > edge.bottom + 1) said.push(`${e.tagName}.${e.className} leaves the slide: ${e.textContent.slice(0, 40)}`);
  }
  for (const e of [body, ...body.querySelectorAll('.made, pre, .prose, figcaption')]) {
    if (shown(e) && (e.scrollHeight > e.clientHeight + 2 || e.scrollWidth > e.clientWidth + 2)) said.push(`${e.tagName}.${e.className} is cut: ${e.scrollWidth} × ${e.scrollHeight} in ${e.clientWidth} × ${e.clientHeight}`);
  }
  const images = [...frame.querySelectorAll('img')].filter(shown);
  for (const i of images) {
    if (!i.complete || !i.naturalWidth) said.push('a picture is missing: ' + i.src);
    if (!i.alt) said.push('a picture without words: ' + i.src);
    if (i.getBoundingClientRect().height < 0.15 * innerHeight) said.push('a picture is too small: ' + i.src);
  }
  const holds = images.length || [...body.querySelectorAll('table, pre:not(.code), .prose')].some(shown);
  if (!holds && !frame.matches('.first')) said.push('the slide is empty');
  const scale = edge.width / frame.offsetWidth;
  for (const e of body.querySelectorAll('td, th, pre:not(.code), li')) {
    if (shown(e) && parseFloat(getComputedStyle(e).fontSize) * scale < 9.5) { said.push(`letters of ${(parseFloat(getComputedStyle(e).fontSize) * scale).toFixed(1)} pixels`); break; }
  }
  if (!Reveal.getCurrentSlide().querySelector('aside.notes')?.textContent.trim()) said.push('no notes');
  return said;
}"""


def made():
    """Makes the decks; False where reveal.js cannot be brought."""
    if not os.path.exists(os.path.join(root, ".reveal")) and not shutil.which("npm"):
        print("     reveal.js is not here, nor npm to bring it: left out")
        return False
    run = subprocess.run(["bash", os.path.join(root, "tools", "slides.sh")], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-800:]
    return True


def walked(browser):
    """Walks every slide of each deck, and says how many there are."""
    if not made():
        return {}
    shots = os.path.join(out, "slides")
    os.makedirs(shots, exist_ok=True)
    counts, faults = {}, []
    for page in sorted(f for f in os.listdir(folder) if f.endswith(".html") and f != "playground.html"):
        deck = page[:-len(".html")]
        for width, height in sizes:
            for lang in ("en", "ko"):
                here = f"{deck}-{width}-{lang}"
                found = []
                context = browser.new_context(viewport={"width": width, "height": height}, offline=True)
                tab = context.new_page()
                tab.on("console", lambda m: found.append(m.text) if m.type == "error" else None)
                tab.on("pageerror", lambda e: found.append(str(e)))
                tab.on("request", lambda r: found.append("asks for " + r.url) if not r.url.startswith(("file:", "data:", "about:")) else None)
                tab.on("requestfailed", lambda r: found.append("misses " + r.url))
                tab.goto(f"file://{folder}/{page}?lang={lang}")
                tab.wait_for_selector("html[data-ready=yes]")
                number = 0
                while True:
                    number += 1
                    tab.wait_for_function("[...Reveal.getCurrentSlide().querySelectorAll('img')].every(i => i.complete)")
                    tab.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
                    found += tab.evaluate(wrong)
                    tab.screenshot(path=os.path.join(shots, f"{here}-{number:02d}.png"))
                    if tab.evaluate("Reveal.getCurrentSlide().querySelector('.live') !== null"):
                        found += moved(tab, os.path.join(shots, f"{here}-{number:02d}-moving.png"))
                    faults += [f"{here} {number}: {f}" for f in found]
                    found.clear()
                    if tab.evaluate("Reveal.isLastSlide()"):
                        break
                    tab.keyboard.press("Space")
                assert tab.evaluate("document.querySelectorAll('.frame').length") == number, "Space does not come by every slide"
                if (width, lang) == (1920, "en"):
                    counts[deck] = number
                    switches(tab)
                    speaker(context, tab)
                context.close()
        pdf = os.path.join(folder, deck + ".pdf")
        with open(pdf, "rb") as f:
            pages = len(re.findall(rb"/Type\s*/Page\b", f.read()))
        assert pages == counts[deck], f"{pdf}: {pages} pages of {counts[deck]} slides"
    assert not faults, f"{len(faults)} faults, the first of them: " + "\n".join(faults[:12])
    return counts


def moved(tab, shot):
    """A live slide without a kernel: M shows the page that moves, a move changes its picture, Esc brings the stored picture back."""
    found = []
    tab.keyboard.press("m")
    tab.wait_for_selector(now + "[data-shows=page] iframe.still-page", state="visible")
    name = tab.evaluate("Reveal.getCurrentSlide().querySelector('.live iframe.still-page').src.split('#')[1]")
    frame = next(f for f in tab.frames if f.url.endswith("playground.html#" + name))
    still = frame.locator(f"#{name}")
    picture = still.locator("img")
    frame.wait_for_function("i => i.complete && i.naturalWidth > 0", arg=picture.element_handle())
    before = picture.get_attribute("src")
    if still.locator("input[type=range]").count():
        still.locator("input[type=range]").press("ArrowLeft")
    else:
        still.locator(".choices button[aria-pressed=false]").first.press("Enter")
    if picture.get_attribute("src") == before:
        found.append("a move does not change the picture")
    frame.wait_for_function("i => i.complete && i.naturalWidth > 0", arg=picture.element_handle())
    if frame.evaluate("document.scrollingElement.scrollHeight > innerHeight + 2"):
        found.append(f"the page that moves has to be scrolled: {frame.evaluate('[document.scrollingElement.scrollHeight, innerHeight]')}")
    tab.screenshot(path=shot)
    tab.keyboard.press("Escape")
    tab.wait_for_selector(now + ":not(.moving) figure img", state="visible")
    return found


def switches(tab):
    """E turns the languages round, C shows the code."""
    tab.keyboard.press("Home")
    first = tab.evaluate("document.documentElement.dataset.first")
    tab.keyboard.press("e")
    assert tab.evaluate("document.documentElement.dataset.first") != first
    tab.keyboard.press("e")
    tab.keyboard.press("Space")
    tab.keyboard.press("c")
    assert tab.locator("section.present pre.code:visible").count() > 0, "C shows no code"
    tab.keyboard.press("c")


def speaker(context, tab):
    """S opens the speaker's view: notes, clock, next slide."""
    with context.expect_page() as opened:
        tab.keyboard.press("s")
    view = opened.value
    view.wait_for_selector(".speaker-controls-notes .value :text-matches('.+')", timeout=20_000)
    assert re.match(r"\d+:\d+", view.locator(".clock-value").inner_text()), view.locator(".clock-value").inner_text()
    assert view.locator("#upcoming-slide iframe").count() == 1
    view.screenshot(path=os.path.join(out, "slides", "speaker-view.png"))
    view.close()


def kernel_killed(browser):
    """A deck served by adlab talk: M makes the slide live, a move changes its picture; the process is killed, and the slide goes on."""
    if not os.path.exists(os.path.join(folder, "short.html")) and not made():
        return {}
    os.makedirs(os.path.join(out, "slides"), exist_ok=True)
    command = [os.path.join(root, "bin", "adlab"), "talk", "--profile", os.environ.get("ADLAB_PROFILE") or "tiny"]
    server = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True)
    try:
        address = next(line for line in server.stdout if line.strip().endswith("short.html")).strip()
        tab = browser.new_page(viewport={"width": 1920, "height": 1080})
        tab.goto(address)
        tab.wait_for_selector("html[data-ready=yes]")
        while not tab.evaluate("Reveal.getCurrentSlide().querySelector('.live') !== null"):
            tab.keyboard.press("Space")
        started = time.time()
        tab.keyboard.press("m")
        assert tab.locator(now + " figure img").is_visible(), "the slide is empty while the cell opens"
        tab.wait_for_selector(now + "[data-shows=cell] iframe.cell", state="visible", timeout=300_000)
        seconds = round(time.time() - started, 1)
        cell = next(f for f in tab.frames if "/live/" in f.url)
        cell.wait_for_selector('.adlab-live[data-state="live"] img.adlab-picture')
        tab.screenshot(path=os.path.join(out, "slides", "live.png"))
        before = cell.evaluate("document.querySelector('img.adlab-picture').src")
        cell.locator('[data-control="threshold"]').press("Home")
        cell.wait_for_function("before => document.querySelector('img.adlab-picture').src !== before", arg=before)
        server.kill()
        server.wait()
        tab.wait_for_selector(now + "[data-shows=page] iframe.still-page", state="visible", timeout=10_000)
        page = next(f for f in tab.frames if "playground.html" in f.url)
        picture = page.locator(".still:target img")
        page.wait_for_function("i => i.complete && i.naturalWidth > 0", arg=picture.element_handle())
        before = picture.get_attribute("src")
        page.locator(".still:target input[type=range]").press("ArrowLeft")
        assert picture.get_attribute("src") != before, "the page without a kernel does not move"
        tab.screenshot(path=os.path.join(out, "slides", "killed.png"))
        tab.keyboard.press("Escape")
        tab.wait_for_selector(now + "[data-shows=picture] figure img", state="visible")
        tab.keyboard.press("Space")
        assert tab.evaluate("Reveal.getCurrentSlide().querySelector('.live') === null"), "the talk does not go on"
        tab.close()
        return {"live_after_s": seconds}
    finally:
        if server.poll() is None:
            server.kill()
            server.wait()
