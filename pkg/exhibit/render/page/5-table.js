// Tables sort within each group by a column, and hide the rows that are quoted from the papers.
ready(() => {
  const valueOf = cell => {
    if (cell.dataset.values) return Number(cell.dataset.values.split(" ").reduce((sum, v, _, all) => sum + v / all.length, 0));
    const number = parseFloat(cell.textContent.replace(/[^\d.eE+-]/g, ""));
    return Number.isNaN(number) ? null : number;
  };
  const sort = (table, column, order) => {
    for (const body of table.tBodies) {
      const rows = [...body.rows].filter(r => !r.classList.contains("group"));
      rows.forEach((r, i) => { r.place ??= i; });
      rows.sort((a, b) => {
        if (!order) return a.place - b.place;
        if (!column) return order * a.cells[0].textContent.localeCompare(b.cells[0].textContent);
        const [x, y] = [valueOf(a.cells[column]), valueOf(b.cells[column])];
        if (x === null || y === null) return (x === null) - (y === null) || a.place - b.place; // nothing comes last
        return order * (x - y) || a.place - b.place;
      });
      body.append(...rows);
    }
  };
  for (const table of document.querySelectorAll("table.exhibit")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((th, column) => {
      const button = make("button", { type: "button" });
      button.append(...th.childNodes);
      th.append(button);
      const orders = column ? ["descending", "ascending", null] : ["ascending", "descending", null]; // the best first
      button.onclick = () => {
        const next = orders[(orders.indexOf(th.getAttribute("aria-sort")) + 1) % orders.length];
        for (const other of heads) other.removeAttribute("aria-sort");
        if (next) th.setAttribute("aria-sort", next);
        sort(table, column, next === "ascending" ? 1 : next === "descending" ? -1 : 0);
      };
    });
    const tools = table.closest(".table").previousElementSibling;
    if (!table.querySelector("tr.quoted")) continue;
    const hide = tools.querySelector("[data-quoted]");
    tools.hidden = false;
    hide.onclick = () => hide.setAttribute("aria-pressed", table.classList.toggle("ours-alone"));
  }
});
