/* The whole trace as a small picture, and what is drawn of its time; the axis. */

const rgb = (() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  return (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
})();

/* A colour as it is now, light or dark. */
const colourOf = (variable) => {
  const probe = element("map");
  probe.style.color = `var(${variable})`;
  const colour = getComputedStyle(probe).color;
  probe.style.color = "";
  return rgb(colour);
};

const drawMap = (view) => {
  const { trace } = view;
  const canvas = element("map").querySelector("canvas");
  const ratio = Math.min(window.devicePixelRatio || 1, 2);
  const [wide, high] = [Math.max(1, Math.floor(canvas.clientWidth * ratio)), Math.max(1, Math.floor(canvas.clientHeight * ratio))];
  canvas.width = wide;
  canvas.height = high;
  const context = canvas.getContext("2d");
  const picture = context.createImageData(wide, high);
  const pixels = new Uint32Array(picture.data.buffer);
  const word = ([red, green, blue]) => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  const colours = [0, 1, 2, 3, 4, 5].map((nth) => word(colourOf(`--s${nth}`)));
  const [error, faint] = [word(colourOf("--error")), word(colourOf("--faint"))];
  const drawn = [];
  for (let item = 0; item < trace.count; item++) {
    if (trace.has(item, BIT.span) && !Number.isNaN(trace.at[item]) && (!view.kept || view.kept[item])) drawn.push(item);
  }
  const thick = Math.max(1, Math.min(Math.floor((high - 4) / Math.max(drawn.length, 1)), 6 * ratio));
  const row = (nth) => (drawn.length * thick <= high - 4 ? 2 + nth * thick : 2 + Math.floor((nth / drawn.length) * (high - 4)));
  // Failures are drawn last, so that none is covered.
  for (const failures of [false, true]) {
    for (let nth = 0; nth < drawn.length; nth++) {
      const item = drawn[nth];
      if (trace.has(item, BIT.failed) !== failures) continue;
      const service = trace.serviceOf(item);
      const colour = failures ? error : service ? colours[service[1]] : faint;
      const from = Math.min(Math.floor(view.axis.place(trace.at[item]) * wide), wide - 1);
      const to = Math.min(Math.max(Math.ceil(view.axis.place(trace.end(item)) * wide), from + Math.ceil(ratio)), wide);
      const top = row(nth);
      for (let y = top; y < Math.min(top + Math.max(thick - (thick > 2 ? 1 : 0), 1), high); y++) {
        pixels.fill(colour, y * wide + from, y * wide + to);
      }
    }
  }
  context.putImageData(picture, 0, 0);
};

const drawWindow = (view) => {
  const [from, to] = view.window;
  const [before, after, frame] = [".before", ".after", ".window"].map((part) => element("map").querySelector(part));
  before.style.width = `${from * 100}%`;
  after.style.width = `${(1 - to) * 100}%`;
  frame.style.left = `${from * 100}%`;
  frame.style.width = `${(to - from) * 100}%`;
  frame.hidden = view.isWhole();
  element("whole").disabled = view.isWhole();
};

const drawAxis = (view) => {
  const axis = element("axis");
  const width = axis.clientWidth;
  const [from, to] = view.window;
  const marks = [];
  const lines = [];
  const share = (x) => `${(x / width) * 100}%`;
  const line = (x, sort) => {
    const made = document.createElement("i");
    made.style.left = share(x);
    if (sort) made.className = sort;
    return made;
  };
  for (const [x, words] of view.axis.ticks(view.window, width)) {
    marks.push(line(x));
    lines.push(line(x));
    // A label that would be cut might be read as another number.
    if (x + 8 + words.length * 6.6 > width) continue;
    const label = document.createElement("span");
    label.style.left = share(x);
    label.textContent = words;
    marks.push(label);
  }
  for (const place of view.axis.breaks()) {
    const x = ((place - from) / (to - from)) * width;
    if (x >= 0 && x <= width) {
      marks.push(line(x - 2, "break"));
      lines.push(line(x - 2, "break"));
    }
  }
  axis.replaceChildren(...marks);
  element("grid").replaceChildren(...lines);
  element("grid").style.setProperty("--high", `${element("scroll").clientHeight}px`);
};

/* A time is chosen by drawing over it. `range` says which part of the axis the element shows. */
const dragToZoom = (over, range, chosen) => {
  over.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    over.setPointerCapture(event.pointerId);
    const box = over.getBoundingClientRect();
    const within = (x) => Math.min(Math.max((x - box.left) / box.width, 0), 1);
    const start = within(event.clientX);
    const shade = document.createElement("div");
    shade.className = "drag";
    over.append(shade);
    const move = (event) => {
      const at = within(event.clientX);
      shade.style.left = `${Math.min(start, at) * 100}%`;
      shade.style.width = `${Math.abs(at - start) * 100}%`;
    };
    const end = (event) => {
      over.removeEventListener("pointermove", move);
      over.removeEventListener("pointerup", end);
      over.removeEventListener("pointercancel", end);
      shade.remove();
      const at = within(event.clientX);
      if (event.type === "pointerup" && Math.abs(at - start) * box.width > 4) {
        const [from, to] = range();
        chosen(from + Math.min(start, at) * (to - from), from + Math.max(start, at) * (to - from));
      }
    };
    over.addEventListener("pointermove", move);
    over.addEventListener("pointerup", end);
    over.addEventListener("pointercancel", end);
  });
};
