// Pictures open large: Escape closes, arrow keys go to the next one.
ready(() => {
  const viewer = document.getElementById("viewer"), picture = viewer.querySelector("img"), caption = document.getElementById("viewer-caption");
  const stage = viewer.querySelector(".stage"), file = viewer.querySelector("[data-file]"), whole = viewer.querySelector("[data-whole]");
  const links = [...document.querySelectorAll("a.open")];
  let at = 0;
  const size = on => {
    viewer.classList.toggle("whole", on);
    whole.setAttribute("aria-pressed", on);
  };
  const show = to => {
    at = (to + links.length) % links.length;
    const link = links[at], said = link.parentElement.querySelector("figcaption");
    const title = link.closest("article").querySelector("h3");
    picture.src = file.href = link.getAttribute("href");
    picture.alt = link.querySelector("img").alt;
    caption.replaceChildren(make("b", {}, ...[...title.childNodes].map(n => n.cloneNode(true))), " ", ...[...(said?.childNodes || [])].map(n => n.cloneNode(true)));
    size(false);
  };
  links.forEach((link, i) => link.addEventListener("click", e => {
    if (e.ctrlKey || e.metaKey || e.shiftKey) return; // to a tab of its own
    e.preventDefault();
    show(i);
    viewer.showModal();
  }));
  for (const b of viewer.querySelectorAll("[data-step]")) b.onclick = () => show(at + Number(b.dataset.step));
  whole.onclick = () => size(!viewer.classList.contains("whole"));
  viewer.addEventListener("keydown", e => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if (!step || viewer.classList.contains("whole") && e.target === stage) return;
    e.preventDefault();
    show(at + step);
  });
  viewer.addEventListener("close", () => links[at].focus());
});
