/* The keyboard. */

const KEYS = [
  ["j k ↑ ↓", "next and previous row"],
  ["h l ← →", "collapse and expand; to the parent, to the first child"],
  ["H L", "collapse and expand all that is below"],
  ["g G", "first and last row"],
  ["Enter", "details of the row"],
  ["/", "search; Enter finds the next, Esc ends it"],
  ["n N", "next and previous found"],
  ["e E", "next and previous error"],
  ["c C", "next and previous on the critical path"],
  ["z", "zoom to the time of the row"],
  ["+ -", "zoom in and out"],
  ["0 Esc", "all of the time"],
  ["y", "copy the id of the span"],
  ["[ ]", "previous and next trace"],
  ["t", "light or dark"],
  ["?", "these keys"],
];

const showKeys = () => {
  element("help-keys").replaceChildren(...KEYS.map(([keys, words]) => {
    const line = make("p");
    const signs = make("span", "keys");
    for (const key of keys.split(" ")) signs.append(make("kbd", "", key), " ");
    line.append(signs, make("span", "", words));
    return line;
  }));
  element("help").showModal();
};

/* What each key does; answers false where it does nothing. */
const pressed = (app, key) => {
  const { view } = app;
  const { trace, visible, selected } = view;
  const row = selected < 0 ? -1 : view.rowOf(selected);
  const to = (row) => { if (visible.length) app.select(visible[Math.min(Math.max(row, 0), visible.length - 1)]); };
  const page = Math.max(1, Math.floor(element("scroll").clientHeight / ROW) - 2);
  const isError = (item) => trace.has(item, BIT.error) && !trace.folds.has(item);
  const isCritical = (item) => trace.has(item, BIT.critical) && trace.has(item, BIT.span);
  switch (key) {
    case "j": case "ArrowDown": return to(row + 1);
    case "k": case "ArrowUp": return to(row < 0 ? 0 : row - 1);
    case "PageDown": return to(row + page);
    case "PageUp": return to(row - page);
    case "g": case "Home": return to(0);
    case "G": case "End": return to(visible.length - 1);
    case "h": case "ArrowLeft":
      if (selected < 0) return to(0);
      if (trace.size[selected] > 1 && !view.closed[selected]) return app.close(selected, true);
      return trace.parent[selected] >= 0 ? app.select(trace.parent[selected]) : undefined;
    case "l": case "ArrowRight":
      if (selected < 0) return to(0);
      if (view.closed[selected]) return app.close(selected, false);
      return trace.size[selected] > 1 ? to(row + 1) : undefined;
    case "H": return selected >= 0 ? app.close(selected, true, true) : undefined;
    case "L": return selected >= 0 ? app.close(selected, false, true) : undefined;
    case "Enter": return selected >= 0 ? app.details.show(selected) : undefined;
    case " ": return selected >= 0 ? app.close(selected, !view.closed[selected]) : undefined;
    case "/":
      app.search.input.focus();
      return app.search.input.select();
    case "n": return app.go(1, (item) => app.search.holds(item));
    case "N": return app.go(-1, (item) => app.search.holds(item));
    case "e": return app.go(1, isError);
    case "E": return app.go(-1, isError);
    case "c": return app.go(1, isCritical);
    case "C": return app.go(-1, isCritical);
    case "z": return app.zoomTo(selected);
    case "+": case "=": return app.zoomBy(0.5);
    case "-": return app.zoomBy(2);
    case "0": return app.zoom(0, 1);
    case "Escape":
      if (!view.isWhole()) return app.zoom(0, 1);
      if (app.details.isOpen()) return app.details.shut();
      return app.search.words ? app.search.clear() : undefined;
    case "y": return app.copyId(selected);
    case "[": return app.open(app.nth - 1);
    case "]": return app.open(app.nth + 1);
    case "t": return app.toggleTheme();
    case "?": return showKeys();
    default: return false;
  }
};
