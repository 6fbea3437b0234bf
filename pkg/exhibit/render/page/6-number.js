// Every number is a link to what made it, which opens in the fold-out below its table. The link is
// the number's own address: whoever is given it sees the same.
ready(() => {
  const runs = JSON.parse(document.getElementById("runs").textContent);
  const cells = new Map(); // by address
  const line = (...what) => make("p", {}, ...what);
  const code = text => make("code", { textContent: text });

  const explain = (cell, link) => {
    const { group, row, column, file, made, doubt, keys, one } = link.of;
    const values = cell.dataset.values ? cell.dataset.values.split(" ") : [];
    const about = [line(make("b", { textContent: [group, row, column].join(" / ") + ": " + link.textContent, lang: "en" }))];
    if (values.length > 1) about.push(line(...words("one value a seed: ", "시드마다: "), values.join(", ")));
    else if (values.length) about.push(line(...words("with all its digits: ", "모든 자리: "), values[0]));
    else if (cell.dataset.claim) about.push(line(...words("printed in the paper, not measured here", "논문의 값이며 여기서 재지 않았다")));
    if (cell.dataset.claim) about.push(line(...words("the printed number's name among the claims: ", "논문 값의 이름: "), code(cell.dataset.claim)));
    if (doubt) about.push(line(...words("in doubt: ", "의심스러운 점: "), make("span", { lang: "en", textContent: doubt })));
    if (values.length && keys.length) {
      about.push(line(...words("the runs behind this row:", "이 행의 실행:")));
      about.push(make("ul", { lang: "en" }, ...keys.map(key => {
        const r = runs[key];
        return make("li", {}, code(key.slice(0, 16)), r ? ` ${r.what}, seed ${r.seed}${r.steps ? `, ${r.steps} steps` : ""}; ${r.encoder}; data ${r.data}; ${r.processor}; code ${r.code}` : "");
      })));
    }
    if (values.length) {
      const command = `adlab explain ${file}` + (one && keys.length ? ` --cell '${[group, row, column].join("/").replaceAll("'", "'\\''")}'` : "");
      about.push(line(...words("in the gallery's folder: ", "갤러리 폴더에서: "), code(command)));
    }
    made.querySelector(".number").replaceChildren(...about);
    for (const a of document.querySelectorAll("td a[aria-current]")) a.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    made.open = true;
    made.scrollIntoView({ block: "nearest" });
  };

  for (const box of document.querySelectorAll(".table")) {
    const table = box.querySelector("table");
    const made = document.getElementById(box.dataset.of + "-made");
    const rowRuns = JSON.parse(made.querySelector(".rows")?.textContent || "{}");
    const columns = [...table.tHead.rows[0].cells].map(th => th.textContent);
    const first = box === document.querySelector(`.table[data-of="${box.dataset.of}"]`); // adlab explain knows cells of the first
    const links = [];
    for (const body of table.tBodies) {
      const group = body.dataset.group ?? body.rows[0].textContent;
      for (const row of body.rows) {
        if (row.classList.contains("group")) continue;
        [...row.cells].slice(1).forEach((cell, i) => {
          if (!cell.dataset.values && !cell.dataset.claim) return;
          const name = row.cells[0].textContent;
          const link = make("a", { tabIndex: -1 });
          for (const n of [...cell.childNodes].filter(n => n.nodeType === Node.TEXT_NODE)) {
            link.append(n.data.trim());
            n.data = n.data.endsWith(" ") ? " " : "";
          }
          cell.prepend(link);
          const address = [box.dataset.file.replace(/\.csv$/, ""), box.dataset.of, group, name, columns[i + 1]].map(encodeURIComponent).join("/");
          link.href = "#" + address;
          link.of = { group, row: name, column: columns[i + 1], file: box.dataset.file, made, doubt: cell.title, keys: rowRuns[group + "/" + name] || [], one: first };
          cells.set(address, () => explain(cell, link));
          links.push(link);
        });
      }
    }
    if (!links.length) continue;
    links[0].tabIndex = 0; // one stop a table; arrow keys go on from there
    box.addEventListener("focusin", e => {
      if (!e.target.of) return;
      for (const a of links) a.tabIndex = a === e.target ? 0 : -1;
    });
    box.addEventListener("keydown", e => {
      const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[e.key];
      if (!step || !e.target.of) return;
      const rows = [...table.rows].filter(r => r.offsetParent);
      let cell = e.target.closest("td"), at = rows.indexOf(cell.parentElement), column = cell.cellIndex, to = null;
      while (!to && (at += step[0], column += step[1], rows[at]?.cells && column > 0 && column < columns.length)) to = rows[at].cells[column]?.querySelector("a");
      if (to) to.focus();
      e.preventDefault();
    });
    box.addEventListener("click", e => { // the same number again
      const link = e.target.closest("td a");
      if (link && link.hash === location.hash) cells.get(link.hash.slice(1))();
    });
  }

  const open = () => {
    const found = cells.get(location.hash.slice(1));
    if (found) found();
  };
  addEventListener("hashchange", open);
  open();
});
