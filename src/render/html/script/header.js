/* What stands above and below the rows. */

const showFacts = (into, facts) => into.replaceChildren(...facts.map(([sort, words]) => make("span", sort, words)));

const showHeader = (app) => {
  const { trace } = app.view;
  element("title").textContent = trace.title;
  element("title").title = trace.title;
  showFacts(element("facts"), trace.facts);
  showFacts(element("more"), trace.more);
  const id = make("span", "id");
  id.append(copyable(trace.id));
  element("more").prepend(id);
  if (trace.link) {
    const where = make("span");
    if (/^https?:\/\//i.test(trace.link)) {
      const link = make("a", "", "open where it came from");
      link.href = trace.link;
      link.title = trace.link;
      link.rel = "noopener noreferrer";
      link.target = "_blank";
      where.append(link);
    } else where.textContent = trace.link;
    element("more").append(where);
  }
  showSaid(app);
  const notes = make("ul");
  for (const [sign, words, item] of trace.notes) {
    const note = make("li");
    note.append(make("span", "sign", sign), item === null ? make("span", "", words) : app.details.leadsTo(item, words));
    notes.append(note);
  }
  element("notes").replaceChildren(...(trace.notes.length ? [notes] : []));
  const errors = trace.bits.reduce((sum, bits) => sum + ((bits & BIT.failed) && (bits & BIT.span) ? 1 : 0), 0);
  element("errors").disabled = errors === 0;
  element("path").disabled = !trace.bits.some((bits) => (bits & BIT.critical) && (bits & BIT.span));
};

const showSaid = (app) => {
  const { trace } = app.view;
  const said = [];
  if (trace.evidence.length) said.push(make("li", "", `incomplete: ${trace.evidence.join("; ")}`));
  for (const words of trace.left_out) said.push(make("li", "", words));
  for (const words of app.notes) said.push(make("li", "note", words));
  if (app.said) said.push(make("li", "", app.said));
  element("said").replaceChildren(...said);
};

const showLegend = (app) => {
  const { view } = app;
  const { trace } = view;
  const chips = trace.services.map(([name, colour, spans], place) => {
    const chip = make("button", `s${colour}`);
    chip.type = "button";
    chip.append(make("span", "text", trace.texts[name] || "(no service)"), make("small", "", count(spans)));
    chip.title = "Show only this service, and what is above";
    chip.setAttribute("aria-pressed", String(view.services.has(place)));
    chip.addEventListener("click", () => {
      if (!view.services.delete(place)) view.services.add(place);
      view.refresh();
      app.changed();
    });
    return chip;
  });
  element("legend").replaceChildren(...chips);
  element("legend").dataset.some = String(view.services.size > 0);
};

/* What of it is in sight. */
const showShown = (app) => {
  const { view } = app;
  const rows = plural(view.visible.length, "row", "rows");
  const only = [...view.services].map((place) => view.trace.texts[view.trace.services[place][0]] || "(no service)");
  element("shown").textContent = only.length ? `${rows}: only ${only.join(", ")}, and what is above` : rows;
};

const showTabs = (app) => {
  if (app.traces.length < 2) return;
  element("tabs").replaceChildren(...app.traces.map((trace, nth) => {
    const tab = make("button", "", trace.title);
    tab.type = "button";
    tab.title = trace.id;
    tab.setAttribute("aria-pressed", String(nth === app.nth));
    tab.addEventListener("click", () => app.open(nth));
    return tab;
  }));
};

/* What a row is, beside the pointer. */
class Tip {
  constructor(app) {
    this.app = app;
    this.box = element("tip");
  }

  hide() {
    clearTimeout(this.soon);
    this.box.hidden = true;
  }

  at(event, item) {
    clearTimeout(this.soon);
    const { clientX, clientY } = event;
    if (!this.box.hidden && this.item === item) return this.place(clientX, clientY);
    this.soon = setTimeout(() => {
      this.fill(item);
      this.box.hidden = false;
      this.place(clientX, clientY);
    }, this.box.hidden ? 350 : 60);
  }

  place(x, y) {
    const { offsetWidth, offsetHeight } = this.box;
    this.box.style.left = `${Math.max(4, Math.min(x + 14, window.innerWidth - offsetWidth - 8))}px`;
    this.box.style.top = `${y + 20 + offsetHeight > window.innerHeight ? Math.max(4, y - offsetHeight - 10) : y + 18}px`;
  }

  fill(item) {
    this.item = item;
    const { trace } = this.app.view;
    const lines = [make("b", "", trace.nameOf(item))];
    const service = trace.serviceName(item);
    if (service) lines.push(make("div", `of ${trace.colour(item)}`, service));
    const facts = [];
    const length = trace.lengthText(item);
    if (length) facts.push(length);
    if (!Number.isNaN(trace.at[item])) facts.push(`from ${duration(trace.at[item])}`);
    const detail = trace.detail(item);
    if (detail && detail.span[6] !== null) facts.push(`own time ${duration(detail.span[6])}`);
    if (detail && detail.span[7]) facts.push(`critical path ${duration(detail.span[7])}`);
    lines.push(make("div", "faint", facts.join(" · ")));
    for (const sign of marksOf(trace, item)) if (sign !== "!") lines.push(make("div", "warning", `${sign} ${MEANING[sign]}`));
    for (const [sort, words] of trace.remarks.get(item) || []) lines.push(make("div", `remarks ${sort}`, words));
    if (detail && detail.span[13][0].length) lines.push(make("div", "faint", plural(detail.span[13][0].length, "event", "events")));
    this.box.replaceChildren(...lines);
  }
}
