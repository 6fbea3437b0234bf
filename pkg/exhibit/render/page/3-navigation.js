// The list of exhibits says where one is; on a narrow screen it is folded.
ready(() => {
  const links = new Map();
  for (const a of document.querySelectorAll(".side li a, .papers a")) links.set(a.hash.slice(1), a);
  const mark = (within, now) => {
    for (const a of document.querySelectorAll(within + " a[aria-current]")) if (a !== now) a.removeAttribute("aria-current");
    if (!now || now.hasAttribute("aria-current")) return;
    now.setAttribute("aria-current", "true");
    const side = now.closest(".side");
    if (side && (now.offsetTop < side.scrollTop || now.offsetTop > side.scrollTop + side.clientHeight - 60)) side.scrollTop = now.offsetTop - side.clientHeight / 2;
  };
  const inView = new Set();
  const watcher = new IntersectionObserver(seen => {
    for (const x of seen) inView[x.isIntersecting ? "add" : "delete"](x.target);
    for (const [within, tag] of [[".side", "ARTICLE"], [".papers", "SECTION"]]) {
      const first = [...inView].filter(e => e.tagName === tag).sort((a, b) => a.compareDocumentPosition(b) & 2 ? 1 : -1)[0];
      mark(within, first && links.get(first.id));
    }
  }, { rootMargin: "-20% 0px -60% 0px" });
  for (const e of document.querySelectorAll("article, section.paper")) watcher.observe(e);

  const list = document.querySelector(".side details"), narrow = matchMedia("(max-width: 60rem)");
  const fold = () => { list.open = !narrow.matches; };
  fold();
  narrow.onchange = fold;
  list.addEventListener("click", e => { if (e.target.closest("a") && narrow.matches) list.open = false; });
});
