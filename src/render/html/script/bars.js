/* The bar of a row: what the span did at each moment, as in the terminal. */

const SVG = "http://www.w3.org/2000/svg";
/* By ink: gap, waits, waits on the critical path, own time, critical path: from where in the row, how high. */
const INKS = [null, [11, 2], [10, 4], [8, 8], [5, 14]];
const UNKNOWN = 5;

const svg = (name, attributes) => {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

/* Parts of a bar as one path for each ink; where several share a pixel, the one that fills most of it. */
const inkPaths = (view, item, width) => {
  const { trace } = view;
  const start = trace.at[item];
  const paths = ["", "", "", "", ""];
  const clip = (x) => Math.min(Math.max(x, -4), width + 4);
  const rectangle = (ink, from, to) => {
    const [y, high] = INKS[ink];
    paths[ink] += `M${from.toFixed(2)} ${y}H${to.toFixed(2)}v${high}H${from.toFixed(2)}Z`;
  };
  const parts = trace.shades.get(item);
  const [first, last] = [view.pixel(start, width), view.pixel(trace.end(item), width)];
  if (!parts || last - first < 2) {
    // Too short for more than what matters most in it.
    const inks = parts ? parts.filter((_, nth) => nth % 2 === 0) : [trace.ink[item]];
    const ink = inks.reduce((most, ink) => (ink !== UNKNOWN && ink > most ? ink : most), 0) || 3;
    const from = clip(first);
    rectangle(ink, from, Math.max(clip(last), from + 2));
    return paths;
  }
  let pixel = Math.floor(Math.max(first, 0));
  let sums = [0, 0, 0, 0, 0];
  let pending = null;
  const put = (ink, from, to) => {
    if (pending && pending.ink === ink && from - pending.to < 0.01) pending.to = to;
    else {
      if (pending && INKS[pending.ink]) rectangle(pending.ink, pending.from, pending.to);
      pending = { ink, from, to };
    }
  };
  const settle = () => {
    if (sums.some((sum) => sum > 0)) {
      let ink = 0;
      for (let nth = 1; nth < 5; nth++) if (Math.min(sums[nth], 0.5) >= Math.min(sums[ink], 0.5)) ink = nth;
      put(ink, Math.max(pixel, first), Math.min(pixel + 1, Math.max(last, first + 1)));
    }
    sums = [0, 0, 0, 0, 0];
  };
  let at = start;
  for (let nth = 0; nth < parts.length; nth += 2) {
    const until = at + parts[nth + 1];
    let [from, to] = [view.pixel(at, width), view.pixel(until, width)];
    at = until;
    if (to < 0) continue;
    if (from > width) break;
    [from, to] = [Math.max(from, 0), Math.min(to, width)];
    if (to - from >= 2) {
      // Long enough to have edges of its own.
      settle();
      put(parts[nth], from, to);
      pixel = Math.floor(to);
      continue;
    }
    while (from < to) {
      const edge = Math.min(Math.floor(from) + 1, to);
      if (Math.floor(from) !== pixel) {
        settle();
        pixel = Math.floor(from);
      }
      sums[parts[nth]] += edge - from;
      from = edge;
    }
  }
  settle();
  if (pending && INKS[pending.ink]) rectangle(pending.ink, pending.from, pending.to);
  return paths;
};

/* The bar of an item, and from where to where it goes in pixels; null where nothing is known of its time. */
const bar = (view, item, width) => {
  const { trace } = view;
  if (Number.isNaN(trace.at[item])) return null;
  // On paper the lane may be narrower than it was measured.
  const drawing = svg("svg", { "aria-hidden": "true", viewBox: `0 0 ${width} 24`, preserveAspectRatio: "none" });
  const from = view.pixel(trace.at[item], width);
  const to = Math.max(view.pixel(trace.end(item), width), from + 2);
  if (to < 0 || from > width) {
    // It is beside what is seen: a hint on which side.
    const path = to < 0 ? "M7 8L2 12L7 16Z" : `M${width - 7} 8L${width - 2} 12L${width - 7} 16Z`;
    drawing.append(svg("path", { d: path, class: "i1" }));
    return { drawing, from: to < 0 ? 0 : width - 10, to: to < 0 ? 10 : width };
  }
  const [left, right] = [Math.max(from, -4), Math.min(to, width + 4)];
  if (trace.has(item, BIT.running) || trace.has(item, BIT.missing)) {
    if (trace.has(item, BIT.running) && from >= -2) drawing.append(svg("path", { d: `M${left} 5h2v14h-2Z` }));
    drawing.append(svg("path", { d: `M${left} 12H${right}`, class: "run" }));
  } else {
    for (const [ink, d] of inkPaths(view, item, width).entries()) {
      if (d) drawing.append(svg("path", { d, class: `i${ink}` }));
    }
  }
  const times = trace.ticks.get(item) || [];
  let [last, circles, crosses] = [-9, "", ""];
  for (let nth = 0; nth < times.length; nth += 2) {
    const x = Math.min(Math.max(view.pixel(times[nth], width), left), right);
    if (x < 0 || x > width || (x - last < 2 && !times[nth + 1])) continue;
    last = x;
    if (times[nth + 1]) crosses += `M${(x - 3).toFixed(1)} 9l6 6m0 -6l-6 6`;
    else circles += `M${(x - 2.5).toFixed(1)} 12a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0 -5 0Z`;
  }
  if (circles) drawing.append(svg("path", { d: circles, class: "tick" }));
  if (crosses) drawing.append(svg("path", { d: crosses, class: "thrown" }));
  return { drawing, from: Math.max(from, 0), to: Math.min(to, width) };
};
