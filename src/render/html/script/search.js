/* Search: names and services at once, then what was sent with spans, part by part, so that the page stays at hand. */

class Search {
  constructor(app) {
    this.app = app;
    this.input = element("search");
    this.output = element("found");
    this.words = "";
    this.turn = 0;
    this.input.addEventListener("input", () => {
      clearTimeout(this.soon);
      this.soon = setTimeout(() => this.run(), 120);
    });
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        clearTimeout(this.soon);
        if (this.words !== this.input.value.trim().toLowerCase()) this.run();
        this.app.go(event.shiftKey ? -1 : 1, (item) => this.holds(item));
      } else if (event.key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        this.clear();
        element("rows").focus();
      }
    });
  }

  /* Whether an item was found; without a search, whether it is highlighted. */
  holds(item) {
    const { view } = this.app;
    return view.isFound ? view.isFound[item] === 1 : view.trace.has(item, BIT.match);
  }

  clear() {
    this.input.value = "";
    this.run();
  }

  run() {
    const { view } = this.app;
    const { trace } = view;
    const turn = ++this.turn;
    this.words = this.input.value.trim().toLowerCase();
    view.isFound = this.words ? new Uint8Array(trace.count) : null;
    this.tell(!this.words);
    if (this.words) {
      const holds = trace.texts.map((text) => text.toLowerCase().includes(this.words));
      const services = trace.services.map(([name]) => holds[name]);
      for (let item = 0; item < trace.count; item++) {
        if (this.isSearched(trace, item) && (holds[trace.name[item]] || services[trace.service[item]])) view.isFound[item] = 1;
      }
      this.part(turn, view, 0);
    }
    this.app.rows.redraw();
  }

  isSearched(trace, item) { return !trace.folds.has(item) && !trace.hidden.has(item); }

  /* Looks at the details of some parts, and at the others when the page has had its turn. */
  part(turn, view, from) {
    const { trace } = view;
    const began = performance.now();
    let number = from;
    while (number < trace.partCount() && (number === from || performance.now() - began < 12)) {
      const { texts, spans } = trace.readPart(number);
      const holds = texts.map((text) => text.toLowerCase().includes(this.words));
      if (holds.includes(true)) {
        for (const [nth, span] of spans.entries()) {
          if (span && this.inSpan(span, holds)) view.isFound[number * trace.part + nth] = 1;
        }
      }
      number++;
    }
    if (number < trace.partCount()) {
      setTimeout(() => {
        if (turn === this.turn && view === this.app.view) this.part(turn, view, number);
      });
      this.tell(false);
      return;
    }
    this.tell(true);
    this.app.rows.redraw();
  }

  inSpan([id, , , , , message, , , , , , , attributes, events, links, more], holds) {
    const any = (pairs) => pairs.some((number) => holds[number]);
    return holds[id] || (message !== null && holds[message]) || any(attributes[0]) || any(more)
      || events[0].some(([, name, pairs]) => holds[name] || any(pairs))
      || links[0].some(([trace, span, pairs]) => holds[trace] || holds[span] || any(pairs));
  }

  tell(finished) {
    const { view } = this.app;
    let found = 0;
    for (let item = 0; item < view.trace.count; item++) if (this.holds(item)) found++;
    const highlighted = view.isFound ? "" : " highlighted";
    const words = found || view.isFound ? `${count(found)}${view.isFound ? " found" : highlighted}${finished ? "" : " …"}` : "";
    this.output.textContent = words;
    this.output.dataset.finished = String(finished);
    for (const id of ["previous", "next"]) element(id).disabled = found === 0;
  }

  /* Puts a name into an element, with what was searched marked. */
  highlight(into, name) {
    const at = this.words ? name.toLowerCase().indexOf(this.words) : -1;
    // Where small letters are longer than capitals, places cannot be compared.
    if (at < 0 || name.toLowerCase().length !== name.length) {
      into.textContent = name;
      return;
    }
    into.append(name.slice(0, at), make("mark", "", name.slice(at, at + this.words.length)), name.slice(at + this.words.length));
  }
}
