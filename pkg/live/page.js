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
        moved[id] = ++seq;
        root.dataset.said = seq;
        said[id] = { event: { control: id, value, seq }, at: Date.now() };
        say(said[id].event);
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
        const e = control(event);
        if (!e || event.type !== 'keydown') return;
        if (event.key === 'Enter' && (e.dataset.kind === 'text' || e.dataset.kind === 'lines' && (event.ctrlKey || event.metaKey))) {
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
        if (over || u.seq < shown) return;
        shown = u.seq;
        const before = [...root.querySelectorAll('.adlab-picture')];
        const rows = await Promise.all(u.rows.map(async (src, i) => {
            if (before[i] && before[i].src === src) return before[i];
            const image = new Image();
            [image.className, image.alt, image.src] = ['adlab-picture', before[0].alt, src];
            await image.decode().catch(() => { });
            return image;
        }));
        if (over || u.seq < shown) return; // a newer one has come meanwhile
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
        if (root.dataset.state !== 'gone') root.dataset.state = 'live';
        root.dataset.seq = u.seq;
    };
    let heard = null; // the connection, which the kernel may make anew
    const listen = () => {
        const comm = globalThis.gonb_comm;
        if (!comm || comm === heard) return;
        comm.subscribe(tell, (_, text) => update(JSON.parse(text)));
        comm.subscribe(pulse, () => { beat = Date.now(); });
        heard = comm;
    };
    // What nothing answers for five seconds cannot be moved; a kernel that was only slow brings it back.
    const watch = () => {
        const gone = beat > 0 && Date.now() - beat > 5000;
        if (gone === (root.dataset.state === 'gone')) return;
        root.dataset.state = gone ? 'gone' : 'live';
        const controls = root.querySelector('.adlab-controls');
        controls.inert = gone;
        controls.classList.toggle('off', gone);
        root.querySelector('.adlab-message').textContent = gone ? 'the kernel has gone: run the cell again' : message;
    };
    const alive = setInterval(() => {
        if (!root.isConnected) { // the cell has ended, or has been cleared
            over = true;
            clearInterval(alive);
            for (const type of ['keydown', 'keypress', 'keyup']) window.removeEventListener(type, keys, true);
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
