/* What is seen of a trace at the moment: what is open, which services, which part of the time. */

const LEAST_WINDOW = 1e-12;

class View {
  constructor(trace) {
    this.trace = trace;
    this.axis = new Axis(trace);
    this.closed = new Uint8Array(trace.count);
    for (const item of trace.closed) this.closed[item] = 1;
    this.services = new Set();
    this.window = [0, 1];
    this.selected = -1;
    this.found = [];
    this.isFound = null;
    this.top = 0;
    this.refresh();
  }

  /* The items that have a row, from top to bottom. */
  refresh() {
    const { trace, closed } = this;
    let kept = null;
    if (this.services.size) {
      kept = new Uint8Array(trace.count);
      for (let item = trace.count - 1; item >= 0; item--) {
        if (this.services.has(trace.service[item])) kept[item] = 1;
        if (kept[item] && trace.parent[item] >= 0) kept[trace.parent[item]] = 1;
      }
    }
    const visible = [];
    for (let item = 0; item < trace.count; item += closed[item] || (kept && !kept[item]) ? trace.size[item] : 1) {
      if (!kept || kept[item]) visible.push(item);
    }
    this.kept = kept;
    this.visible = visible;
  }

  /* The row of an item, or where it would be. */
  rowOf(item) {
    let [low, high] = [0, this.visible.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.visible[middle] < item) low = middle + 1; else high = middle;
    }
    return low;
  }

  /* Opens all that is above an item; if its service is not among those that are shown, all are. */
  reveal(item) {
    let changed = false;
    if (this.kept && !this.kept[item]) {
      this.services.clear();
      changed = true;
    }
    for (let above = this.trace.parent[item]; above >= 0; above = this.trace.parent[above]) {
      if (this.closed[above]) {
        this.closed[above] = 0;
        changed = true;
      }
    }
    if (changed) this.refresh();
    return changed;
  }

  setClosed(item, closed, below) {
    const end = below ? item + this.trace.size[item] : item + 1;
    for (let at = item; at < end; at++) if (this.trace.size[at] > 1) this.closed[at] = closed ? 1 : 0;
    this.refresh();
  }

  setAllClosed(closed) {
    for (let item = 0; item < this.trace.count; item++) this.closed[item] = closed && this.trace.size[item] > 1 ? 1 : 0;
    this.refresh();
  }

  setWindow(from, to) {
    const length = Math.min(Math.max(to - from, LEAST_WINDOW), 1);
    const start = Math.min(Math.max(from, 0), 1 - length);
    this.window = [start, start + length];
  }

  isWhole() { return this.window[0] === 0 && this.window[1] === 1; }

  /* Where a time is, in pixels of a lane of this width. */
  pixel(time, width) { return ((this.axis.place(time) - this.window[0]) / (this.window[1] - this.window[0])) * width; }

  /* The next item after one, or before it, for which something holds, around the end; -1 for none. */
  step(from, by, holds) {
    const all = this.trace.count;
    for (let steps = 1; steps <= all; steps++) {
      const item = (((from + by * steps) % all) + all) % all;
      if (holds(item)) return item;
    }
    return -1;
  }
}
