"""Tests of the gallery's page, opened from its folder: no kernel, no server, no network."""
import json
import os
from contextlib import contextmanager

from browserlab import out, root

payload_bound = 6_000_000  # bytes: the page and all that it loads by itself, scrolled to its end
folder = os.environ.get("ADLAB_GALLERY", os.path.join(root, "figures"))
desktop, phone = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@contextmanager
def opened(t, address="", size=desktop, lang="en-US", dark=False, **more):
    """The page in a browser of its own, which must log no error and ask no network."""
    context = t.browser.new_context(viewport=size, locale=lang, color_scheme="dark" if dark else "light", **more)
    tab, wrong = context.new_page(), []
    tab.loaded = set()
    tab.on("console", lambda m: wrong.append(m.text) if m.type in ("error", "warning") else None)
    tab.on("pageerror", lambda e: wrong.append(str(e)))
    tab.on("requestfailed", lambda r: wrong.append(f"failed: {r.url}"))
    tab.on("request", lambda r: tab.loaded.add(r.url) if r.url.startswith("file:") else wrong.append(r.url) if not r.url.startswith("data:") else None)
    tab.goto(f"file://{folder}/index.html{address}")
    yield tab
    context.close()
    assert not wrong, wrong


def shot(tab, name):
    tab.screenshot(path=os.path.join(out, name + ".png"))


def to_the_end(tab):
    """Scrolls through the page so that all its pictures are loaded."""
    tab.evaluate("""async () => { for (let y = 0; y < document.body.scrollHeight; y += 500) { scrollTo(0, y); await new Promise(r => setTimeout(r, 30)); }
        await Promise.all([...document.images].filter(i => i.getAttribute('src') && i.loading === 'lazy').map(i => i.decode().catch(() => {}))); scrollTo(0, 0); }""")


def first_screen(t, report):
    """What it is, three numbers, two links and a moving picture on one screen; all within the bound."""
    with opened(t) as tab:
        shot(tab, "page-first")
        for part in ["h1", ".figures-of", ".doors", ".moving img:not([hidden])"]:
            box = tab.locator(f".hero {part}").first.bounding_box()
            assert box and box["y"] >= 0 and box["y"] + box["height"] <= desktop["height"], f"{part} is not on the first screen: {box}"
        assert tab.locator(".figures-of li").count() == 3 and tab.locator(".doors a").count() == 2
        assert all(int(n) > 0 for n in tab.locator(".figures-of b").all_inner_texts())
        shown = lambda: tab.locator(".moving img:not([hidden])").get_attribute("src")
        before = shown()
        tab.wait_for_function("src => document.querySelector('.moving img:not([hidden])').getAttribute('src') !== src", arg=before)
        tab.locator(".moving button").click()
        before = shown()
        tab.wait_for_timeout(2000)
        assert shown() == before, "it moves though it was paused"
        to_the_end(tab)
        broken = tab.evaluate("[...document.images].filter(i => i.getAttribute('src') && !(i.complete && i.naturalWidth)).map(i => i.src)")
        assert not broken, broken
        size = sum(os.path.getsize(url.split("#")[0].split("?")[0].removeprefix("file://")) for url in tab.loaded)
        assert size <= payload_bound, f"{size} bytes, bound {payload_bound}"
        report["payload_bytes"] = size
    with opened(t, reduced_motion="reduce") as tab:
        assert tab.locator(".moving").get_attribute("data-playing") == "false"


def languages(t, report):
    """One language at a time, as the browser asks, as it was chosen, or as the address says."""
    other = {"en": "ko", "ko": "en"}

    def one(tab, lang):
        assert tab.evaluate("document.documentElement.lang") == lang
        seen = tab.evaluate("[...document.querySelectorAll('main .en, main .ko')].filter(e => e.checkVisibility()).map(e => e.className + e.lang)")
        assert set(seen) == {lang + lang}, set(seen)
        assert tab.locator(f"h1 .{other[lang]}").is_hidden()

    with opened(t, lang="ko-KR") as tab:
        one(tab, "ko")
        shot(tab, "page-korean")
        name = lambda: tab.locator("figure .open img[data-ko]").first.get_attribute("alt")
        korean = name()
        tab.locator("#language").press("Enter")
        one(tab, "en")
        assert name() != korean, "the pictures' names are in the language, too"
        tab.reload()
        one(tab, "en")
    with opened(t) as tab:
        one(tab, "en")
    with opened(t, "?lang=ko") as tab:
        one(tab, "ko")


def tables(t, report):
    """A table sorts, hides the quoted rows, keeps its head in sight, and its numbers say what made them."""
    with opened(t) as tab:
        box = tab.locator(".table:has(tr.quoted):has(tr.claimed td[data-values])").first
        names = lambda: box.locator("tbody").first.locator("tr:not(.group) th").all_inner_texts()
        head = box.locator("thead th").nth(1)
        first, orders = names(), []
        for order in ["descending", "ascending", None]:
            head.locator("button").press("Enter")
            assert head.get_attribute("aria-sort") == order
            orders.append(names())
        assert orders[2] == first and sorted(orders[0]) == sorted(first)
        numbers = lambda: [float(x.strip("“”").split(" ")[0]) for x in box.locator("tbody").first.locator("tr:not(.group) td:nth-child(2)").all_inner_texts() if x != "–"]
        head.locator("button").click()
        assert numbers() == sorted(numbers(), reverse=True), numbers()
        box.scroll_into_view_if_needed()
        box.evaluate("b => { b.scrollTop = 120; b.scrollIntoView(); }")
        assert abs(head.bounding_box()["y"] - box.bounding_box()["y"]) < 3, "the head stays"
        shot(tab, "page-table")
        hide = tab.locator(f".tools:has(+ .table[data-of='{box.get_attribute('data-of')}']) button")
        quoted, claimed = box.locator("tr.quoted"), box.locator("tr.claimed")
        hide.first.press("Space")
        assert not any(r.is_visible() for r in quoted.all()) and all(r.is_visible() for r in claimed.all())
        assert hide.first.get_attribute("aria-pressed") == "true"
        hide.first.press("Space")
        assert quoted.first.is_visible()

        assert box.locator("td a[tabindex='0']").count() == 1, "one stop of the Tab key a table"
        link = box.locator("tr.claimed td[data-values] a").first
        link.focus()
        tab.keyboard.press("ArrowRight")
        assert tab.evaluate("document.activeElement.closest('td').cellIndex") == link.evaluate("a => a.closest('td').cellIndex") + 1
        tab.keyboard.press("ArrowLeft")
        tab.keyboard.press("Enter")
        made = tab.locator(f"[id='{box.get_attribute('data-of')}-made']")
        made.locator(".number p").first.wait_for()
        told = made.inner_text()
        assert "adlab explain" in told and "--cell" in told and "seed" in told and link.inner_text().strip() in told, told
        shot(tab, "page-number")
        address = tab.evaluate("location.hash")
    with opened(t, address) as tab: # the number's own address
        assert tab.locator(".made[open] .number p").count() > 2


def viewer(t, report):
    """Pictures open large and are gone through by keys."""
    with opened(t) as tab:
        links = tab.locator("a.open")
        links.first.focus()
        tab.keyboard.press("Enter")
        tab.wait_for_function("(i => i.complete && i.naturalWidth > 0)(document.querySelector('#viewer[open] .stage img'))")
        shot(tab, "page-viewer")
        source = lambda: tab.locator("#viewer .stage img").get_attribute("src")
        first = source()
        tab.keyboard.press("ArrowRight")
        assert source() != first and source() == links.nth(1).get_attribute("href")
        tab.keyboard.press("ArrowLeft")
        assert source() == first
        tab.locator("#viewer [data-whole]").click()
        assert tab.locator("#viewer .stage img").evaluate("i => i.width === i.naturalWidth")
        tab.keyboard.press("Escape")
        assert not tab.locator("#viewer").is_visible()
        assert tab.evaluate("document.activeElement === document.querySelector('a.open')"), "focus comes back"


def slider(t, report):
    """The slider uncovers the map, by keys and by the pointer."""
    with opened(t) as tab:
        boxes = tab.locator(".compare")
        assert boxes.count() > 0, "no picture with a map"
        box = boxes.first
        box.locator("summary").press("Enter")
        at = lambda: box.locator(".sliding").evaluate("s => s.style.getPropertyValue('--at')")
        box.locator("input").press("End")
        assert at() == "100%"
        box.locator("input").press("Home")
        for _ in range(30):
            tab.keyboard.press("ArrowRight")
        assert at() == "30%"
        box.locator(".sliding").scroll_into_view_if_needed()
        stage = box.locator(".sliding").bounding_box()
        tab.mouse.click(stage["x"] + stage["width"] / 2, stage["y"] + 20)
        assert at() in ("49%", "50%", "51%"), at()
        before = box.locator("svg").first.get_attribute("viewBox")
        box.locator(".row button").nth(1).click()
        assert box.locator("svg").first.get_attribute("viewBox") != before
        shot(tab, "page-slider")


def widths(t, report):
    """Nothing is wider than a phone, a tablet or paper; the list of exhibits is folded on a phone and follows on a desktop."""
    for lang in ["en-US", "ko-KR"]:
        with opened(t, size=phone, lang=lang) as tab:
            to_the_end(tab)
            wide = tab.evaluate("[document.documentElement.scrollWidth, innerWidth]")
            assert wide[0] <= wide[1], wide
            assert not tab.locator(".side ul").first.is_visible()
            shot(tab, f"page-phone-{lang[:2]}")
            tab.locator("article .table").first.scroll_into_view_if_needed()
            shot(tab, f"page-phone-table-{lang[:2]}")
    with opened(t, size={"width": 820, "height": 1180}) as tab:
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        shot(tab, "page-tablet")
    with opened(t, dark=True) as tab:
        last = tab.locator("article").last
        last.scroll_into_view_if_needed()
        tab.wait_for_function("id => document.querySelector('.side [aria-current]')?.hash === '#' + id", arg=last.get_attribute("id"))
        shot(tab, "page-dark-end")
    with opened(t, dark=True) as tab:
        shot(tab, "page-dark")
        tab.locator(".table").first.scroll_into_view_if_needed()
        shot(tab, "page-dark-table")
        tab.locator("#theme").click()
        assert tab.evaluate("document.documentElement.dataset.theme") == "light"
        tab.emulate_media(media="print")
        assert not tab.locator(".bar").is_visible() and tab.evaluate("getComputedStyle(document.querySelector('.table')).maxHeight") == "none"
        tab.pdf(path=os.path.join(out, "page.pdf"), print_background=True)


def axe(t, report):
    """axe-core finds nothing serious, in both languages, light and dark, wide and narrow, with all fold-outs open."""
    script = os.environ.get("ADLAB_AXE", "")
    if not script:
        print("     axe-core is not here: left out")
        return
    found = {}
    for size, lang, dark in [(desktop, "en-US", False), (desktop, "ko-KR", True), (phone, "en-US", True)]:
        with opened(t, size=size, lang=lang, dark=dark) as tab:
            tab.evaluate("document.querySelectorAll('main details').forEach(d => { d.open = true; })")
            to_the_end(tab)
            tab.add_script_tag(path=script)
            for what in ["page", "viewer"]:
                if what == "viewer":
                    tab.locator("a.open").first.click()
                result = tab.evaluate("async () => (await axe.run()).violations.map(v => [v.impact, v.id, v.nodes.length, v.nodes[0].html.slice(0, 200), v.nodes[0].failureSummary])")
                for impact, rule, n, html, why in result:
                    found[f"{impact} {rule} ({what}, {lang}, {'dark' if dark else 'light'}, {size['width']})"] = [n, html, why]
            tab.keyboard.press("Escape")
            # and it does find what is wrong
            tab.evaluate("document.querySelector('main').append(new Image())")
            assert "image-alt" in tab.evaluate("async () => (await axe.run()).violations.map(v => v.id)")
    report["axe"] = {name: n for name, (n, _, _) in found.items()}
    serious = {name: x for name, x in found.items() if name.startswith(("serious", "critical"))}
    assert not serious, json.dumps(serious, indent=1)


checks = {"page-first": first_screen, "page-languages": languages, "page-tables": tables, "page-viewer": viewer, "page-slider": slider, "page-widths": widths, "page-axe": axe}
