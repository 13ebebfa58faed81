// The same idea as ../app.py with the SDKs for Node: OTLP over HTTP, always in chunks and without Content-Length, as JSON or as
// protobuf, and over gRPC; and the X-Ray SDK, whose documents nest without saying ids or types. Drives itself, writes down what was sent.

import { createRequire } from "node:module";
import { writeFileSync } from "node:fs";

import { ROOT_CONTEXT, SpanKind, SpanStatusCode, context, defaultTextMapGetter, trace } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter as GrpcExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import AWSXRay from "aws-xray-sdk-core";

const KINDS = ["internal", "server", "client", "producer", "consumer"];
const STATUSES = ["unset", "ok", "error"];

// Nanoseconds since 1970 do not fit into a number.
const nanoseconds = ([seconds, nanos]) => (BigInt(seconds) * 1_000_000_000n + BigInt(nanos)).toString();

// OTLP's SpanFlags: W3C's, whether it is known that the context is remote, and whether it is.
const flags = (of, remote) => (of & 0xff) | 0x100 | (remote ? 0x200 : 0);

function record(span) {
  return {
    trace_id: span.spanContext().traceId,
    span_id: span.spanContext().spanId,
    parent_span_id: span.parentSpanContext?.spanId ?? null,
    name: span.name,
    kind: KINDS[span.kind],
    start_unix_nano: nanoseconds(span.startTime),
    end_unix_nano: nanoseconds(span.endTime),
    status: STATUSES[span.status.code],
    status_message: span.status.message ?? "",
    attributes: span.attributes,
    dropped_attributes: span.droppedAttributesCount,
    events: span.events.map((event) => ({
      name: event.name,
      time_unix_nano: nanoseconds(event.time),
      attributes: event.attributes ?? {},
      dropped_attributes: event.droppedAttributesCount ?? 0,
    })),
    dropped_events: span.droppedEventsCount,
    links: span.links.map((link) => ({
      trace_id: link.context.traceId,
      span_id: link.context.spanId,
      flags: flags(link.context.traceFlags, link.context.isRemote),
      attributes: link.attributes ?? {},
      dropped_attributes: link.droppedAttributesCount ?? 0,
    })),
    dropped_links: span.droppedLinksCount,
    flags: flags(span.spanContext().traceFlags, span.parentSpanContext?.isRemote),
    resource: { attributes: span.resource.attributes },
    scope: { name: span.instrumentationScope.name, version: span.instrumentationScope.version ?? "" },
  };
}

const spans = [];
const recorder = {
  export(batch, done) {
    spans.push(...batch.map(record));
    done({ code: 0 });
  },
  shutdown: async () => {},
};
const Exporter = { grpc: GrpcExporter, protobuf: ProtobufExporter }[process.env.PEERS_EXPORTER] ?? JsonExporter;
const exporter = new Exporter();
const provider = new BasicTracerProvider({
  resource: resourceFromAttributes({ "service.name": "frontend-node", "service.version": "1.0.0", "app.replica": 2 }),
  spanProcessors: [new BatchSpanProcessor(exporter), new SimpleSpanProcessor(recorder)],
});
const tracer = provider.getTracer("cruddur.frontend", "0.2.0");

function within(name, options, parent, work) {
  const span = tracer.startSpan(name, options, parent);
  try {
    return work(span, trace.setSpan(parent, span));
  } finally {
    span.end();
  }
}

function openTelemetry() {
  const wrapper = new W3CTraceContextPropagator().extract(
    ROOT_CONTEXT,
    { traceparent: process.env.TRACEPARENT },
    defaultTextMapGetter,
  );
  within("wrapped", {}, wrapper, () => {});
  within("page", { kind: SpanKind.SERVER }, ROOT_CONTEXT, (page, inPage) => {
    page.setAttributes({
      "zoo.text": "naïve – 漢字 – 🦀",
      "zoo.whole": 3,
      "zoo.half": 0.5,
      "zoo.negative": -7,
      "zoo.large": Number.MAX_SAFE_INTEGER,
      "zoo.yes": true,
      "zoo.texts": ["a", "b"],
      "zoo.numbers": [1, 2, 3],
      "zoo.nothing": [],
    });
    within("fetch", { kind: SpanKind.CLIENT }, inPage, (fetch) => {
      fetch.recordException(new TypeError("fetch failed"));
      fetch.setStatus({ code: SpanStatusCode.ERROR, message: "fetch failed" });
    });
    within("render", { links: [{ context: page.spanContext(), attributes: { "app.link": "page" } }] }, inPage, (render) => {
      render.addEvent("painted", { "app.rows": 12, "app.share": 0.25 });
      render.setStatus({ code: SpanStatusCode.OK });
    });
  });
  // More than one batch, whose root ends last.
  within("many", {}, ROOT_CONTEXT, (_many, inMany) => {
    for (let row = 0; row < 700; row += 1) {
      within("row", { attributes: { "app.row": row } }, inMany, () => {});
    }
  });
}

const documents = [];
const emitter = createRequire(import.meta.url)("aws-xray-sdk-core/dist/lib/segment_emitter");
const send = emitter.send;
emitter.send = function sendAndRecord(entity) {
  documents.push(JSON.parse(entity.format()));
  send.call(this, entity);
};

function xray() {
  const segment = new AWSXRay.Segment("frontend-node");
  segment.addAnnotation("page", "home");
  segment.addAnnotation("rows", 12);
  segment.addAnnotation("ratio", 0.5);
  segment.addMetadata("props", { nested: { list: [1, "two", null] } }, "render");
  segment.setUser("andrewbrown");
  const outer = segment.addNewSubsegment("outer");
  const remote = outer.addNewSubsegment("api.cruddur.com");
  remote.namespace = "remote";
  remote.close();
  const failing = outer.addNewSubsegment("failing");
  failing.close(new RangeError("out of prune juice"));
  outer.close();
  segment.close();

  // More than its threshold of 100: some are streamed before the segment.
  const wide = new AWSXRay.Segment("frontend-node");
  for (let row = 0; row < 150; row += 1) {
    const part = wide.addNewSubsegment("row");
    part.addAnnotation("row", row);
    part.close();
  }
  wide.close();
}

openTelemetry();
xray();
await provider.forceFlush();
await provider.shutdown();
// The SDK has no flush: its sends are in the socket's queue, and are done before a timer is.
await new Promise((done) => setTimeout(done, 200));
writeFileSync(process.env.PEERS_OTEL_TRUTH, JSON.stringify(spans));
writeFileSync(process.env.PEERS_XRAY_TRUTH, JSON.stringify(documents));
writeFileSync(process.env.PEERS_VISIT_TRUTH, JSON.stringify({ traceparent: process.env.TRACEPARENT ?? "", steps: {} }));
console.log(`${spans.length} spans, ${documents.length} documents`);
