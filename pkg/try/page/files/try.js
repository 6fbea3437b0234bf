"use strict";
const $ = (id) => document.getElementById(id);
const element = (tag, set = {}, ...inside) => {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(set)) {
    if (name in e) e[name] = value;
    else e.setAttribute(name, value);
  }
  e.append(...inside);
  return e;
};
const short = (x) => Number(x).toPrecision(4);
const percent = (x) => `${Number((100 * x).toPrecision(3))} %`;
const bilingual = ({ en, ko }) => [element("span", { lang: "en" }, en), element("span", { lang: "ko" }, ko)];

let lab, manifest;
const heads = new Map(); // by name: {file, set, inps, bytes, answer, colours, life}
const pictures = []; // {name, path, bytes, seen: Map of head to {answer, parts, seconds}}
let chosen = ""; // head
let shown = -1; // picture
let thresholds = { score: NaN, pixel: NaN }; // as they are moved; the model's own at first
let from = ""; // the set whose samples are shown
let words = null; // what MultiADS is asked in: {product, base}
let suggested = null; // the set that they were suggested of
let told = null; // what is being said: a function, so that the language can change

// Saying ---------------------------------------------------------------------------------------

function announce(text, working = false, share = undefined) {
  told = text;
  $("status").textContent = text();
  $("status").classList.remove("problem");
  $("progress").hidden = !working;
  if (share === undefined) $("progress").removeAttribute("value");
  else $("progress").value = share;
}

function problem(e) {
  announce(() => e.message);
  $("status").classList.add("problem");
}

let subject = ""; // what is being looked at
function heard({ name, done, total }) {
  if (name === "encode" || name === "words" || name === "head") announce(() => say(name, subject), true);
  else if (working && total > 1) {
    const what = name.startsWith("features") ? "features" : "judged";
    announce(() => say("fitting", say(what), done, total), true, total ? done / total : undefined);
  }
}

// One piece of work after another ------------------------------------------------------------

let line = Promise.resolve(), working = 0, generation = 0;
function work(job) {
  const mine = generation;
  working++;
  busy();
  line = line.then(async () => {
    if (mine !== generation) return;
    try {
      await job();
    } catch (e) {
      if (!(e instanceof Cancelled)) problem(e);
    }
  }).finally(() => { working--; busy(); });
  return line;
}

function busy() {
  $("cancel").hidden = !working || document.body.dataset.state === "loading";
  $("fit").disabled = !good.length || working > 0;
  if (document.body.dataset.state !== "loading") document.body.dataset.state = working ? "busy" : "ready";
  if (!working) $("progress").hidden = true;
}

function cancel() {
  generation++;
  lab.cancel();
  announce(() => say("cancelled"));
}

// Models -----------------------------------------------------------------------------------------

async function opened(name) {
  const head = heads.get(name);
  if (head.life === lab.life) return head;
  announce(() => say("opening"), true);
  head.bytes ??= await fetched(head.file);
  if (name === "words") await ship();
  const { answer, parts } = await lab.ask({ op: "model", name, path: `/heads/${name}` },
    [[`/heads/${name}`, head.bytes]]);
  Object.assign(head, { answer, colours: parts[0], life: lab.life });
  return head;
}

function choose(name) {
  chosen = name;
  const head = heads.get(name);
  for (const input of document.querySelectorAll("input[name=set]")) input.checked = input.value === head.set;
  ms(head.set);
  $("words").hidden = name !== "words";
  if (name === "words" && suggested !== from) forget(name);
  thresholds = { score: NaN, pixel: NaN };
  work(async () => {
    await opened(name);
    about();
    if (name === "words" && suggested !== from) suggest();
    announce(() => say("ready"));
    if (document.body.dataset.state === "loading") document.body.dataset.state = "ready";
  });
  const first = Math.max(shown, 0);
  const order = [first, ...pictures.keys()].filter((at, i, all) => at < pictures.length && all.indexOf(at) === i);
  for (const at of order) look(at);
}

function about() {
  const { answer, bytes, set } = heads.get(chosen);
  const alone = [...heads.values()].filter((h) => h.set === set).length === 1;
  $("about").textContent = answer.types ? say("worded", say("bytes", bytes.length)) : answer.inps
    ? say("trained", answer.normals, say("bytes", bytes.length), answer.inps) + (alone ? say("alone") : "")
    : say("remembered", answer.normals);
}

function sets() {
  const all = [...manifest.sets.map((s) => [s.name, s.title]), ["words", written.inWords]];
  if (heads.has("own")) all.push(["own", written.own]);
  $("sets").replaceChildren(...all.map(([name, title]) => {
    const input = element("input", { type: "radio", name: "set", value: name, checked: heads.get(chosen)?.set === name });
    input.onchange = () => { samples(name); choose([...heads].find(([, h]) => h.set === name)[0]); };
    return element("label", { className: "choice" }, input, ...bilingual(title));
  }));
}

function ms(set) {
  if ($("ms").dataset.set === set) { // what has the focus stays
    for (const input of $("ms").querySelectorAll("input")) input.checked = input.value === chosen;
    return;
  }
  $("ms").dataset.set = set;
  const of = [...heads].filter(([, h]) => h.set === set && h.inps);
  $("ms").hidden = of.length === 0;
  $("ms").replaceChildren($("ms").firstElementChild, ...of.map(([name, { inps }]) => {
    const input = element("input", { type: "radio", name: "m", value: name, checked: name === chosen });
    input.onchange = () => choose(name);
    return element("label", { className: "choice" }, input, String(inps));
  }));
}

// Words --------------------------------------------------------------------------------------------

// ship gives the lab what MultiADS needs, which its module has not.
async function ship() {
  await gathered();
  const { weights, merges, texts } = manifest.words.content;
  await lab.ask({ op: "ship", path: "/words/weights", merges: "/words/merges" },
    [["/words/weights", weights], ["/words/merges", merges], ["/cache/texts/shipped", texts]]);
}

async function gathered() {
  const w = manifest.words;
  w.content ??= { weights: new Uint8Array(await new Response(unpacked(await fetched(w.weights))).arrayBuffer()),
    merges: await fetched(w.merges), texts: await fetched(w.texts) };
}

// suggest offers the words of the set that was chosen last.
function suggest() {
  const set = manifest.sets.find((s) => s.name === from) ?? manifest.sets[0];
  $("product").value = set.product;
  $("types").replaceChildren(...heads.get("words").answer.types.map(({ name }) =>
    element("label", { className: "choice" },
      element("input", { type: "checkbox", value: name, checked: set.types.includes(name) }), name)));
  words = read();
  suggested = from;
}

// forget takes back what a model that is another one now has said.
function forget(name) {
  for (const picture of pictures) picture.seen.delete(name);
  rows();
}

// read gives the words as they are written. A line of one's own is a type, or a type: phrases; a phrase without
// the product is made one with it.
function read() {
  const types = {};
  for (const { name, prompts } of heads.get("words").answer.types) {
    if ($("types").querySelector(`input[value="${CSS.escape(name)}"]`).checked) types[name] = prompts;
  }
  for (const line of $("typed").value.split("\n").map((l) => l.trim()).filter(Boolean)) {
    const [, name, rest] = /^([^:]*):?(.*)$/.exec(line);
    if (!name.trim()) throw new Error(say("nameless", line));
    const phrases = rest.split(";").map((p) => p.trim()).filter(Boolean);
    types[name.trim()] = (phrases.length ? phrases : [name.trim()]).map((p) => (p.includes("[cls]") ? p : `[cls] with ${p}`));
  }
  if (!Object.keys(types).length) throw new Error(say("typeless"));
  return { product: $("product").value.trim(), base: JSON.stringify({ types }) };
}

function ask() {
  try {
    words = read();
  } catch (e) {
    problem(e);
    return;
  }
  forget("words");
  choose("words");
}

// Pictures -----------------------------------------------------------------------------------------

let number = 0;
function add(name, bytes) {
  const ending = /\.[a-z0-9]{1,5}$/i.exec(name)?.[0].toLowerCase() ?? "";
  pictures.push({ name, bytes, path: `/pictures/${++number}${ending}`, seen: new Map(), since: performance.now() });
  const at = pictures.length - 1;
  if (!working) shown = at; // of several the first is shown first
  $("all").hidden = false;
  rows();
  return look(at);
}

async function addFiles(files) {
  for (const file of files) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    add(file.name, bytes);
  }
}

function look(at) {
  const picture = pictures[at], name = chosen;
  if (picture.seen.has(name)) {
    show(at);
    return line;
  }
  return work(async () => {
    if (name !== chosen) return; // another model was chosen in the meantime
    await opened(name);
    subject = picture.name;
    const begun = performance.now();
    try {
      const { answer, parts } = await lab.ask({ op: "look", name, path: picture.path, words: name === "words" ? words : undefined }, [[picture.path, picture.bytes]]);
      picture.seen.set(name, { answer, parts, seconds: (performance.now() - begun) / 1000 });
    } catch (e) {
      if (e instanceof Cancelled) throw e;
      picture.seen.set(name, { problem: e.message.replaceAll(picture.path, picture.name) });
    }
    picture.first ??= (performance.now() - picture.since) / 1000;
    announce(() => say("ready"));
    rows();
    if (at === shown) show(at);
  });
}

function samples(set) {
  if (set === "words") set = from;
  else from = set;
  const of = manifest.sets.find((s) => s.name === set)?.samples ?? [];
  $("samples").replaceChildren(...of.map((sample) => {
    const button = element("button", { type: "button" }, element("img", { src: sample.url ?? sample.file, alt: "" }), ...bilingual(sample.title));
    button.onclick = async () => {
      sample.bytes ??= await fetched(sample.file);
      add(`${set} ${sample.title[language()]}.png`, sample.bytes);
    };
    return element("li", {}, button);
  }));
}

// Results ------------------------------------------------------------------------------------------

const part = (seen, kind) => seen.parts.filter((p) => p.kind === kind);
const verdict = (score, t) => (Number.isNaN(t) ? "" : score <= t ? "OK" : "NG");

// own are the model's own thresholds; where it has none, the middle of its colour scale.
function own() {
  const { answer } = heads.get(chosen), middle = (answer.scale.Low + answer.scale.High) / 2;
  if (answer.types) return { score: 0.5, pixel: answer.taps / 2 }; // likelier than all else and the normal state together
  return { score: answer.threshold ?? middle, pixel: answer.pixel ?? middle };
}

// reach are the values that sliders end at.
function reach() {
  const { answer } = heads.get(chosen), at = own();
  if (answer.types) return { score: 1, pixel: answer.taps };
  const score = pictures[shown]?.seen.get(chosen)?.answer?.score ?? 0;
  return { score: Math.max(2 * at.score, 2 * answer.highest[0], 1.25 * score), pixel: 2 * Math.max(at.pixel, answer.highest[1]) };
}

function show(at) {
  shown = at;
  const picture = pictures[at], seen = picture?.seen.get(chosen);
  for (const row of $("rows").rows) row.setAttribute("aria-current", String(Number(row.dataset.at) === at));
  $("result").hidden = !seen || Boolean(seen.problem);
  if (!seen) return;
  if (seen.problem) {
    problem(new Error(seen.problem));
    return;
  }
  const head = heads.get(chosen), { answer } = seen;
  if (Number.isNaN(thresholds.score)) thresholds = own();
  $("result").dataset.head = chosen;
  $("name").textContent = picture.name;
  $("score").value = answer.score;
  $("score").textContent = short(answer.score);
  $("p").textContent = answer.p === undefined ? "" : `p = ${answer.p.toPrecision(3)}`;
  paint($("picture"), part(seen, "picture")[0], `${picture.name}: ${say("picture")}`);
  paint($("heat"), part(seen, "heat")[0], say("heat"));
  paint($("bar"), head.colours, say("bar"));
  $("low").textContent = Number(short(head.answer.scale.Low));
  $("high").textContent = Number(short(head.answer.scale.High));
  $("scale").textContent = head.answer.types ? say("likely", head.answer.taps) : say("scaled");
  const s = answer.seconds;
  $("seconds").textContent = say("took", seen.seconds.toFixed(2), s.encode.toFixed(2), s.head.toFixed(2), s.draw.toFixed(2), s.words?.toFixed(2));
  $("seconds").dataset.words = s.words ?? "";
  $("seconds").dataset.first = picture.first.toFixed(3);
  $("views").replaceChildren(...["type", "tokens", "attention", "distance", "error"].flatMap((kind) =>
    part(seen, kind).map((p) => {
      const found = answer.found?.[p.index];
      const caption = kind === "type" ? say(kind, found.type, found.value.toFixed(2)) : say(kind, p.index), canvas = element("canvas", { role: "img" });
      paint(canvas, p, caption);
      return element("figure", {}, canvas, element("figcaption", {}, caption));
    })));
  moved();
}

// moved draws what hangs on thresholds and blending alone; nothing is computed anew.
function moved() {
  const seen = pictures[shown]?.seen.get(chosen);
  if (!seen || seen.problem) return;
  const { answer } = heads.get(chosen), ends = reach(), mine = own();
  for (const [id, kind] of [["threshold", "score"], ["pixel", "pixel"]]) {
    $(id).value = 1000 * thresholds[kind] / ends[kind];
    $(id).setAttribute("aria-valuetext", short(thresholds[kind]));
    $(`${id}-value`).textContent = short(thresholds[kind]);
  }
  $("blend-value").textContent = `${$("blend").value} %`;
  $("heat").style.opacity = $("blend").value / 100;
  seen.map ??= new Float32Array(part(seen, "map")[0].data.buffer);
  const share = outlined($("outline"), seen.map, answer.mapSide, thresholds.pixel, say("outline"));
  $("outline").dataset.share = share;
  const word = verdict(seen.answer.score, thresholds.score);
  $("verdict").textContent = $("verdict").className = word;
  const { score, says, unknown } = seen.answer;
  $("says").textContent = !answer.types ? "" : unknown ? say("unknown", unknown.join(", ")) : say("says", word, short(score), says);
  $("says").classList.toggle("problem", Boolean(unknown));
  const same = thresholds.score === mine.score && answer.threshold !== undefined;
  $("promise").textContent = answer.types ? say("zeroShot") : !same ? say("moved")
    : say("promise", percent(answer.rate), answer.normals) + (answer.normals < answer.needed ? say("needed", answer.needed) : "");
  rows();
}

function rows() {
  $("rows").replaceChildren(...pictures.map((picture, at) => {
    const seen = picture.seen.get(chosen), button = element("button", { type: "button" }, picture.name);
    button.onclick = () => look(at).then(() => show(at));
    const t = Number.isNaN(thresholds.score) && heads.get(chosen)?.answer ? own().score : thresholds.score;
    const word = seen && !seen.problem ? verdict(seen.answer.score, t) : "";
    const row = element("tr", {}, element("td", {}, button),
      element("td", { className: word }, seen?.problem ? say("unanswered") : seen ? word : "…"),
      element("td", { className: "n" }, seen?.answer ? short(seen.answer.score) : ""),
      element("td", { className: "n" }, seen?.answer?.p === undefined ? "" : seen.answer.p.toPrecision(3)),
      element("td", { className: "n" }, seen?.seconds?.toFixed(1) ?? ""));
    row.dataset.at = at;
    if (seen?.answer) row.dataset.score = seen.answer.score;
    row.setAttribute("aria-current", String(at === shown));
    return row;
  }));
}

// Own good pictures ---------------------------------------------------------------------------------

let good = [];
function takeGood(files) {
  good = [...files];
  $("chosen").textContent = good.length ? say("of", good.length) : "";
  busy();
}

function fit() {
  const files = good, rate = Number($("rate").value);
  work(async () => {
    if (files.length < 2) throw new Error(say("few"));
    const sent = await Promise.all(files.map(async (file, i) => {
      const ending = /\.[a-z0-9]{1,5}$/i.exec(file.name)?.[0].toLowerCase() ?? ".png";
      return [`/good/${lab.count}-${String(i).padStart(4, "0")}${ending}`, new Uint8Array(await file.arrayBuffer())];
    }));
    announce(() => say("fitting", say("features"), 0, files.length), true);
    const { answer, parts, content } = await lab.ask(
      { op: "fit", name: "own", folder: "/good", rate, path: "/heads/own" }, sent, { clear: "/good", read: "/heads/own" });
    const bytes = new Uint8Array(content);
    lab.has.add("/heads/own");
    heads.set("own", { set: "own", bytes, answer, colours: parts[0], life: lab.life });
    forget("own");
    URL.revokeObjectURL($("download").href);
    $("download").href = URL.createObjectURL(new Blob([bytes]));
    $("download").hidden = false;
    $("fitted").textContent = say("fitted", answer.normals, short(answer.threshold));
    $("fitted").dataset.threshold = answer.threshold;
    chosen = "own";
    sets();
    samples("own");
    choose("own");
  });
}

// The page --------------------------------------------------------------------------------------------

function speak(lang) {
  document.documentElement.lang = lang;
  try { localStorage.setItem("adlab-lang", lang); } catch { /* it is asked again next time */ }
  if (told) $("status").textContent = told();
  if (good.length) $("chosen").textContent = say("of", good.length);
  if (heads.get(chosen)?.answer) about();
  if (shown >= 0) show(shown);
}

function droppable(target, take) {
  target.ondragover = (e) => { e.preventDefault(); target.classList.add("over"); };
  target.ondragleave = () => target.classList.remove("over");
  target.ondrop = (e) => {
    e.preventDefault();
    target.classList.remove("over");
    take([...e.dataTransfer.files]);
  };
  target.querySelector("input").onchange = ({ target: input }) => take([...input.files]);
}

function listen() {
  $("language").onclick = () => speak(language() === "ko" ? "en" : "ko");
  $("cancel").onclick = cancel;
  $("fit").onclick = fit;
  $("ask").onclick = ask;
  $("product").onkeydown = ({ key }) => { if (key === "Enter") ask(); };
  $("reset").onclick = () => { thresholds = own(); moved(); };
  $("threshold").oninput = ({ target }) => { thresholds.score = target.value / 1000 * reach().score; moved(); };
  $("pixel").oninput = ({ target }) => { thresholds.pixel = target.value / 1000 * reach().pixel; moved(); };
  $("blend").oninput = moved;
  droppable($("drop"), addFiles);
  droppable($("good-drop"), takeGood);
  addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName) && !/^(range|radio|checkbox)$/.test(e.target.type)) return;
    const step = { j: 1, k: -1 }[e.key];
    if (e.key === "l") $("language").click();
    else if (step && pictures.length) {
      const at = Math.min(Math.max(shown + step, 0), pictures.length - 1);
      look(at).then(() => show(at));
    }
  });
}

async function begin() {
  let kept = null;
  try { kept = localStorage.getItem("adlab-lang"); } catch { /* the browser's language then */ }
  document.documentElement.lang = kept ?? (/^ko/.test(navigator.language) ? "ko" : "en");
  listen();
  if (!globalThis.WebAssembly?.compileStreaming || !globalThis.DecompressionStream) throw new Error(say("old"));
  announce(() => say("loading"), true);
  if (location.protocol === "file:") await inlining().catch(() => { throw new Error(say("file")); });
  manifest = JSON.parse(new TextDecoder().decode(await fetched("try/manifest.json")));
  $("sources").replaceChildren(...manifest.sets.map((s) => element("li", {}, ...bilingual(s.from))));
  for (const s of manifest.sets) for (const h of s.heads) heads.set(h.name, { set: s.name, inps: h.inps, file: h.file });
  heads.set("words", { set: "words", file: manifest.words.file });
  const bytes = await fetched("try/try.wasm.gz", (n) => announce(() => say("loading"), true, n / manifest.module));
  lab = new Lab(await compiled(bytes), await scripted(), heard);
  chosen = [...heads.keys()][0];
  sets();
  samples(manifest.sets[0].name);
  choose(chosen);
  await line;
  if (document.body.dataset.state === "loading") return; // it could not be opened, and was said
  announce(() => say("nearly"));
  for (const head of heads.values()) head.bytes ??= await fetched(head.file);
  for (const s of manifest.sets) {
    for (const sample of s.samples) {
      sample.bytes ??= await fetched(sample.file);
      sample.url = URL.createObjectURL(new Blob([sample.bytes]));
    }
  }
  samples(heads.get(chosen).set);
  await gathered();
  document.body.dataset.whole = "true"; // the network may go
  announce(() => say("ready"));
}
begin().catch(problem);
