-- Version 2 of the store: X-Ray's inferred segments are told from what was sent.

-- JSON array of operations.id: of records that are no spans of their own, because others replaced them or repeat them.
ALTER TABLE trace_rows ADD COLUMN also TEXT NOT NULL DEFAULT '[]';

-- Fragments may have a seventh place: 1 where X-Ray has inferred the segment from its parent, whose times it repeats.
DROP VIEW spans;

-- A span that was sent twice is there twice, and so is one that X-Ray has inferred from another.
CREATE VIEW spans AS
  SELECT iif(typeof(t.id) = 'blob', lower(hex(t.id)), t.id) AS trace_id,
         s.value ->> 0 AS span_id,
         s.value ->> 1 AS parent_span_id,
         o.service,
         o.name,
         CASE o.kind WHEN 1 THEN 'internal' WHEN 2 THEN 'server' WHEN 3 THEN 'client' WHEN 4 THEN 'producer' WHEN 5 THEN 'consumer' END AS kind,
         strftime('%Y-%m-%dT%H:%M:%fZ', (f.base + (s.value ->> 2)) / 1e9, 'unixepoch') AS started,
         ((s.value ->> 3) - (s.value ->> 2)) / 1e6 AS duration_ms,
         s.value ->> 5 AS failed,
         ifnull(s.value ->> 6, 0) AS inferred
  FROM fragments f
  JOIN trace_rows t ON t.n = f.trace
  JOIN json_each(f.spans) s
  JOIN operations o ON o.id = s.value ->> 4;
