/* The rows: only those in sight are in the document. */

const ROW = 24;
const INDENT = 14;
/* Browsers draw nothing beyond some height; what is higher is scrolled faster than the pointer moves. */
const TALLEST = 12e6;
/* So many rows are printed. */
const PRINTED = 2000;
const MARKS = [[BIT.match, "›"], [BIT.error, "!"], [BIT.running, "?"], [BIT.missing, "⋯"], [BIT.cycle, "↺"], [BIT.outside, "~"]];
const MEANING = {
  "›": "is what was looked for", "!": "failed", "?": "is still running", "⋯": "has not arrived (yet)",
  "↺": "a cycle was cut here", "~": "lies outside its parent in time, ends before it starts, or was moved so that it fits",
};

const make = (name, sort, text) => {
  const made = document.createElement(name);
  if (sort) made.className = sort;
  if (text !== undefined) made.textContent = text;
  return made;
};

const marksOf = (trace, item) => MARKS.filter(([bit]) => trace.has(item, bit)).map(([, sign]) => sign);

class Rows {
  constructor(app) {
    this.app = app;
    this.scroll = element("scroll");
    this.body = element("rows");
    this.drawn = new Map();
    this.printing = false;
    this.measure = document.createElement("canvas").getContext("2d");
    this.scroll.addEventListener("scroll", () => this.later(), { passive: true });
  }

  get view() { return this.app.view; }

  later() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      this.draw();
    });
  }

  total() { return this.view.visible.length * ROW; }
  tall() { return Math.min(this.total(), TALLEST); }
  isScaled() { return this.total() > TALLEST; }

  /* How far down the rows are scrolled, as if all of them had their height. */
  top() {
    const high = this.scroll.clientHeight;
    if (!this.isScaled()) return this.scroll.scrollTop;
    return (this.scroll.scrollTop / Math.max(this.tall() - high, 1)) * (this.total() - high);
  }

  setTop(top) {
    const high = this.scroll.clientHeight;
    const at = Math.min(Math.max(top, 0), Math.max(this.total() - high, 0));
    this.scroll.scrollTop = this.isScaled() ? (at / (this.total() - high)) * (this.tall() - high) : at;
  }

  /* Scrolls so that a row is in sight, with some around it. */
  into(row) {
    const high = this.scroll.clientHeight;
    const [top, at] = [this.top(), row * ROW];
    const around = Math.min(3 * ROW, Math.max(high / 2 - ROW, 0));
    if (at < top + around) this.setTop(at - around);
    else if (at + ROW > top + high - around) this.setTop(at + ROW + around - high);
  }

  /* Everything anew. */
  redraw() {
    this.body.replaceChildren();
    this.drawn.clear();
    this.wide = Math.max(element("axis").clientWidth, 20);
    this.labels = element("axisline").firstElementChild.clientWidth;
    this.levels = Math.max(2, Math.floor((this.labels * 0.5) / INDENT));
    const style = getComputedStyle(document.body);
    this.measure.font = `11.5px ${style.fontFamily}`;
    this.draw();
  }

  draw() {
    const { visible } = this.view;
    const high = this.scroll.clientHeight;
    this.body.style.height = `${this.printing ? Math.min(visible.length, PRINTED) * ROW : this.tall()}px`;
    const top = this.printing ? 0 : this.top();
    const shift = this.isScaled() && !this.printing ? this.scroll.scrollTop - top : 0;
    const first = this.printing ? 0 : Math.max(0, Math.floor(top / ROW) - 4);
    const last = this.printing ? Math.min(visible.length, PRINTED) : Math.min(visible.length, Math.ceil((top + high) / ROW) + 4);
    const wanted = new Set(visible.slice(first, last));
    for (const [item, row] of this.drawn) {
      if (!wanted.has(item)) {
        row.remove();
        this.drawn.delete(item);
      }
    }
    const added = document.createDocumentFragment();
    for (let nth = first; nth < last; nth++) {
      const item = visible[nth];
      let row = this.drawn.get(item);
      if (!row) {
        row = this.row(item);
        this.drawn.set(item, row);
        added.append(row);
      }
      row.style.top = `${nth * ROW + shift}px`;
    }
    this.body.append(added);
    this.choose();
  }

  /* Shows which row is selected. */
  choose() {
    const { selected } = this.view;
    for (const [item, row] of this.drawn) {
      row.classList.toggle("chosen", item === selected);
      row.setAttribute("aria-selected", String(item === selected));
    }
    if (this.drawn.has(selected)) this.body.setAttribute("aria-activedescendant", `row-${selected}`);
    else this.body.removeAttribute("aria-activedescendant");
  }

  row(item) {
    const { view } = this;
    const { trace } = view;
    const row = make("div", `row ${trace.colour(item)}`);
    row.id = `row-${item}`;
    row.dataset.item = item;
    row.setAttribute("role", "treeitem");
    row.setAttribute("aria-level", String(trace.depth[item] + 1));
    const closed = view.closed[item] === 1;
    if (trace.size[item] > 1) row.setAttribute("aria-expanded", String(!closed));
    for (const [bit, name] of [[BIT.failed, "failed"], [BIT.critical, "critical"], [BIT.missing, "missing"], [BIT.running, "running"], [BIT.match, "matched"]]) {
      if (trace.has(item, bit)) row.classList.add(name);
    }
    if (trace.hidden.has(item)) row.classList.add("counted");
    if (trace.hidden.has(item) && trace.has(item, BIT.error)) row.classList.add("bad");
    if (view.isFound && view.isFound[item]) row.classList.add("found");
    const length = trace.lengthText(item);
    const said = marksOf(trace, item).map((sign) => MEANING[sign]);
    row.setAttribute("aria-label", [trace.nameOf(item), trace.serviceName(item), length, ...said].filter(Boolean).join(", "));
    const label = this.label(item, closed);
    row.append(label, this.lane(item, label), make("span", "long", length));
    return row;
  }

  label(item, closed) {
    const { trace } = this.view;
    const label = make("span", "label");
    const marks = make("span", "marks");
    for (const sign of marksOf(trace, item)) marks.append(make("span", sign === "!" ? "bad" : "", sign));
    if (marks.childElementCount > 1) marks.style.width = `${8 + 8 * marks.childElementCount}px`;
    label.append(marks);
    const depth = trace.depth[item];
    const levels = Math.min(depth, this.levels);
    if (depth > levels) label.append(make("span", "level", count(depth)));
    if (levels > 1) {
      const guides = make("span", "guides");
      guides.style.width = `${(levels - 1) * INDENT}px`;
      label.append(guides);
    }
    if (levels > 0) label.append(make("span", "guide"));
    const caret = make("span", "caret");
    if (trace.size[item] > 1) caret.dataset.open = String(!closed);
    label.append(caret);
    if (!trace.hidden.has(item) && !trace.has(item, BIT.missing)) label.append(make("span", "dot"));
    if (trace.folds.has(item)) label.append(make("span", "times", `×${count(trace.folds.get(item))}`));
    const name = make("span", "name");
    this.app.search.highlight(name, trace.nameOf(item));
    label.append(name);
    if (trace.extra.has(item)) label.append(make("span", "extra", trace.texts[trace.extra.get(item)]));
    if (closed && !trace.folds.has(item)) label.append(make("span", "more", `+${count(this.spansBelow(item))}`));
    // Of a service there shall be more than a letter or two.
    const service = trace.serviceName(item);
    if (trace.has(item, BIT.service) && this.room(item, label) >= Math.min(this.measure.measureText(service).width * 1.06, 40)) {
      label.append(make("span", "service", service));
    }
    return label;
  }

  /* How many pixels a label leaves behind the name, about. */
  room(item, label) {
    const { trace } = this.view;
    const more = label.querySelectorAll(".times, .extra, .more, .service");
    const others = [...more].reduce((sum, part) => sum + part.textContent.length * 7.5 + 8, 0);
    const levels = Math.min(trace.depth[item], this.levels);
    const wide = trace.has(item, BIT.failed) ? 1.22 : 1.14;
    return this.labels - (58 + levels * INDENT + others + this.measure.measureText(trace.nameOf(item)).width * wide);
  }

  /* How many spans are below an item, also where they are only counted. */
  spansBelow(item) {
    const { trace } = this.view;
    let spans = 0;
    for (let below = item + 1; below < item + trace.size[item]; below++) spans += trace.has(below, BIT.span) ? 1 : trace.hidden.get(below) || 0;
    return spans;
  }

  /* The lane with the bar, and what there is to say beside it; where there is no room for that, it is put behind the name. */
  lane(item, label) {
    const { view, wide } = this;
    const lane = make("span", "lane");
    const drawn = bar(view, item, wide);
    if (drawn) lane.append(drawn.drawing);
    const remarks = view.trace.remarks.get(item);
    if (!remarks) return lane;
    const [from, to] = drawn ? [drawn.from, drawn.to] : [0, 0];
    const words = remarks.map(([, words]) => words).join("  ");
    const remark = make("span", `remark ${remarks[0][0]}`, words);
    const needed = Math.min(this.measure.measureText(words).width + 6, 280);
    const [before, after] = [from - 8, wide - to - 8];
    const share = (pixels) => (pixels / wide) * 100;
    if (after >= needed || (after >= before && after >= 140)) Object.assign(remark.style, { left: `calc(${share(to)}% + 7px)`, right: "4px" });
    else if (before >= needed || before >= 140) Object.assign(remark.style, { right: `calc(${share(wide - from)}% + 7px)`, maxWidth: `${share(before)}%` });
    else if (remarks[0][0] !== "error" || this.room(item, label) >= Math.min(needed, 120)) {
      remark.classList.add("behind");
      label.append(remark);
      return lane;
    } else {
      // Why something failed is seen in any case.
      remark.classList.add("over");
      Object.assign(remark.style, { right: "6px", maxWidth: "75%" });
    }
    lane.append(remark);
    return lane;
  }

  /* On paper there is no scrolling. */
  print(printing) {
    this.printing = printing;
    const missing = this.view.visible.length - PRINTED;
    this.app.say(printing && missing > 0 ? `only the first ${count(PRINTED)} of ${count(this.view.visible.length)} rows are printed` : "");
    this.redraw();
  }
}
