"use strict";
// The files of the tab, in its memory: what Go's package os asks of Node's module fs. Nothing is on a
// disk, nothing is kept, and the page writes pictures and models here for the lab to read.
(() => {
  const directory = 0o040000, regular = 0o100000, device = 0o020000;
  const constants = {
    O_WRONLY: 1, O_RDWR: 2, O_CREAT: 0o100, O_EXCL: 0o200, O_TRUNC: 0o1000, O_APPEND: 0o2000,
    O_DIRECTORY: 0o200000,
  };
  let inodes = 0;
  const node = (kind) => ({
    kind, ino: ++inodes, time: Date.now(), mode: 0o666,
    children: kind === directory ? new Map() : null, data: new Uint8Array(0), size: 0,
  });
  const root = node(directory);
  const opened = new Map(); // by descriptor: {file, at, append}
  let descriptors = 2;
  const said = { 1: "", 2: "" }; // lines of standard output and error that have no end yet

  const fail = (code, path) => Object.assign(new Error(`${code}: ${path}`), { code });
  const parts = (path) => {
    const out = [];
    for (const part of path.split("/")) {
      if (part === "..") out.pop();
      else if (part !== "" && part !== ".") out.push(part);
    }
    return out;
  };
  const find = (path) => {
    let at = root;
    for (const part of parts(path)) {
      if (at.kind !== directory) throw fail("ENOTDIR", path);
      at = at.children.get(part);
      if (!at) throw fail("ENOENT", path);
    }
    return at;
  };
  const parent = (path) => {
    const all = parts(path), name = all.pop();
    if (name === undefined) throw fail("EINVAL", path);
    const folder = find(all.join("/"));
    if (folder.kind !== directory) throw fail("ENOTDIR", path);
    return [folder, name];
  };
  const stats = (n) => ({
    dev: 1, ino: n.ino, mode: n.kind | n.mode, nlink: 1, uid: 0, gid: 0, rdev: 0, size: n.size,
    blksize: 4096, blocks: Math.ceil(n.size / 512), atimeMs: n.time, mtimeMs: n.time,
    ctimeMs: n.time, isDirectory: () => n.kind === directory,
  });
  const descriptor = (fd) => {
    const d = opened.get(fd);
    if (!d) throw fail("EBADF", fd);
    return d;
  };
  const resize = (file, size) => {
    if (size > file.data.length) { // ahead of what comes
      const larger = new Uint8Array(Math.max(size, 2 * file.data.length));
      larger.set(file.data.subarray(0, file.size));
      file.data = larger;
    } else if (size < file.size) {
      file.data.fill(0, size, file.size);
    }
    file.size = size;
  };
  const put = (file, at, bytes) => {
    if (at + bytes.length > file.size) resize(file, at + bytes.length);
    file.data.set(bytes, at);
    file.time = Date.now();
  };
  const remove = (path, kind) => {
    const [folder, name] = parent(path), n = find(path);
    if (kind === directory && n.kind !== directory) throw fail("ENOTDIR", path);
    if (kind === regular && n.kind === directory) throw fail("EISDIR", path);
    if (n.kind === directory && n.children.size > 0) throw fail("ENOTEMPTY", path);
    folder.children.delete(name);
  };

  // calls are the functions of fs as they are named there, without their callbacks
  const calls = {
    open(path, flags, mode) {
      let n;
      try {
        n = find(path);
      } catch (e) {
        if (e.code !== "ENOENT" || !(flags & constants.O_CREAT)) throw e;
        const [folder, name] = parent(path);
        n = node(regular);
        n.mode = mode & 0o777;
        folder.children.set(name, n);
        flags &= ~constants.O_EXCL;
      }
      if (flags & constants.O_CREAT && flags & constants.O_EXCL) throw fail("EEXIST", path);
      const writes = flags & (constants.O_WRONLY | constants.O_RDWR);
      if (n.kind === directory && writes) throw fail("EISDIR", path);
      if (n.kind !== directory && flags & constants.O_DIRECTORY) throw fail("ENOTDIR", path);
      if (flags & constants.O_TRUNC && writes) resize(n, 0);
      opened.set(++descriptors, { file: n, at: 0, append: Boolean(flags & constants.O_APPEND) });
      return descriptors;
    },
    close(fd) { opened.delete(fd); },
    read(fd, buffer, offset, length, position) {
      const d = descriptor(fd);
      if (d.file.kind === directory) throw fail("EISDIR", fd);
      const from = position ?? d.at, n = Math.max(0, Math.min(length, d.file.size - from));
      buffer.set(d.file.data.subarray(from, from + n), offset);
      if (position === null) d.at += n;
      return n;
    },
    write(fd, buffer, offset, length, position) {
      const bytes = buffer.subarray(offset, offset + length);
      if (fd === 1 || fd === 2) {
        const lines = (said[fd] + new TextDecoder().decode(bytes)).split("\n");
        said[fd] = lines.pop();
        for (const line of lines) console.log(line);
        return length;
      }
      const d = descriptor(fd);
      const at = d.append ? d.file.size : position ?? d.at;
      put(d.file, at, bytes);
      if (position === null) d.at = at + length;
      return length;
    },
    fstat(fd) { return fd < 3 ? stats(node(device)) : stats(descriptor(fd).file); },
    stat(path) { return stats(find(path)); },
    lstat(path) { return stats(find(path)); },
    readdir(path) {
      const n = find(path);
      if (n.kind !== directory) throw fail("ENOTDIR", path);
      return [...n.children.keys()].sort();
    },
    mkdir(path, mode) {
      const [folder, name] = parent(path);
      if (folder.children.has(name)) throw fail("EEXIST", path);
      const n = node(directory);
      n.mode = mode & 0o777;
      folder.children.set(name, n);
    },
    rmdir(path) { remove(path, directory); },
    unlink(path) { remove(path, regular); },
    rename(from, to) {
      const [old, oldName] = parent(from), n = find(from), [folder, name] = parent(to);
      const there = folder.children.get(name);
      if (there && there.kind === directory) throw fail("EISDIR", to);
      old.children.delete(oldName);
      folder.children.set(name, n);
    },
    truncate(path, length) { resize(find(path), length); },
    ftruncate(fd, length) { resize(descriptor(fd).file, length); },
    utimes(path, atime, mtime) { find(path).time = mtime * 1000; },
    chmod(path, mode) { find(path).mode = mode & 0o777; },
    fchmod(fd, mode) { descriptor(fd).file.mode = mode & 0o777; },
    chown() {}, fchown() {}, lchown() {}, fsync() {},
    readlink(path) { throw fail("EINVAL", path); },
    link(path) { throw fail("ENOSYS", path); },
    symlink(path) { throw fail("ENOSYS", path); },
  };
  const fs = { constants };
  for (const [name, call] of Object.entries(calls)) {
    fs[name] = (...args) => {
      const done = args.pop();
      let value;
      try {
        value = call(...args);
      } catch (e) {
        if (!e.code) throw e;
        done(e);
        return;
      }
      done(null, value);
    };
  }
  globalThis.fs = fs;
  globalThis.process ??= {
    pid: 1, ppid: 0, getuid: () => -1, getgid: () => -1, geteuid: () => -1, getegid: () => -1,
    getgroups: () => [], umask: () => 0o022, cwd: () => "/", chdir() {},
  };

  // What the page and the tests use beside: whole files, with the folders above them.
  globalThis.adlabFiles = {
    write(path, bytes) {
      let at = "";
      for (const part of parts(path).slice(0, -1)) {
        at += "/" + part;
        try { calls.mkdir(at, 0o777); } catch (e) { if (e.code !== "EEXIST") throw e; }
      }
      const fd = calls.open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, 0o666);
      put(opened.get(fd).file, 0, bytes);
      calls.close(fd);
    },
    read(path) {
      const n = find(path);
      return n.data.slice(0, n.size);
    },
    remove(path) {
      let n;
      try { n = find(path); } catch (e) { if (e.code === "ENOENT") return; throw e; }
      for (const name of n.kind === directory ? [...n.children.keys()] : []) {
        this.remove(`${path}/${name}`);
      }
      remove(path, n.kind);
    },
  };
  for (const folder of ["/tmp", "/cache"]) calls.mkdir(folder, 0o777);
})();
