// A slider between a picture and a map of it, both cut out of the figure that shows them.
ready(() => {
  const cut = (picture, w, h, [x, y, width, height]) =>
    `<svg viewBox="${x} ${y} ${width} ${height}" aria-hidden="true"><image href="${picture}" width="${w}" height="${h}"/></svg>`;
  const plain = caption => (caption || "").replaceAll("\n", ", ");
  const buttons = (names, press) => {
    const row = make("div", { className: "row" });
    row.append(...names.map((name, i) => {
      const b = make("button", { type: "button", textContent: name });
      b.setAttribute("aria-pressed", i === 0);
      b.onclick = () => {
        for (const other of row.children) other.setAttribute("aria-pressed", other === b);
        press(i);
      };
      return b;
    }));
    return row;
  };
  for (const box of document.querySelectorAll(".compare")) {
    box.hidden = false;
    box.addEventListener("toggle", () => {
      if (box.querySelector(".sliding")) return;
      const { picture, w, h } = box.dataset;
      const [top, ...maps] = JSON.parse(box.querySelector("script").textContent);
      let column = 0, map = 0;
      const stage = make("div", { className: "sliding" });
      const slider = make("input", { type: "range", min: 0, max: 100, value: 50 });
      slider.setAttribute("aria-labelledby", box.closest("figure").id + "-slide");
      const label = make("span", { id: box.closest("figure").id + "-slide", className: "unseen" }, ...words("How much of the picture is shown, the map beside it", "그림이 보이는 정도, 나머지는 지도"));
      const under = make("p", { className: "under", lang: "en" });
      const move = () => {
        stage.style.setProperty("--at", slider.value + "%");
        slider.setAttribute("aria-valuetext", slider.value + " %");
      };
      const show = () => {
        stage.innerHTML = cut(picture, w, h, top[column].at) + cut(picture, w, h, maps[map][column].at) + "<i></i>";
        under.textContent = [plain(top[column].caption), plain(maps[map][column].caption)].filter(Boolean).join(" | ");
        move();
      };
      slider.oninput = move;
      const drag = e => {
        const r = stage.getBoundingClientRect();
        slider.value = 100 * (e.clientX - r.left) / r.width;
        move();
      };
      stage.onpointerdown = e => { stage.setPointerCapture(e.pointerId); drag(e); };
      stage.onpointermove = e => { if (e.buttons) drag(e); };
      box.append(buttons(top.map((t, i) => plain(t.caption) || String(i + 1)), i => { column = i; show(); }));
      if (maps.length > 1) {
        const names = maps.map((row, i) => plain(row[0].caption).replace(/[\s,]*[\d.]+$/, "") || `${i + 1}`);
        box.append(buttons(names, i => { map = i; show(); }));
      }
      box.append(stage, label, slider, under);
      show();
    });
  }
});
