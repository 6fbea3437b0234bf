"use strict";
// The lab's worker as the page sees it. Cancelling ends the worker and begins another from the same
// compiled module: what is computed on one thread cannot be interrupted otherwise.
class Cancelled extends Error {}

class Lab {
  // script is the address of its script; tell hears {name, done, total, unit} while it computes
  constructor(module, script, tell) {
    Object.assign(this, { module, script, tell, waiting: new Map(), count: 0, life: 0 });
    this.begin();
  }

  begin() {
    this.life++; // what was sent to an earlier worker is gone
    this.has = new Set(); // paths of files that this one has
    this.worker = new Worker(this.script);
    this.worker.onmessage = ({ data }) => {
      if (data.tell) {
        this.tell(data.tell);
        return;
      }
      if (!this.waiting.has(data.id)) return; // of a worker that was ended
      const { resolve, reject } = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if (data.error === undefined) resolve(data);
      else reject(new Error(data.error));
    };
    this.worker.onerror = (e) => this.end(new Error(e.message || "worker"));
    this.started = this.send({ start: this.module });
    this.started.catch(() => {}); // who asks hears of it
  }

  send(message) {
    return new Promise((resolve, reject) => {
      const id = ++this.count;
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, ...message });
    });
  }

  // ask sends files, [path, bytes] each, that the worker does not have yet, and a request.
  async ask(ask, files = [], more = {}) {
    await this.started;
    const fresh = files.filter(([path]) => !this.has.has(path));
    for (const [path] of fresh) this.has.add(path);
    return this.send({ ask, files: fresh, ...more });
  }

  end(error) {
    this.worker.terminate();
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  cancel() {
    this.end(new Cancelled());
    this.begin();
  }
}

// inlining loads all files as a script, which a page that was opened as a file may do.
function inlining() {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.onload = resolve;
    script.onerror = reject;
    script.src = "try/inlined.js";
    document.head.append(script);
  });
}

// fetched reads one of the page's own files whole; tell hears how many bytes are there.
async function fetched(path, tell = () => {}) {
  if (globalThis.inlined) return Uint8Array.from(atob(inlined[path]), (c) => c.charCodeAt(0));
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  const pieces = [], reader = answer.body.getReader();
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    size += value.length;
    tell(size);
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

// scripted joins the worker's files to one script that needs no network when another worker begins. It
// has the page's policy: no address but the page's own.
async function scripted() {
  const files = ["memfs.js", "wasm_exec.js", "engine.js", "worker.js"];
  const all = await Promise.all(files.map((name) => fetched(`try/${name}`)));
  return URL.createObjectURL(new Blob(all.flatMap((b) => [b, "\n"]), { type: "text/javascript" }));
}

// unpacked streams what a gzipped file has; some servers unpack it on the way.
function unpacked(bytes) {
  const body = new Blob([bytes]).stream();
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? body.pipeThrough(new DecompressionStream("gzip")) : body;
}

// compiled makes a module of the gzipped file.
async function compiled(bytes) {
  return WebAssembly.compileStreaming(new Response(unpacked(bytes), { headers: { "Content-Type": "application/wasm" } }));
}
