// Traces for the pages, as OTLP/JSON.
const START = 1_784_901_785_123_000_000n;

/* A span, from and to so many milliseconds after the start. */
export const span = (id, parent, service, name, from, to, more = {}) => ({
  service,
  span: {
    spanId: id.toString(16).padStart(16, "0"), ...(parent ? { parentSpanId: parent.toString(16).padStart(16, "0") } : {}), name, kind: 1,
    startTimeUnixNano: String(START + BigInt(Math.round(from * 1e6))),
    ...(to === null ? {} : { endTimeUnixNano: String(START + BigInt(Math.round(to * 1e6))) }), ...more,
  },
});

export const attribute = (key, value) => ({ key, value: { stringValue: value } });

export const otlp = (trace, spans) => {
  const services = new Map();
  for (const { service, span } of spans) {
    if (!services.has(service)) services.set(service, []);
    services.get(service).push({ traceId: trace, ...span });
  }
  return {
    resourceSpans: [...services].map(([service, spans]) => ({
      resource: { attributes: [attribute("service.name", service)] }, scopeSpans: [{ scope: { name: "tests", version: "1" }, spans }],
    })),
  };
};

/* Names that would do harm if they were anything but text. */
export const hostile = (trace) => {
  const image = "<img src=x onerror=\"hit=1;alert(1)\">";
  const names = [image, "</script><script>hit=2;alert(2)</script>", "<!--<script>", "javascript:alert(3)", "&lt;b&gt;\" onmouseover='hit=4'", "]]><svg onload=alert(5)>"];
  const service = "<iframe srcdoc='<script>parent.hit=6</script>'>";
  const [key, value, event] = ["</script><b>key", "</textarea></script><script>alert(7)</script>", "<style>*{display:none}</style>"];
  const more = {
    attributes: [attribute(key, value), attribute("image", image)], status: { code: 2, message: image },
    events: [{ timeUnixNano: String(START), name: event, attributes: [attribute(key, value)] }],
    links: [{ traceId: "1".repeat(32), spanId: "2".repeat(16), attributes: [attribute(key, value)] }],
  };
  const spans = names.map((name, nth) => span(nth + 1, nth ? 1 : 0, service, name, nth, 100 - nth, more));
  return { document: otlp(trace, spans), names, service, details: [key, value, event, service, image] };
};

/* What has a parent that did not arrive, a ring, a span that names itself, one that runs, one that ends before it starts. */
export const odd = (trace) => otlp(trace, [
  span(1, 0, "web", "root", 0, 100), span(2, 0x4d4d, "web", "orphan", 10, 40), span(5, 7, "a", "ring", 30, 70), span(6, 5, "a", "ring", 35, 60),
  span(7, 6, "b", "ring", 36, 90), span(8, 8, "web", "self", 5, 6), span(9, 1, "web", "running", 30, null), span(10, 1, "web", "backwards", 30, 20),
]);

/* So many spans: requests with operations below them, here and there a failure. */
export const large = (trace, count) => {
  const spans = [span(1, 0, "gateway", "batch", 0, count)];
  for (let nth = 2; nth <= count; nth++) {
    const request = nth - ((nth - 2) % 20);
    const parent = request === nth ? 1 : nth % 3 === 0 ? nth - 1 : request;
    const more = { attributes: [attribute("order.id", `order-${nth}`), attribute("http.request.method", "POST")] };
    if (nth % 997 === 0) more.status = { code: 2, message: `operation ${nth} failed` };
    if (nth === 77777) more.attributes.push(attribute("comment", "needle in a haystack"));
    const offset = (nth - request) / 2;
    spans.push(span(nth, parent, `service-${nth % 7}`, `operation ${nth}`, request + offset, request + 20 - offset / 2, more));
  }
  return otlp(trace, spans);
};
