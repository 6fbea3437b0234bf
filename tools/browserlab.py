"""A JupyterLab of its own, and the page of a live notebook in it, for browser.py."""
import json
import os
import secrets
import signal
import socket
import subprocess
import time
import urllib.request

import psutil

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
out = os.path.join(root, "out", "browser")

# What a live cell's page answers, by the contract in pkg/live/doc.go. move() sets a control as a hand does and waits until the picture
# answers; its milliseconds end when the browser has painted.
script = """
window.adlab = {
  root: () => document.querySelector('.adlab-live[data-state="live"]'),
  find: id => adlab.root().querySelector(`[data-control="${id}"]`),
  picture: () => [...adlab.root().querySelectorAll('img.adlab-picture')].map(i => i.src).join(' '),
  set(id, value) {
    const e = adlab.find(id);
    if (e.dataset.kind === 'button' || id === 'stop') return e.click();
    if (e.type === 'checkbox') return e.click();
    const before = e.value;
    e.value = value;
    if (e.value === before) return false; // there already, or beyond its end
    e.dispatchEvent(new Event('input', { bubbles: true }));
    if (e.type === 'text' || e.tagName === 'TEXTAREA') e.dispatchEvent(new Event('change', { bubbles: true }));
  },
  async answered(seq, limit) {
    const root = adlab.root(), end = performance.now() + limit;
    while (+root.dataset.seq < seq) {
      if (performance.now() > end || !root.isConnected) throw new Error(`event ${seq} not answered: at ${root.dataset.seq}, ${root.isConnected ? root.dataset.state : 'gone'}`);
      await new Promise(done => { const o = new MutationObserver(() => { o.disconnect(); clearTimeout(t); done(); }); const t = setTimeout(() => { o.disconnect(); done(); }, 200); o.observe(root, { attributes: true }); });
    }
  },
  async move([id, value, limit]) {
    const before = adlab.picture(), start = performance.now();
    if (adlab.set(id, value) === false) return null;
    await adlab.answered(+adlab.root().dataset.said, limit);
    await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    return { ms: performance.now() - start, changed: adlab.picture() !== before };
  },
  watch() {
    const root = adlab.root();
    adlab.drawn = [];
    new MutationObserver(() => adlab.drawn.push(+root.dataset.seq)).observe(root, { attributes: true, attributeFilter: ['data-seq'] });
  },
};
"""


class Lab:
    """JupyterLab on a free port, with its settings in .cache. It ends with everything that it started."""

    def __init__(self, notebooks, port=None):
        """A port that is taken gives way to the next one, as with tools/lab.sh."""
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = port or s.getsockname()[1]
        self.notebooks, self.token = notebooks, secrets.token_hex(16)
        cache = os.path.join(root, ".cache", "jupyter", f"browser-{os.getpid()}-{self.token[:8]}")
        env = dict(os.environ, JUPYTER_PATH=os.path.join(root, "jupyter"), JUPYTER_CONFIG_DIR=cache + "/config",
                   JUPYTER_DATA_DIR=cache + "/data", JUPYTER_RUNTIME_DIR=cache + "/runtime", IPYTHONDIR=cache + "/ipython")
        env["JUPYTER_CONFIG_PATH"] = os.path.join(root, "jupyter", "config")
        env.pop("LAB_HEADLESS", None)
        self.cache = cache
        self.log = open(os.path.join(out, "jupyterlab-second.log" if port else "jupyterlab.log"), "w")
        command = [os.path.join(root, ".venv/bin/jupyter"), "lab", "--no-browser", "--ip=127.0.0.1", f"--port={self.port}",
                   f"--ServerApp.port_retries={50 if port else 0}", "--LanguageServerManager.autodetect=False", f"--IdentityProvider.token={self.token}", f"--notebook-dir={notebooks}"]
        if os.getuid() == 0:
            command.append("--allow-root")
        self.server = subprocess.Popen(command, env=env, stdout=self.log, stderr=self.log, start_new_session=True)
        end, told = time.time() + 60, os.path.join(cache, "runtime", f"jpserver-{self.server.pid}.json")
        while True:
            try:
                with open(told) as f:
                    self.port = json.load(f)["port"]
                self.ask("GET", "status")
                return
            except (OSError, ValueError):
                if time.time() > end or self.server.poll() is not None:
                    self.close()
                    raise RuntimeError(f"JupyterLab did not start: see {self.log.name}")
                time.sleep(0.2)

    def url(self, notebook):
        return f"http://127.0.0.1:{self.port}/doc/tree/{notebook}?token={self.token}"

    def ask(self, method, what):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/{what}", method=method, headers={"Authorization": f"token {self.token}"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read() or "null")

    def kernel(self, notebook):
        return next(s["kernel"]["id"] for s in self.ask("GET", "sessions") if s["path"] == notebook)

    def interrupt(self, notebook):
        self.ask("POST", f"kernels/{self.kernel(notebook)}/interrupt")

    def shut(self, notebook):
        for s in self.ask("GET", "sessions"):
            if s["path"] == notebook:
                self.ask("DELETE", f"sessions/{s['id']}")

    def workers(self):
        """The processes of running cells."""
        found = []
        for p in psutil.Process(self.server.pid).children(recursive=True):
            try:
                if os.path.basename(p.exe()).startswith("gonb_"):
                    found.append(p)
            except psutil.Error:
                pass
        return found

    def close(self):
        """Ends the server's process group, then what is left of the kernels and cells: they have groups of their own."""
        try:
            started = psutil.Process(self.server.pid).children(recursive=True)
        except psutil.Error:
            started = []
        if self.server.poll() is None:
            os.killpg(self.server.pid, signal.SIGTERM)
            try:
                self.server.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.server.pid, signal.SIGKILL)
                self.server.wait()
        for p in psutil.wait_procs(started, timeout=3)[1]:
            p.kill()
        self.log.close()
        subprocess.run(["rm", "-rf", self.cache], check=False)


class Page:
    """A notebook in a tab."""

    def __init__(self, browser, lab, notebook, problems, address=""):
        self.lab, self.notebook, self.address = lab, notebook, address
        self.context = browser.new_context(viewport={"width": 1280, "height": 1400})
        self.tab = self.context.new_page()
        self.tab.set_default_timeout(60_000)
        self.tab.add_init_script(script)
        # GoNB's page gives the kernel half a second to answer; after that the cell asks again, and live() waits for it.
        late = "comm_open_ack not received in time"
        self.tab.on("pageerror", lambda e: problems.append(f"{notebook}: {e}") if late not in str(e) else None)
        self.open()

    def open(self):
        self.tab.goto(self.lab.url(self.notebook) + self.address)
        self.tab.wait_for_selector(".jp-Notebook .jp-CodeCell")
        end = time.time() + 120
        while not any(s["path"] == self.notebook and s["kernel"]["connections"] > 0 for s in self.lab.ask("GET", "sessions")):
            assert time.time() < end, f"{self.notebook}: no kernel within 120 s"
            self.tab.wait_for_timeout(200)
            # A slow JupyterLab may ask for the kernel before it has read the list of them.
            if self.tab.locator(".jp-Dialog button.jp-mod-accept").count():
                self.tab.locator(".jp-Dialog button.jp-mod-accept").first.click()

    def cells(self):
        return self.tab.locator(".jp-Notebook .jp-CodeCell")

    def run(self, at):
        """Runs a code cell. JupyterLab loses a run while it is still connecting, so it is asked until the prompt shows it."""
        cell = self.cells().nth(at)
        prompt = cell.locator(".jp-InputPrompt")
        before = prompt.inner_text()
        for _ in range(10):
            cell.locator(".jp-InputArea-editor").click()
            self.tab.keyboard.press("Control+Enter")
            for _ in range(20):
                if prompt.inner_text() != before:
                    return
                self.tab.wait_for_timeout(100)
        raise AssertionError(f"{self.notebook}: cell {at} does not run")

    def output(self, at):
        return self.cells().nth(at).locator(".jp-OutputArea-output").all_inner_texts()

    def wait_text(self, at, text, seconds=60):
        """Waits until a cell's output holds a text."""
        end = time.time() + seconds
        while text not in "\n".join(self.output(at)):
            assert time.time() < end, f"cell {at}: no {text!r} within {seconds} s, but {self.output(at)}"
            self.tab.wait_for_timeout(100)

    def live(self, seconds=240):
        """Waits for a live cell's first picture, whole and answering."""
        end = time.time() + seconds
        while not self.tab.locator('.adlab-live[data-state="live"] img.adlab-picture').count():
            now = self.output(0)
            over = any(word in text for text in now for word in ("Shown as a picture", "Interrupted."))
            assert not over, f"the live cell has ended before its page answered: {now}"
            assert time.time() < end, f"no first picture within {seconds} s: {now}"
            self.tab.wait_for_timeout(100)
        self.tab.wait_for_function("[...adlab.root().querySelectorAll('img.adlab-picture')].every(i => i.naturalWidth > 0)")

    def move(self, control, value=None, seconds=30):
        return self.tab.evaluate("adlab.move", [control, value, 1000 * seconds])

    def settled(self, seconds=240):
        """Waits until nothing more is being computed: every number stands and the message is empty."""
        self.tab.wait_for_function("""() => { const r = adlab.root(); return r.querySelector('.adlab-message').textContent === '' &&
            [...r.querySelectorAll('.adlab-number')].every(n => n.textContent !== '...') }""", timeout=1000 * seconds)

    def numbers(self):
        return self.tab.evaluate("Object.fromEntries([...document.querySelectorAll('.adlab-live .adlab-number')].map(n => [n.dataset.name, n.textContent]))")

    def controls(self):
        """What can be moved, in order: id, kind, value, bounds and choices."""
        return self.tab.evaluate("""[...adlab.root().querySelectorAll('[data-control]')].map(e => ({ id: e.dataset.control, kind: e.dataset.kind, off: e.disabled,
            value: e.value, on: e.checked, min: e.tagName === 'SELECT' ? 0 : +e.min, max: e.tagName === 'SELECT' ? e.options.length - 1 : +e.max,
            options: e.tagName === 'SELECT' ? [...e.options].map(o => o.textContent) : JSON.parse(e.dataset.options || 'null') }))""")

    def control(self, name):
        return next(c for c in self.controls() if c["id"] == name)

    def text(self, what):
        return self.tab.locator(f".adlab-live .adlab-{what}").inner_text()

    def top(self):
        """Scrolls the live cell to the top of the screen."""
        self.tab.evaluate("adlab.root().scrollIntoView({ block: 'start' })")
        self.tab.wait_for_timeout(300)

    def shot(self, name):
        self.tab.screenshot(path=os.path.join(out, name + ".png"))

    def close(self):
        self.context.close()
