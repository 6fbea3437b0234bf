"use strict";
// The lab in this thread: starts the module, which memfs.js and wasm_exec.js have made ready, and
// asks it. worker.js runs it in the browser, node.js in the tests.
globalThis.adlabEngine = {
  // start runs a compiled module; tell hears (name, done, total, unit).
  async start(module, tell) {
    const go = new Go();
    go.env = { TMPDIR: "/tmp", HOME: "/", ADLAB_CACHE: "/cache", ADLAB_DATA: "/data" };
    let gone;
    this.gone = new Promise((_, reject) => { gone = reject; });
    this.gone.catch(() => {}); // who asks hears of it
    go.exit = (code) => gone(new Error(`the lab has ended with ${code}`));
    await new Promise((ready, failed) => {
      globalThis.adlabHost = { tell, ready };
      WebAssembly.instantiate(module, go.importObject).then((instance) => go.run(instance))
        .catch((e) => { gone(e); failed(e); });
      this.gone.catch(failed);
    });
  },
  // ask gives {answer, parts} to a request of pkg/cmd/try.
  ask(request) {
    return Promise.race([this.gone, new Promise((resolve, reject) => {
      globalThis.adlabHost.ask(JSON.stringify(request), (error, text, parts) => {
        if (error !== null) reject(new Error(error));
        else resolve({ answer: JSON.parse(text), parts });
      });
    })]);
  },
};
