// What the other scripts share. They stand in the page's head: what must be decided before anything
// is drawn runs at once, all else through ready.
const ready = run => document.addEventListener("DOMContentLoaded", run);

const recall = key => { try { return localStorage.getItem("adlab-" + key); } catch { return null; } };
const remember = (key, value) => { try { localStorage.setItem("adlab-" + key, value); } catch { /* a private window */ } };

// make is an element with properties and children.
const make = (name, properties = {}, ...children) => {
  const e = Object.assign(document.createElement(name), properties);
  e.append(...children);
  return e;
};

// words is a text in both languages, of which one is shown.
const words = (en, ko) => [make("span", { className: "en", lang: "en", textContent: en }), make("span", { className: "ko", lang: "ko", textContent: ko })];
