/* A trace as it came with the page: columns, and details that are read when somebody looks. */

const BIT = { match: 1, error: 2, running: 4, missing: 8, cycle: 16, outside: 32, failed: 64, critical: 128, service: 256, span: 512 };
const element = (id) => document.getElementById(id);
const parsed = (id) => JSON.parse(element(id).textContent);

class Trace {
  constructor(nth) {
    const data = parsed(`trace-${nth}`);
    element(`trace-${nth}`).textContent = "";
    Object.assign(this, data);
    this.nth = nth;
    this.count = data.depth.length;
    this.at = Float64Array.from(data.at, (at) => at ?? NaN);
    this.long = Float64Array.from(data.long, (long) => long ?? NaN);
    this.bits = Uint16Array.from(data.bits);
    this.depth = Int32Array.from(data.depth);
    this.shades = new Map(data.shades.map(([item, ...parts]) => [item, parts]));
    this.ticks = new Map(data.ticks.map(([item, ...times]) => [item, times]));
    this.folds = new Map(data.folds);
    this.hidden = new Map(data.hidden);
    this.extra = new Map(data.extra);
    this.exact = new Map(data.exact.map(([item, at, long]) => [item, [at, long]]));
    this.remarks = new Map();
    for (const [item, sort, words] of data.remarks) {
      if (!this.remarks.has(item)) this.remarks.set(item, []);
      this.remarks.get(item).push([sort, data.texts[words]]);
    }
    // Items come with their depth, each in front of what is below it.
    this.parent = new Int32Array(this.count).fill(-1);
    this.size = new Int32Array(this.count).fill(1);
    const open = [];
    for (let item = 0; item < this.count; item++) {
      open.length = Math.min(open.length, this.depth[item]);
      if (open.length) this.parent[item] = open[open.length - 1];
      open.push(item);
    }
    for (let item = this.count - 1; item >= 0; item--) {
      if (this.parent[item] >= 0) this.size[this.parent[item]] += this.size[item];
    }
    this.parts = new Map();
  }

  has(item, bit) { return (this.bits[item] & bit) !== 0; }
  nameOf(item) { return this.texts[this.name[item]]; }
  serviceOf(item) { const service = this.service[item]; return service < 0 ? null : this.services[service]; }
  serviceName(item) { const service = this.serviceOf(item); return service ? this.texts[service[0]] || "(no service)" : ""; }
  colour(item) { const service = this.serviceOf(item); return service ? `s${service[1]}` : ""; }

  /* When it ends; as far as it goes where it still runs. */
  end(item) {
    if (this.has(item, BIT.running)) return this.length;
    return Number.isNaN(this.long[item]) ? this.at[item] : this.at[item] + Math.max(this.long[item], 0);
  }

  lengthText(item) {
    if (this.has(item, BIT.missing) || this.hidden.has(item)) return "";
    if (Number.isNaN(this.at[item])) return "?";
    return this.has(item, BIT.running) ? "running" : duration(this.long[item]);
  }

  /* When it began, to the nanosecond. */
  began(item) {
    const exact = this.exact.get(item);
    return BigInt(this.start) + BigInt(exact ? exact[0] : this.at[item]);
  }

  readPart(number) { return parsed(`part-${this.nth}-${number}`); }

  /* What was sent with it; null where it is no single span. Few parts are kept. */
  detail(item) {
    const number = Math.floor(item / this.part);
    let part = this.parts.get(number);
    if (!part) {
      if (this.parts.size >= 8) this.parts.delete(this.parts.keys().next().value);
      part = this.readPart(number);
      this.parts.set(number, part);
    }
    const span = part.spans[item % this.part];
    return span ? { texts: part.texts, span } : null;
  }

  partCount() { return Math.ceil(this.count / this.part); }

  /* The item of a span's id, or of the beginning of one; -1 where there is none. */
  find(id) {
    for (const begins of [false, true]) {
      for (let number = 0; number < this.partCount(); number++) {
        const text = element(`part-${this.nth}-${number}`).textContent;
        // What is written otherwise within a script has to be read first.
        if (/^[\w.:-]*$/.test(id) && !text.includes(`"${id}`)) continue;
        const part = JSON.parse(text);
        const place = part.spans.findIndex((span) => {
          if (!span) return false;
          const own = part.texts[span[0]];
          return begins ? own.startsWith(id) : own === id;
        });
        if (place >= 0) return number * this.part + place;
      }
    }
    return -1;
  }
}
