// What a deck adds to reveal.js: two shapes of a slide, a language switch, code on demand, tables that fit, live slides.
(() => {
  const asked = new URLSearchParams(location.search), root = document.documentElement;
  const frames = section => section ? [...section.querySelectorAll(":scope > .frame")] : [];

  // The shape of a slide follows the screen: 16:9 or 4:3.
  const shape = () => {
    const of = asked.get("shape") || (innerWidth / innerHeight > 1.55 ? "16:9" : "4:3");
    return of === "4:3" ? { width: 1024, height: 768 } : { width: 1280, height: 720 };
  };
  const shaped = () => {
    const s = shape();
    root.style.setProperty("--height", s.height + "px");
    return s;
  };

  // Text and tables are as large as fits; pictures at most so many times their own size.
  const largest = 26, smallest = 8, enlarged = 2.4;
  const overflows = e => e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1;
  const fit = section => frames(section).forEach(frame => {
    const body = frame.querySelector(".body");
    for (const img of body.querySelectorAll("img")) {
      const limit = () => { if (img.naturalWidth) { img.style.maxWidth = enlarged * img.naturalWidth + "px"; img.style.maxHeight = enlarged * img.naturalHeight + "px"; } };
      img.complete ? limit() : img.addEventListener("load", limit, { once: true });
    }
    let size = largest;
    const over = () => overflows(body) || [...body.querySelectorAll(".made, pre, .prose")].some(overflows);
    body.style.setProperty("--text", size + "px");
    while (over() && size > smallest) body.style.setProperty("--text", --size + "px");
  });

  const first = lang => {
    root.dataset.first = lang;
    root.lang = lang;
    try {
      const url = new URL(location.href);
      url.searchParams.set("lang", lang);
      history.replaceState(null, "", url);
    } catch { /* a page from a file may not be allowed to */ }
    if (Reveal.isReady()) fit(Reveal.getCurrentSlide());
  };

  // A live slide shows the stored picture, the cell itself where adlab talk serves the deck, or the page that needs no kernel. The picture
  // stays until a cell answers; a cell that goes away gives its place to that page.
  const served = location.protocol.startsWith("http");
  const load = live => { // with the deck where there is a server, for that may go
    const frame = live.querySelector("iframe.still-page");
    if (!frame.src) frame.src = frame.dataset.page;
  };
  const show = (live, what) => {
    live.dataset.shows = what;
    live.classList.toggle("moving", what === "cell" || what === "page");
    live.querySelector("button").textContent = { picture: "M: move it", opening: "opening ... M: without a kernel", cell: "M: the stored picture", page: "M: the stored picture" }[what];
    const frame = { cell: "iframe.cell", page: "iframe.still-page" }[what];
    if (frame) live.querySelector(frame).focus(); else { live.querySelectorAll("iframe").forEach(f => f.blur()); window.focus(); }
    if (Reveal.isReady()) fit(live.closest("section"));
  };
  const move = live => {
    load(live);
    if (live.dataset.shows === "opening" || live.dataset.shows === "picture" && !served) return show(live, "page");
    if (live.dataset.shows !== "picture") return show(live, "picture");
    const cell = live.querySelector("iframe.cell");
    if (cell.dataset.state === "live") return show(live, "cell");
    show(live, "opening");
    fetch(cell.dataset.page).then(answer => { if (!answer.ok) throw answer; if (!cell.src) cell.src = cell.dataset.page; })
      .catch(() => { if (live.dataset.shows === "opening") show(live, "page"); });
  };
  const lives = () => [...Reveal.getCurrentSlide().querySelectorAll(".live")];
  const rest = () => document.querySelectorAll(".live:not([data-shows=picture])").forEach(l => show(l, "picture"));
  addEventListener("message", e => {
    const said = e.data?.adlab, cell = [...document.querySelectorAll("iframe.cell")].find(f => f.contentWindow === e.source);
    if (cell && said === "live") {
      cell.dataset.state = "live";
      if (cell.parentNode.dataset.shows === "opening") show(cell.parentNode, "cell");
    } else if (cell && said === "gone") { // it is asked for again the next time
      delete cell.dataset.state;
      cell.removeAttribute("src");
      if (["cell", "opening"].includes(cell.parentNode.dataset.shows)) show(cell.parentNode, "page");
    } else ({ still: rest, next: () => Reveal.next(), prev: () => Reveal.prev() })[said]?.();
  });

  root.dataset.first = asked.get("lang") === "ko" ? "ko" : "en";
  document.querySelectorAll(".live button").forEach(b => { b.onclick = () => move(b.closest(".live")); });
  document.querySelectorAll(".live").forEach(live => { live.dataset.shows = "picture"; if (served) load(live); });
  const print = asked.has("print-pdf");
  Reveal.initialize({
    ...shaped(), margin: 0, minScale: 0.1, maxScale: 8, center: false, hash: true, controls: false, progress: true,
    transition: "none", backgroundTransition: "none", slideNumber: false, pdfSeparateFragments: false, pdfMaxPagesPerSlide: 1,
    totalTime: 60 * Number(document.body.dataset.minutes), plugins: [RevealNotes],
    keyboard: {
      67: () => { Reveal.getRevealElement().classList.toggle("with-code"); fit(Reveal.getCurrentSlide()); }, // C
      69: () => first(root.dataset.first === "en" ? "ko" : "en"), // E
      77: () => lives().forEach(move), // M
    },
  }).then(() => {
    Reveal.registerKeyboardShortcut("C", "the code of the cell that made this");
    Reveal.registerKeyboardShortcut("E", "English or Korean first");
    Reveal.registerKeyboardShortcut("M", "live: move it, and back to the stored picture");
    const all = () => document.querySelectorAll(".slides section").forEach(fit);
    if (print) all(); else fit(Reveal.getCurrentSlide());
    Reveal.on("slidechanged", e => { rest(); fit(e.currentSlide); });
    Reveal.on("pdf-ready", all);
    addEventListener("resize", () => { Reveal.configure(shaped()); fit(Reveal.getCurrentSlide()); });
    root.dataset.ready = "yes";
  });
})();
