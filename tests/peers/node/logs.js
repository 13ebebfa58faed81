// Log records of OpenTelemetry's SDK for Node: two within a span, one beside every span. Written down as `show` prints them.

import { writeFileSync } from "node:fs";

import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { SeverityNumber } from "@opentelemetry/api-logs";
import { OTLPLogExporter as GrpcLogs } from "@opentelemetry/exporter-logs-otlp-grpc";
import { OTLPLogExporter as JsonLogs } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPLogExporter as ProtobufLogs } from "@opentelemetry/exporter-logs-otlp-proto";
import { OTLPTraceExporter as GrpcSpans } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as JsonSpans } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufSpans } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";

const exporters = { grpc: [GrpcSpans, GrpcLogs], protobuf: [ProtobufSpans, ProtobufLogs] };
const [Spans, Logs] = exporters[process.env.PEERS_EXPORTER] ?? [JsonSpans, JsonLogs];
const resource = resourceFromAttributes({ "service.name": "frontend-node" });
const tracing = new BasicTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(new Spans())] });
const logging = new LoggerProvider({ resource, processors: [new BatchLogRecordProcessor({ exporter: new Logs() })] });

const span = tracing.getTracer("cruddur.frontend").startSpan("render", {}, ROOT_CONTEXT);
const context = trace.setSpan(ROOT_CONTEXT, span);
const logger = logging.getLogger("cruddur.frontend");
const records = [
  { severityNumber: SeverityNumber.WARN, severityText: "WARN", body: "naïve – 漢字 – 🦀", attributes: { "app.row": 3 } },
  { severityNumber: SeverityNumber.ERROR, eventName: "render.failed", body: { rows: [1, "two", true] } },
];
for (const record of records) logger.emit({ ...record, context });
logger.emit({ body: "of no span", context: ROOT_CONTEXT });
span.end();
await tracing.forceFlush();
await logging.forceFlush();
await tracing.shutdown();
await logging.shutdown();
writeFileSync(process.env.PEERS_VISIT_TRUTH, JSON.stringify({ trace_id: span.spanContext().traceId }));
