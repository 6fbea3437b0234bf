#!/usr/bin/env python3
"""Records README's moving picture: figures/playground.html in Chromium, moved as a reader would. Run it with tools/page/record.sh.

usage: record.py [FILE]

Writes an animated WebP, figures/playground.webp without a name, of at most 2 MB: the slider for the number of prototypes goes through its places
for two images, then MultiADS is asked for one type after another. The page needs no kernel, so the same page gives the same frames.
"""
import io
import os
import sys

from PIL import Image
from playwright.sync_api import sync_playwright

root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
bound = 2_000_000  # bytes
size = {"width": 1000, "height": 660}
width = 800  # of the picture, in pixels
moment, rest = 900, 1600  # milliseconds a frame, and the last one of an image


def frames(tab):
    """Screenshots with how long each is shown."""
    for still in tab.locator(".still").all():
        images = still.locator(".images button")
        for i in range(min(2, images.count()) if still.locator("input[type=range]").count() else 1):
            images.nth(i).click()
            # from the row that is moved down to the numbers
            still.locator(".choices").evaluate("row => scrollTo(0, scrollY + row.getBoundingClientRect().top - 60)")
            slider = still.locator("input[type=range]")
            places = int(slider.get_attribute("max")) + 1 if slider.count() else still.locator(".choices button").count()
            for place in range(places):
                if not slider.count():
                    still.locator(".choices button").nth(place).click()
                elif place:
                    slider.press("ArrowRight")
                else:
                    slider.press("Home")
                tab.wait_for_function("i => i.complete && i.naturalWidth > 0", arg=still.locator("img").element_handle())
                picture = Image.open(io.BytesIO(tab.screenshot())).convert("RGB")
                yield picture.resize((width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS), rest if place == places - 1 else moment


def main():
    file = sys.argv[1] if len(sys.argv) > 1 else os.path.join(root, "figures/playground.webp")
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=os.environ["ADLAB_CHROMIUM"], args=["--no-sandbox"])
        tab = browser.new_page(viewport=size)
        tab.goto(f"file://{root}/figures/playground.html")
        pictures, times = zip(*frames(tab))
        browser.close()
    for quality in (80, 70, 60, 50, 40):
        b = io.BytesIO()
        pictures[0].save(b, "WEBP", save_all=True, append_images=pictures[1:], duration=list(times), loop=0, quality=quality, method=6)
        if len(b.getvalue()) <= bound:
            break
    else:
        sys.exit(f"{file}: expected at most {bound} bytes, got {len(b.getvalue())} at quality {quality}; show fewer frames")
    with open(file + ".new", "wb") as f:
        f.write(b.getvalue())
    os.replace(file + ".new", file)
    print(f"{file}: {len(pictures)} frames, {len(b.getvalue())} bytes, quality {quality}")


if __name__ == "__main__":
    main()
