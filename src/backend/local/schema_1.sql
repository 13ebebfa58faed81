-- Version 1 of the store. Times are nanoseconds since 1970 in UTC.

-- What spans do, and who does it. service is NULL for spans whose sender leaves that to their parent (X-Ray).
CREATE TABLE operations (
  id INTEGER PRIMARY KEY,
  service TEXT,
  name TEXT NOT NULL,
  kind INTEGER NOT NULL
);
CREATE UNIQUE INDEX operations_by_content ON operations (name, kind, ifnull(service, char(0)));

-- What was received, as it came, zstd-compressed. format 1: OTLP protobuf, 2: X-Ray documents, one a line.
-- traces counts the traces that still need it.
CREATE TABLE batches (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  received INTEGER NOT NULL,
  format INTEGER NOT NULL,
  traces INTEGER NOT NULL,
  spans INTEGER NOT NULL,
  hash INTEGER NOT NULL,
  size INTEGER NOT NULL,
  data BLOB NOT NULL
);
CREATE INDEX batches_by_hash ON batches (hash);

-- One row a trace, kept up to date as spans arrive. id: 16 bytes, or text where the sender's id is none.
-- operations: JSON array of operations.id; root: the root span's. received: when the last of it arrived.
CREATE TABLE trace_rows (
  n INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  spelling INTEGER NOT NULL,
  start INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  spans INTEGER NOT NULL,
  errors INTEGER NOT NULL,
  running INTEGER NOT NULL,
  missing_parents INTEGER NOT NULL,
  root INTEGER,
  operations TEXT NOT NULL,
  received INTEGER NOT NULL
);
CREATE INDEX trace_rows_by_start ON trace_rows (start);
CREATE INDEX trace_rows_by_received ON trace_rows (received);

-- The spans of one trace within one batch: JSON array of
-- [span id, parent id or null, start - base, end - base or null while running, operations.id, 1 if it failed].
CREATE TABLE fragments (
  trace INTEGER NOT NULL,
  batch INTEGER NOT NULL,
  base INTEGER NOT NULL,
  spans TEXT NOT NULL,
  PRIMARY KEY (trace, batch)
) WITHOUT ROWID;

CREATE VIEW traces AS
  SELECT iif(typeof(t.id) = 'blob', lower(hex(t.id)), t.id) AS trace_id,
         strftime('%Y-%m-%dT%H:%M:%fZ', t.start / 1e9, 'unixepoch') AS started,
         (t."end" - t.start) / 1e6 AS duration_ms,
         o.service AS root_service,
         o.name AS root_name,
         t.spans AS span_count,
         t.errors AS error_count,
         t.missing_parents,
         t.running
  FROM trace_rows t LEFT JOIN operations o ON o.id = t.root;

-- A span that was sent twice is there twice.
CREATE VIEW spans AS
  SELECT iif(typeof(t.id) = 'blob', lower(hex(t.id)), t.id) AS trace_id,
         s.value ->> 0 AS span_id,
         s.value ->> 1 AS parent_span_id,
         o.service,
         o.name,
         CASE o.kind WHEN 1 THEN 'internal' WHEN 2 THEN 'server' WHEN 3 THEN 'client' WHEN 4 THEN 'producer' WHEN 5 THEN 'consumer' END AS kind,
         strftime('%Y-%m-%dT%H:%M:%fZ', (f.base + (s.value ->> 2)) / 1e9, 'unixepoch') AS started,
         ((s.value ->> 3) - (s.value ->> 2)) / 1e6 AS duration_ms,
         s.value ->> 5 AS failed
  FROM fragments f
  JOIN trace_rows t ON t.n = f.trace
  JOIN json_each(f.spans) s
  JOIN operations o ON o.id = s.value ->> 4;
