// The first screen's picture goes through its frames and back; who prefers less motion starts it.
ready(() => {
  const figure = document.querySelector(".moving");
  if (!figure) return;
  const frames = [...figure.querySelectorAll("img")], button = figure.querySelector("button"), shown = figure.querySelector("output");
  let at = 0, step = 1, timer;
  const move = () => {
    if (at + step < 0 || at + step >= frames.length) step = -step;
    if (!frames[at + step]) return;
    frames[at].hidden = true;
    at += step;
    frames[at].hidden = false;
    shown.textContent = frames[at].dataset.choice;
  };
  const play = on => {
    clearInterval(timer);
    if (on) timer = setInterval(move, 1200);
    figure.dataset.playing = on;
  };
  for (const f of frames) f.loading = "eager";
  shown.setAttribute("aria-live", "off"); // or a reader would be told every second
  button.hidden = false;
  button.onclick = () => play(figure.dataset.playing !== "true");
  play(!matchMedia("(prefers-reduced-motion: reduce)").matches);
});
