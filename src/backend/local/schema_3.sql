-- Version 3 of the store: what was forwarded, and where to.

-- One row a destination. upto: every batch up to this number is done with. spans: delivered; of X-Ray, documents. evicted: batches
-- that retention took before they were delivered. set_aside: of the same as spans, what it will not take.
CREATE TABLE destinations (
  name TEXT PRIMARY KEY,
  upto INTEGER NOT NULL,
  spans INTEGER NOT NULL DEFAULT 0,
  evicted INTEGER NOT NULL DEFAULT 0,
  set_aside INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- The last that destinations will not take, however often it is sent. trace and span: the first of it, as they are written there.
CREATE TABLE set_aside (
  id INTEGER PRIMARY KEY,
  destination TEXT NOT NULL,
  batch INTEGER NOT NULL,
  at INTEGER NOT NULL,
  spans INTEGER NOT NULL,
  trace TEXT NOT NULL,
  span TEXT NOT NULL,
  reason TEXT NOT NULL
);
CREATE INDEX set_aside_by_destination ON set_aside (destination);
