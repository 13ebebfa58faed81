-- Version 4 of the store: log records, with the traces that they name.

-- Batches may be of format 3: an OTLP ExportLogsServiceRequest, protobuf. They have no fragments and no spans.
-- One row for each trace of such a batch, whether a span of it is there or not. trace: as trace_rows.id. records: how many.
CREATE TABLE log_fragments (
  trace BLOB NOT NULL,
  batch INTEGER NOT NULL,
  records INTEGER NOT NULL,
  PRIMARY KEY (trace, batch)
) WITHOUT ROWID;
CREATE INDEX log_fragments_by_batch ON log_fragments (batch);
