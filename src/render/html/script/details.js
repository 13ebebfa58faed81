/* One span whole: what it is, what it means for its trace, and all that was sent with it. */

const ROLES = {
  o: ": the failure began here", p: ": a failure from below was passed on",
  h: ": a failure from below stopped here", r: ": made good by a later try",
};

const copyText = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
};

/* A text that is copied when it is clicked. */
const copyable = (text) => {
  const button = make("button", "copy", text);
  button.type = "button";
  button.title = "Copy";
  button.addEventListener("click", () => {
    copyText(text);
    button.title = "Copied";
  });
  return button;
};

const discarded = (number, one, many) =>
  make("p", "dropped", `${count(number)} more ${number === 1 ? one : many}, which the sender discarded`);

/* Keys and values in turn. */
const valuesOf = (texts, pairs) => {
  const list = make("dl", "values");
  for (let nth = 0; nth < pairs.length; nth += 2) {
    list.append(make("dt", "", texts[pairs[nth]]), make("dd", "", texts[pairs[nth + 1]]));
  }
  return list;
};

class Details {
  constructor(app) {
    this.app = app;
    this.pane = element("details");
  }

  isOpen() { return !this.pane.hidden; }

  shut() {
    this.pane.hidden = true;
    this.app.resized();
  }

  show(item) {
    const wasOpen = this.isOpen();
    const { trace } = this.app.view;
    const shut = make("button", "quiet shut", "✕");
    shut.type = "button";
    shut.title = "Close (Esc)";
    shut.setAttribute("aria-label", "Close details");
    shut.addEventListener("click", () => this.shut());
    const times = trace.folds.has(item) ? `×${count(trace.folds.get(item))} ` : "";
    this.pane.replaceChildren(shut, make("h2", trace.has(item, BIT.failed) ? "error" : "", times + trace.nameOf(item)));
    const detail = trace.detail(item);
    if (detail) this.span(trace, item, detail);
    else this.other(trace, item);
    this.pane.hidden = false;
    this.pane.scrollTop = 0;
    if (!wasOpen) this.app.resized();
  }

  /* What is no single span. */
  other(trace, item) {
    const say = (words) => this.pane.append(make("p", "faint", words));
    if (trace.folds.has(item)) {
      say(`${plural(trace.folds.get(item), "span", "spans")} of one name, service, kind and status, each with the same below it. Open the row to see each.`);
      const facts = [["service", trace.serviceName(item), trace.colour(item)], ["together", trace.lengthText(item)]];
      this.facts(facts);
    } else if (trace.hidden.has(item)) {
      say("These spans are not on this page: it was made with a limit to its rows.");
    } else {
      say("This span has not arrived (yet). All that is known of it is that spans name it as their parent.");
    }
    for (const [sort, words] of trace.remarks.get(item) || []) this.pane.append(make("p", sort, words));
  }

  facts(facts) {
    const list = make("dl", "facts-of-span");
    for (const [name, value, sort, copy, above] of facts) {
      const shown = make("dd", sort || "");
      if (sort && /^s\d$/.test(sort)) shown.style.color = "var(--w, var(--c))";
      if (copy) shown.append(copyable(copy), above === undefined ? value.slice(copy.length) : this.leadsTo(above, value.slice(copy.length)));
      else shown.textContent = value;
      list.append(make("dt", "", name), shown);
    }
    this.pane.append(list);
  }

  /* Words that lead to an item. */
  leadsTo(item, words) {
    const button = make("button", "above", words);
    button.type = "button";
    button.title = "Go there";
    button.addEventListener("click", () => this.app.select(item));
    return button;
  }

  critical(path, slack) {
    const { trace } = this.app.view;
    if (path !== null) {
      const [whole, part] = [trace.pathLength, Math.floor((path * 1000) / Math.max(trace.pathLength, 1))];
      return `${duration(path)} of ${duration(whole)}, ${Math.floor(part / 10)}.${part % 10} %`;
    }
    return slack === null ? "not on it: nobody waited for this span" : `not on it: could have ended ${duration(slack)} later`;
  }

  span(trace, item, { texts, span }) {
    const [id, parent, kind, status, role, message, own, path, slack, skew, resource, scope, attributes, events, links, more] = span;
    const known = !Number.isNaN(trace.at[item]);
    const facts = [
      ["service", trace.serviceName(item), trace.colour(item)],
      ["kind", texts[kind]],
      ["status", texts[status] + (ROLES[role] || ""), trace.has(item, BIT.failed) ? "error" : ""],
      ["started", known ? `${duration(trace.at[item])} after the trace began, ${clock(trace.began(item), trace.zone)}` : "not known"],
      ["duration", trace.has(item, BIT.running) ? "still running" : known ? duration(trace.long[item]) : "not known"],
      ["own time", own === null ? "not known" : duration(own)],
      ["critical path", this.critical(path, slack)],
    ];
    if (skew !== null) facts.push(["clock", `seems off: ${duration(skew)} would fit all calls`, "warning"]);
    facts.push(["trace", trace.id, "", trace.id], ["span", texts[id], "", texts[id]]);
    if (parent !== null) {
      const above = trace.parent[item] < 0 ? -1 : trace.folds.has(trace.parent[item]) ? trace.parent[trace.parent[item]] : trace.parent[item];
      const name = above < 0 ? "" : trace.has(above, BIT.missing) ? "  not arrived (yet)" : `  ${trace.nameOf(above)}`;
      facts.push(["parent", texts[parent] + name, "", texts[parent], above < 0 ? undefined : above]);
    }
    for (let nth = 0; nth < more.length; nth += 2) facts.push([texts[more[nth]], texts[more[nth + 1]]]);
    for (const sign of marksOf(trace, item)) if ("↺~".includes(sign)) facts.push([sign, MEANING[sign], "warning"]);
    this.facts(facts);

    if (message !== null) {
      this.heading("Status message");
      this.pane.append(make("p", "message", texts[message]));
    }
    this.values("Attributes", texts, attributes);
    this.events(trace, item, texts, events);
    this.links(texts, links);
    const { senders } = trace;
    const [sent, scoped] = [senders.senders[resource], senders.senders[scope]];
    this.values("Resource", senders.texts, [[...sent[0], ...sent[2]], sent[1]]);
    this.values("Scope", senders.texts, [[...scoped[2], ...scoped[0]], scoped[1]]);
  }

  heading(words) { this.pane.append(make("h3", "", words)); }

  values(heading, texts, [pairs, dropped]) {
    if (!pairs.length && !dropped) return;
    this.heading(heading);
    this.pane.append(valuesOf(texts, pairs));
    if (dropped) this.pane.append(discarded(dropped, "attribute", "attributes"));
  }

  events(trace, item, texts, [events, dropped]) {
    if (!events.length && !dropped) return;
    this.heading("Events");
    const start = Number.isNaN(trace.at[item]) ? 0 : trace.at[item];
    for (const [at, name, pairs, discardedHere] of events) {
      const event = make("div", "event");
      const line = make("p", texts[name] === "exception" ? "error" : "");
      const after = at === null ? "no time" : at < start ? duration(at - start) : `+${duration(at - start)}`;
      line.append(make("span", "at", after), document.createTextNode(texts[name]));
      event.append(line, valuesOf(texts, pairs));
      if (discardedHere) event.append(discarded(discardedHere, "attribute", "attributes"));
      this.pane.append(event);
    }
    if (dropped) this.pane.append(discarded(dropped, "event", "events"));
  }

  links(texts, [links, dropped]) {
    if (!links.length && !dropped) return;
    this.heading("Links");
    for (const [trace, span, pairs, discardedHere] of links) {
      const link = make("div", "event");
      const list = make("dl", "values");
      for (const [key, value] of [["trace", texts[trace]], ["span", texts[span]]]) {
        const shown = make("dd");
        shown.append(copyable(value));
        list.append(make("dt", "", key), shown);
      }
      link.append(list, valuesOf(texts, pairs));
      if (discardedHere) link.append(discarded(discardedHere, "attribute", "attributes"));
      this.pane.append(link);
    }
    if (dropped) this.pane.append(discarded(dropped, "link", "links"));
  }
}
