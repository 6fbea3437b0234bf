"use strict";
// The lab's worker, which lab.js joins to one script with memfs.js, wasm_exec.js and engine.js. A
// message {id, start, files} or {id, files, ask, read} is answered by {id, ...} or {id, error};
// {tell} comes between.
const tell = (name, done, total, unit) => postMessage({ tell: { name, done, total, unit } });
let turn = Promise.resolve(); // one request after another
onmessage = ({ data }) => { turn = turn.then(() => serve(data)); };

async function serve({ id, start, files, ask, read, clear }) {
  try {
    if (clear) adlabFiles.remove(clear);
    for (const [path, bytes] of files ?? []) adlabFiles.write(path, bytes);
    if (start) {
      await adlabEngine.start(start, tell);
      postMessage({ id });
      return;
    }
    const { answer, parts } = await adlabEngine.ask(ask);
    const content = read ? adlabFiles.read(read) : null;
    const buffers = parts.map((p) => p.data.buffer);
    if (content) buffers.push(content.buffer);
    postMessage({ id, answer, parts, content }, buffers);
  } catch (e) {
    postMessage({ id, error: e.message });
  }
}
