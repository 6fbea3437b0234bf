// Connects the block with the token to the cell: it says what moves, and shows what it is told.
(function connect(tries) {
    const root = document.querySelector('.adlab-live[data-token="TOKEN"]');
    if (!root) {
        if (tries > 0) setTimeout(() => connect(tries - 1), 50);
        return;
    }
    const find = id => root.querySelector(`[data-control="${CSS.escape(id)}"]`);
    const ask = '/adlab/live/TOKEN/event', tell = '/adlab/live/TOKEN/update', pulse = '/adlab/live/TOKEN/pulse';
    let seq = 0, shown = -1, over = false;
    let beat = 0, message = ''; // when the kernel was last heard, and what it said last
    const moved = {}, presses = {}, typing = {}, said = {};
    const say = message => { if (globalThis.gonb_comm) globalThis.gonb_comm.send(ask, JSON.stringify(message)); };
    const show = e => {
        const out = e.dataset.kind === 'range' && e.parentNode.querySelector('output');
        if (!out) return;
        const options = JSON.parse(e.dataset.options || 'null');
        out.textContent = options && options.length ? options[e.value] ?? '' : e.value + e.dataset.unit;
        e.setAttribute('aria-valuetext', out.textContent); // or its place would be read out
    };
    const send = e => {
        const id = e.dataset.control;
        clearTimeout(typing[id]);
        delete typing[id];
        let value = e.value;
        if (e.dataset.kind === 'checkbox') value = String(e.checked);
        if (e.dataset.kind === 'button') value = String(presses[id] = (presses[id] || 0) + 1);
        else if (e.dataset.sent === value) return; // an input and its change are one move
        e.dataset.sent = value;
        show(e);
        move(id, value);
    };
    const move = (id, value) => {
        moved[id] = ++seq;
        root.dataset.said = seq;
        said[id] = { event: { control: id, value, seq }, at: Date.now() };
        say(said[id].event);
    };
    // The address bar holds the state, so that a link, or the cell run again, shows what was seen.
    const name = root.dataset.name + '?', linked = address => { try { return decodeURI(address.split('#')[1] || ''); } catch { return ''; } };
    const follow = address => { if (linked(address).startsWith(name)) move('link', address.split('#')[1]); };
    const followed = () => { if (location.hash !== held) follow(location.href); };
    // JupyterLab drops the part after # while it opens a notebook; the address that the page was asked for still has it, once.
    const arrived = () => {
        const arrivals = globalThis.adlabArrivals ||= new Set(), again = arrivals.has(name);
        arrivals.add(name);
        if (again || linked(location.href).startsWith(name)) return location.href;
        return performance.getEntriesByType('navigation')[0]?.name || location.href;
    };
    let held = ''; // what this cell has put there
    window.addEventListener('hashchange', followed);
    const hold = address => {
        if (seq === 0 || address === held.slice(1) || !address && !linked(location.href).startsWith(name)) return;
        held = address ? '#' + address : '';
        history.replaceState(history.state, '', location.pathname + location.search + held);
    };
    // What a move has changed is said once it is over, not at each place of a slider.
    let saying = 0;
    const speak = text => {
        clearTimeout(saying);
        saying = setTimeout(() => {
            const status = root.querySelector('.adlab-changed');
            if (status && status.textContent !== text) status.textContent = text;
        }, 400);
    };
    const control = event => event.target.closest && root.contains(event.target) ? event.target.closest('[data-control]') : null;
    root.addEventListener('input', event => {
        const e = control(event);
        if (!e) return;
        if (e.dataset.kind === 'text' || e.dataset.kind === 'lines') {
            const id = e.dataset.control;
            clearTimeout(typing[id]);
            typing[id] = setTimeout(() => send(e), 300);
        } else send(e);
    });
    root.addEventListener('change', event => { const e = control(event); if (e) send(e); });
    root.addEventListener('click', event => { const e = control(event); if (e && e.dataset.kind === 'button') send(e); });
    // The notebook has shortcuts for most keys: here they belong to the control. Ranges are moved by hand, because a shortcut may
    // already have claimed their arrows.
    const keys = event => {
        if (over || !root.contains(event.target)) return;
        event.stopImmediatePropagation();
        const e = control(event), box = e && (e.dataset.kind === 'text' || e.dataset.kind === 'lines');
        if (event.type === 'keydown' && (event.ctrlKey || event.metaKey) && event.key === 'z' && !box) { // a box takes its own letters back
            event.preventDefault();
            send(find('undo'));
        }
        if (!e || event.type !== 'keydown') return;
        if (event.key === 'Enter' && box && (e.dataset.kind === 'text' || event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            send(e);
        }
        if (e.dataset.kind !== 'range') return;
        const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10, Home: -1e9, End: 1e9 }[event.key];
        if (!step) return;
        event.preventDefault();
        e.value = Math.min(Math.max(+e.value + step, +e.min), +e.max);
        send(e);
    };
    for (const type of ['keydown', 'keypress', 'keyup']) window.addEventListener(type, keys, true);
    const adjust = (c, answered) => {
        const e = find(c.id);
        if (!e || typing[c.id] || (moved[c.id] || 0) > answered) return; // it has moved on since
        e.parentNode.classList.toggle('off', c.off);
        e.parentNode.hidden = c.absent;
        if (e.dataset.kind !== 'text' && e.dataset.kind !== 'lines' && e.dataset.kind !== 'button') e.disabled = c.off;
        if (e.dataset.kind === 'range') { e.min = c.min; e.max = c.max; e.dataset.options = JSON.stringify(c.options || null); }
        if (e.dataset.kind === 'select') {
            const options = c.options || [];
            if (JSON.stringify([...e.options].map(o => o.textContent)) !== JSON.stringify(options))
                e.replaceChildren(...options.map((text, i) => new Option(text, i)));
        }
        if (e.dataset.kind === 'button') return;
        if (e.dataset.kind === 'checkbox') e.checked = c.value === 'true';
        else if (e.value !== c.value && !(e.dataset.refused === e.value)) e.value = c.value;
        e.dataset.sent = e.dataset.kind === 'checkbox' ? String(e.checked) : e.value;
        show(e);
    };
    const update = async u => {
        beat = Date.now();
        if (over || u.seq < shown) return;
        shown = u.seq;
        const before = [...root.querySelectorAll('.adlab-picture')], kept = u.kept || [];
        const row = async (src, type, alt) => {
            let image = before.find(b => b.src === src && b.className === type);
            if (!image) {
                image = new Image();
                [image.className, image.src] = [type, src];
                await image.decode().catch(() => { });
            }
            image.alt = alt;
            return image;
        };
        // what was kept stands before what it is compared with, row by row
        const rows = (await Promise.all(u.rows.map((src, i) => Promise.all([
            ...kept.slice(i, i + 1).map(src => row(src, 'adlab-picture adlab-kept', i ? '' : 'kept: ' + u.differs)),
            row(src, 'adlab-picture', i ? '' : u.alt),
        ])))).flat();
        if (over || u.seq < shown) return; // a newer one has come meanwhile
        root.classList.toggle('comparing', kept.length > 0);
        const differs = root.querySelector('.adlab-differs');
        differs.hidden = kept.length === 0;
        differs.querySelector('span').textContent = u.differs || 'nothing differs yet';
        find('keep').setAttribute('aria-pressed', kept.length > 0);
        find('undo').setAttribute('aria-disabled', !u.undo);
        find('undo').classList.toggle('off', !u.undo);
        const finds = [...root.querySelectorAll('.adlab-finds li')], found = [];
        (u.found || []).forEach((f, i) => {
            if (f.done && !finds[i].classList.contains('done')) found.push('found: ' + finds[i].textContent);
            finds[i].classList.toggle('done', f.done);
        });
        root.querySelector('.adlab-finds output').textContent = finds.filter(f => f.classList.contains('done')).length + ' of ' + finds.length;
        speak([...found, u.changed].filter(Boolean).join('; '));
        hold(u.address);
        root.querySelector('.adlab-rows').replaceChildren(...rows);
        root.querySelector('.adlab-numbers').replaceChildren(...u.numbers.map(n => {
            const line = document.createElement('div'), value = document.createElement('span');
            value.className = 'adlab-number';
            value.dataset.name = n.name;
            value.textContent = n.value;
            line.append(n.name + ' ', value);
            return line;
        }));
        message = u.message;
        root.querySelector('.adlab-message').textContent = message;
        root.querySelector('.adlab-text').textContent = u.text;
        for (const e of root.querySelectorAll('[data-control]')) delete e.dataset.refused;
        for (const id of u.refused || []) if (find(id)) find(id).dataset.refused = find(id).value;
        for (const c of u.panel) adjust(c, u.seq);
        const opened = root.dataset.state === 'opening';
        [root.dataset.state, root.dataset.seq] = ['live', u.seq];
        watch();
        if (opened) follow(arrived());
    };
    let heard = null; // the connection, which the kernel may make anew
    const listen = () => {
        const comm = globalThis.gonb_comm;
        if (!comm || comm === heard) return;
        comm.subscribe(tell, (_, text) => update(JSON.parse(text)));
        comm.subscribe(pulse, () => { beat = Date.now(); });
        heard = comm;
    };
    const controls = root.querySelector('.adlab-controls');
    // What nothing answers for some seconds is grey, and after five cannot be moved; a kernel that was only slow brings it back.
    const watch = () => {
        const quiet = Date.now() - beat > 2000, gone = Date.now() - beat > 5000;
        if (root.dataset.state === 'opening' || !quiet && !controls.style.opacity) return;
        root.dataset.state = gone ? 'gone' : 'live';
        controls.inert = gone;
        controls.style.opacity = quiet ? 0.4 : '';
        root.querySelector('.adlab-message').textContent = gone ? 'the kernel has gone: run the cell again' :
            quiet ? 'the kernel does not answer; run the cell again if this stays' : message;
    };
    const alive = setInterval(() => {
        if (!root.isConnected) { // the cell has ended, or has been cleared
            over = true;
            clearInterval(alive);
            for (const type of ['keydown', 'keypress', 'keyup']) window.removeEventListener(type, keys, true);
            window.removeEventListener('hashchange', followed);
            return;
        }
        listen();
        watch();
        say({ alive: true });
        for (const s of Object.values(said)) { // lost on the way, or its answer: the kernel promises neither
            if (s.event.seq <= shown || Date.now() - s.at < 2000) continue;
            s.at = Date.now();
            say(s.event);
        }
    }, 500);
    listen();
    say({ alive: true });
})(400);
