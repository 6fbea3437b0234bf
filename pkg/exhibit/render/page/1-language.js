// English or Korean: by ?lang=, else as chosen before, else as the browser is set.
{
  const root = document.documentElement;
  const asked = new URLSearchParams(location.search).get("lang") || recall("lang");
  const show = lang => {
    root.lang = root.dataset.lang = lang;
    for (const picture of document.querySelectorAll("img[data-ko]")) {
      picture.dataset.en ??= picture.alt;
      picture.alt = lang === "ko" && picture.dataset.ko || picture.dataset.en;
    }
  };
  const start = asked === "ko" || asked === "en" ? asked : navigator.language.startsWith("ko") ? "ko" : "en";
  root.lang = root.dataset.lang = start;
  ready(() => {
    show(start);
    const button = document.getElementById("language");
    button.hidden = false;
    button.onclick = () => {
      show(root.lang === "ko" ? "en" : "ko");
      remember("lang", root.lang);
    };
  });
}
