/* The page as a whole. */

class App {
  constructor() {
    this.notes = parsed("asked");
    this.said = "";
    this.traces = [...document.querySelectorAll("script[id^=trace-]")].map((_, nth) => new Trace(nth));
    this.views = [];
    this.nth = 0;
    this.search = new Search(this);
    this.rows = new Rows(this);
    this.details = new Details(this);
    this.tip = new Tip(this);
    element("app").hidden = false;
    this.listen();
    this.open(0);
    this.follow();
  }

  get view() { return this.views[this.nth]; }

  /* Another trace. */
  open(nth) {
    if (nth < 0 || nth >= this.traces.length) return;
    if (this.view) this.view.top = this.rows.top();
    this.nth = nth;
    this.views[nth] ||= new View(this.traces[nth]);
    this.details.pane.hidden = true;
    showTabs(this);
    showHeader(this);
    this.search.run();
    this.changed();
    this.rows.setTop(this.view.top);
    if (this.view.selected < 0 && this.view.trace.selected !== null) {
      this.select(this.view.trace.selected);
      this.details.show(this.view.trace.selected);
    }
  }

  /* Other rows are in sight, or another part of the time. */
  changed() {
    showLegend(this);
    showShown(this);
    this.resized();
  }

  resized() {
    const bar = element("scroll").offsetWidth - element("scroll").clientWidth;
    element("stage").style.setProperty("--bar", `${bar}px`);
    drawAxis(this.view);
    drawWindow(this.view);
    drawMap(this.view);
    this.rows.redraw();
  }

  say(words) {
    this.said = words;
    showSaid(this);
  }

  /* Selects an item, and scrolls to it. */
  select(item) {
    const { view } = this;
    if (view.reveal(item)) this.changed();
    view.selected = item;
    this.rows.into(view.rowOf(item));
    this.rows.draw();
    if (this.details.isOpen()) this.details.show(item);
    const detail = view.trace.detail(item);
    const hash = detail ? `#${this.nth > 0 ? `trace=${this.nth + 1}&` : ""}span=${encodeURIComponent(detail.texts[detail.span[0]])}` : "";
    try {
      history.replaceState(null, "", hash || location.pathname + location.search);
    } catch {
      // Some browsers do not let a file change its own address.
    }
  }

  /* To the next item for which something holds. */
  go(by, holds) {
    const from = this.view.selected < 0 ? (by > 0 ? -1 : 0) : this.view.selected;
    const item = this.view.step(from, by, holds);
    if (item >= 0) this.select(item);
  }

  close(item, closed, below) {
    this.view.setClosed(item, closed, below);
    this.changed();
    this.select(item);
  }

  closeAll(closed) {
    this.view.setAllClosed(closed);
    if (this.view.selected >= 0 && this.view.visible[this.view.rowOf(this.view.selected)] !== this.view.selected) this.view.selected = -1;
    this.changed();
  }

  zoom(from, to) {
    this.view.setWindow(from, to);
    drawAxis(this.view);
    drawWindow(this.view);
    this.rows.redraw();
  }

  zoomTo(item) {
    const { view } = this;
    if (item < 0 || Number.isNaN(view.trace.at[item])) return;
    const [from, to] = [view.axis.place(view.trace.at[item]), view.axis.place(view.trace.end(item))];
    const around = Math.max((to - from) * 0.04, 1e-9);
    this.zoom(from - around, to + around);
  }

  zoomBy(factor, at) {
    const [from, to] = this.view.window;
    const middle = at ?? (from + to) / 2;
    this.zoom(middle - (middle - from) * factor, middle + (to - middle) * factor);
  }

  copyId(item) {
    const detail = item < 0 ? null : this.view.trace.detail(item);
    if (!detail) return;
    const id = detail.texts[detail.span[0]];
    copyText(id);
    this.search.output.textContent = `copied ${id}`;
  }

  toggleTheme() {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    drawMap(this.view);
  }

  /* What the address asks for: `#span=ID`, `#trace=2&span=ID`. */
  follow() {
    const asked = new URLSearchParams(location.hash.slice(1));
    if (asked.has("trace")) this.open(Number(asked.get("trace")) - 1);
    const id = asked.get("span");
    if (!id) return;
    const item = this.view.trace.find(id);
    if (item < 0) return this.say(`no span ${id} is on this page`);
    this.say("");
    this.select(item);
    this.details.show(item);
  }

  listen() {
    const click = (id, act) => element(id).addEventListener("click", act);
    click("next", () => pressed(this, "n"));
    click("previous", () => pressed(this, "N"));
    click("errors", () => pressed(this, "e"));
    click("path", () => pressed(this, "c"));
    click("close", () => this.closeAll(true));
    click("open", () => this.closeAll(false));
    click("whole", () => this.zoom(0, 1));
    click("theme", () => this.toggleTheme());
    click("keys", showKeys);
    const rows = element("rows");
    const itemOf = (event) => {
      const row = event.target.closest(".row");
      return row ? Number(row.dataset.item) : -1;
    };
    rows.addEventListener("click", (event) => {
      const item = itemOf(event);
      if (item < 0 || String(getSelection()).length > 0) return;
      rows.focus({ preventScroll: true });
      if (event.target.closest(".caret[data-open]")) return this.close(item, !this.view.closed[item], event.altKey);
      this.select(item);
      this.details.show(item);
    });
    rows.addEventListener("dblclick", (event) => {
      const item = itemOf(event);
      if (item >= 0 && this.view.trace.size[item] > 1 && event.target.closest(".label")) this.close(item, !this.view.closed[item]);
    });
    rows.addEventListener("pointermove", (event) => {
      const item = itemOf(event);
      if (item < 0) this.tip.hide(); else this.tip.at(event, item);
    });
    rows.addEventListener("pointerleave", () => this.tip.hide());
    element("scroll").addEventListener("scroll", () => this.tip.hide(), { passive: true });
    element("scroll").addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || element("help").open) return;
      if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
      if (event.target.closest("button, a") && ["Enter", " "].includes(event.key)) return;
      if (event.target.id === "split" && /^Arrow/.test(event.key)) return;
      this.tip.hide();
      if (pressed(this, event.key) !== false) event.preventDefault();
    });
    dragToZoom(element("axis"), () => this.view.window, (from, to) => this.zoom(from, to));
    dragToZoom(element("map"), () => [0, 1], (from, to) => this.zoom(from, to));
    this.listenToSplit();
    new ResizeObserver(() => this.resized()).observe(element("scroll"));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawMap(this.view));
    addEventListener("hashchange", () => this.follow());
    addEventListener("beforeprint", () => this.rows.print(true));
    addEventListener("afterprint", () => this.rows.print(false));
  }

  /* With Ctrl it zooms where the pointer is; sideways it moves. */
  wheel(event) {
    const box = element("axis").getBoundingClientRect();
    const [from, to] = this.view.window;
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
    if (event.ctrlKey) {
      event.preventDefault();
      const within = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
      this.zoomBy(Math.exp(event.deltaY * 0.0025), from + within * (to - from));
    } else if (sideways && !this.view.isWhole() && (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))) {
      event.preventDefault();
      const by = (sideways / box.width) * (to - from);
      this.zoom(from + by, to + by);
    }
  }

  listenToSplit() {
    const split = element("split");
    const set = (share) => {
      const percent = Math.min(Math.max(share * 100, 12), 80);
      document.documentElement.style.setProperty("--label", `${percent}%`);
      split.setAttribute("aria-valuenow", String(Math.round(percent)));
      this.resized();
    };
    const now = () => element("axisline").firstElementChild.clientWidth / element("stage").clientWidth;
    split.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      split.setPointerCapture(event.pointerId);
      const box = element("stage").getBoundingClientRect();
      const move = (event) => set((event.clientX - box.left) / box.width);
      split.addEventListener("pointermove", move);
      split.addEventListener("pointerup", () => split.removeEventListener("pointermove", move), { once: true });
    });
    split.addEventListener("keydown", (event) => {
      if (event.key === "ArrowLeft") set(now() - 0.02);
      if (event.key === "ArrowRight") set(now() + 0.02);
    });
  }
}

new App();
