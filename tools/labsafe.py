"""What a stranger can do with the JupyterLab that tools/lab.sh starts, and so with a live cell, which speaks through it alone: labsafe.py.
Starts it on a free port, with a Go kernel in it, looks at every port that it listens on, asks without a token, with a wrong one and with the
right one, and opens the kernel's websocket as a page of another origin would. A line a check; exit status 1 where one does not hold."""
import base64
import glob
import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
failed = False


def check(holds, words):
    global failed
    failed = failed or not holds
    print("holds  " if holds else "FAILS  ", words, flush=True)


def descendants(pid):
    """The process and all below it."""
    parents = {}
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path) as f:
                fields = f.read().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(path.split("/")[2]))
    found, todo = [], [pid]
    while todo:
        found.append(todo.pop())
        todo += parents.get(found[-1], [])
    return found


def listening(pids):
    """The addresses that processes listen on, in the kernel's spelling: hexadecimal address and port."""
    inodes = set()
    for pid in pids:
        for path in glob.glob(f"/proc/{pid}/fd/*"):
            try:
                target = os.readlink(path)
            except OSError:
                continue
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    found = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        if not os.path.exists(table):
            continue
        with open(table) as f:
            for line in f.readlines()[1:]:
                fields = line.split()
                if fields[3] == "0A" and fields[9] in inodes:
                    found.append(fields[1])
    return found


def loopback(address):
    """127.0.0.0/8, ::1, or 127.0.0.0/8 within IPv6."""
    host = address.split(":")[0]
    return len(host) == 8 and host.endswith("7F") or host == "0" * 24 + "01000000" or \
        host.startswith("0" * 16 + "FFFF0000") and host.endswith("7F")


def ask(port, method, path, headers=None, body=None):
    c = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    c.request(method, path, body, headers or {})
    answer = c.getresponse()
    return answer.status, answer.read(), answer.headers.get_all("Set-Cookie") or []


def websocket(port, path, headers):
    """The status that a websocket's request is answered with; 101 is a yes."""
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Key: {key}",
             "Sec-WebSocket-Version: 13"] + [f"{k}: {v}" for k, v in headers.items()]
    with socket.create_connection(("127.0.0.1", port), timeout=60) as s:
        s.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return int(s.recv(64).split()[1])


with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    port = s.getsockname()[1]
log = tempfile.TemporaryFile()
runtime = os.path.join(root, ".cache", "jupyter", "runtime")
lab = subprocess.Popen(["bash", os.path.join(root, "tools", "lab.sh"), "--no-browser", f"--port={port}", "--ServerApp.port_retries=0"],
                       stdout=log, stderr=log, start_new_session=True)
try:
    info = os.path.join(runtime, f"jpserver-{lab.pid}.json")
    end = time.time() + 120
    while not os.path.exists(info):
        if lab.poll() is not None or time.time() > end:
            log.seek(0)
            sys.exit("labsafe: JupyterLab did not start:\n" + log.read().decode(errors="replace")[-2000:])
        time.sleep(0.2)
    with open(info) as f:
        token = json.load(f)["token"]
    check(len(token) >= 32, f"a token of {len(token)} characters is drawn for each start")
    check(os.stat(info).st_mode & 0o077 == 0, "the file with the token is the user's alone")
    right = {"Authorization": "token " + token}
    while ask(port, "GET", "/api/status", right)[0] != 200 and time.time() < end:
        time.sleep(0.2)
    check(ask(port, "GET", "/api/kernels")[0] == 403, "without a token: 403")
    check(ask(port, "GET", "/api/kernels", {"Authorization": "token " + secrets.token_hex(24)})[0] == 403, "with another token: 403")
    check(ask(port, "GET", "/api/contents/..%2F..%2Fetc%2Fpasswd", right)[0] in (403, 404), "a path that leads out of notebooks: refused")
    status, body, _ = ask(port, "POST", "/api/kernels", right, json.dumps({"name": "gonb"}))
    check(status == 201, "with the token a Go kernel starts")
    kernel = json.loads(body)["id"]
    time.sleep(5)
    ports = listening(descendants(lab.pid))
    check(len(ports) >= 6 and all(map(loopback, ports)), f"{len(ports)} ports, Jupyter's and the kernel's, all on loopback")
    channel = f"/api/kernels/{kernel}/channels"
    _, _, cookies = ask(port, "GET", "/lab?token=" + token)
    cookie = {"Cookie": "; ".join(c.split(";")[0] for c in cookies)}  # a browser that has logged in
    own, other = {"Origin": f"http://127.0.0.1:{port}"}, {"Origin": "http://example.org"}
    check(websocket(port, channel, own) == 403, "the kernel's websocket without a token: 403")
    check(websocket(port, channel, cookie | own) == 101, "from the page that has logged in: opened")
    check(websocket(port, channel, cookie | other) == 403, "the same browser, from a page of another origin: 403")
    status = ask(port, "POST", "/api/kernels", cookie | other, json.dumps({"name": "gonb"}))[0]
    check(status in (403, 404), f"and it starts no kernel: {status}")
    check(ask(port, "DELETE", "/api/kernels/" + kernel, right)[0] == 204, "the kernel ends")
finally:
    os.killpg(lab.pid, signal.SIGTERM)
    try:
        lab.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(lab.pid, signal.SIGKILL)
sys.exit(failed)
