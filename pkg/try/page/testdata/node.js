"use strict";
// Runs the lab under Node: node.js FOLDER PLAN, the page's folder and a JSON file {files, asks}. It
// writes the answers as JSON, maps in base64, with the milliseconds that each took.
const disk = require("fs"), path = require("path");
const [folder, plan] = process.argv.slice(2);
const { files, asks } = JSON.parse(disk.readFileSync(plan));
for (const name of ["memfs.js", "wasm_exec.js", "engine.js"]) require(path.resolve(folder, name));
for (const [to, from] of Object.entries(files)) adlabFiles.write(to, new Uint8Array(disk.readFileSync(from)));

async function main() {
  const out = { asks: [], told: [] };
  const timed = async (call) => {
    const start = performance.now(), value = await call();
    return [performance.now() - start, value];
  };
  const packed = require("zlib").gunzipSync(disk.readFileSync(path.join(folder, "try.wasm.gz")));
  let module;
  [out.compile, module] = await timed(() => WebAssembly.compile(packed));
  [out.start] = await timed(() => adlabEngine.start(module, (name) => out.told.push(name)));
  for (const ask of asks) {
    let ms, found;
    try {
      [ms, found] = await timed(() => adlabEngine.ask(ask));
    } catch (e) {
      out.asks.push({ error: e.message });
      continue;
    }
    const parts = found.parts.map(({ kind, index, width, height, data }) => ({ kind, index, width, height,
      data: kind === "map" ? Buffer.from(data).toString("base64") : undefined }));
    out.asks.push({ ms, answer: found.answer, parts });
  }
  process.stdout.write(JSON.stringify(out), () => process.exit(0));
}
main().catch((e) => { console.error(e); process.exit(1); });
