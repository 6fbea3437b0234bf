// Dark or light: as chosen before, else as the system is set.
{
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const show = () => { root.dataset.theme = recall("theme") || (system.matches ? "dark" : "light"); };
  show();
  system.onchange = show;
  ready(() => {
    const button = document.getElementById("theme");
    const pressed = () => button.setAttribute("aria-pressed", root.dataset.theme === "dark");
    button.hidden = false;
    pressed();
    button.onclick = () => {
      root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
      remember("theme", root.dataset.theme);
      pressed();
    };
  });
}
