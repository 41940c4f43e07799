-- name: event_add
INSERT INTO event (seq, at_ms, code, actor, subject, request, grant_id, role, from_state, to_state, record, leaf)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: node_add
INSERT INTO node (level, position, hash) VALUES ($1, $2, $3);

-- name: node_read
SELECT hash FROM node WHERE level = $1 AND position = $2;

-- name: leaf_read
SELECT leaf FROM event WHERE seq = $1;

-- name: leaves_read
SELECT leaf FROM event WHERE seq >= $1 AND seq < $2 ORDER BY seq;

-- name: events_newest
-- A page of the history, the newest first; a filter that is NULL does not filter.
SELECT seq, record FROM event
WHERE seq < $1 AND seq >= $2 AND ($3 IS NULL OR actor = $3) AND ($4 IS NULL OR subject = $4)
    AND ($5 IS NULL OR role = $5) AND ($6 IS NULL OR code = $6) AND ($7 IS NULL OR request = $7)
ORDER BY seq DESC LIMIT $8;

-- name: events_oldest
-- The same from the oldest on: what exports read, page by page.
SELECT seq, at_ms, code, actor, subject, request, grant_id, role, from_state, to_state, record, leaf FROM event
WHERE seq >= $1 AND seq < $2 AND ($3 IS NULL OR actor = $3) AND ($4 IS NULL OR subject = $4)
    AND ($5 IS NULL OR role = $5) AND ($6 IS NULL OR code = $6) AND ($7 IS NULL OR request = $7)
ORDER BY seq LIMIT $8;

-- name: events_of_request
SELECT seq, record FROM event WHERE request = $1 ORDER BY seq;

-- name: event_first_since
SELECT min(seq) FROM event WHERE at_ms >= $1;

-- name: exports_since
SELECT count(*) FROM event WHERE actor = $1 AND code = 'audit.exported' AND at_ms > $2;

-- name: alarm_raised
-- Whether a grant's alarm of this kind, `"alarm":"…"`, is in the history.
SELECT 1 FROM event WHERE request = $1 AND grant_id = $2 AND code = 'alarm.raised' AND instr(record, $3) > 0 LIMIT 1;

-- name: people_of_events
SELECT oid, name FROM person WHERE tid = $1;
