-- name: review_add
INSERT INTO review (request, line, rule, due_at) VALUES ($1, $2, $3, $4);

-- name: reviews_read
SELECT v.line, v.rule, v.due_at, v.tid, v.oid, v.outcome, w.text, v.reviewed_at, p.name FROM review v
LEFT JOIN words w ON w.commitment = v.reason
LEFT JOIN person p ON p.tid = v.tid AND p.oid = v.oid
WHERE v.request = $1 ORDER BY v.line;

-- name: review_make
-- No row comes back when somebody else looked at it first.
UPDATE review SET tid = $3, oid = $4, outcome = $5, reason = $6, reviewed_at = $7
WHERE request = $1 AND line = $2 AND reviewed_at IS NULL RETURNING request;

-- name: urgent_tell
INSERT INTO urgent_told (request, line, tid, oid) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING;

-- name: urgent_told_read
SELECT t.line, t.tid, t.oid, p.name, p.mail FROM urgent_told t
LEFT JOIN person p ON p.tid = t.tid AND p.oid = t.oid
WHERE t.request = $1 ORDER BY t.line, p.name, t.oid;

-- name: review_is_owed
-- Whether a look at it is owed: not for access that never came about.
SELECT 1 FROM review v WHERE v.request = $1 AND v.reviewed_at IS NULL
    AND EXISTS (SELECT 1 FROM grant_ g WHERE g.request = v.request
        AND NOT (g.state IN ('ended', 'failed', 'lapsed') AND g.seen = 'no'))
LIMIT 1;

-- name: urgent_open
-- What keeps this person from having anything urgent: a request that is being checked, or for which a review is owed.
SELECT r.id FROM request r WHERE r.tid = $1 AND r.oid = $2 AND r.urgent = 1
    AND (r.state = 'checking' OR (r.state = 'approved'
        AND EXISTS (SELECT 1 FROM review v WHERE v.request = r.id AND v.reviewed_at IS NULL)
        AND EXISTS (SELECT 1 FROM grant_ g WHERE g.request = r.id
            AND NOT (g.state IN ('ended', 'failed', 'lapsed') AND g.seen = 'no'))))
LIMIT 1;

-- name: requests_to_review
-- A page of requests that this person owes a look at, the newest first.
SELECT DISTINCT t.request FROM urgent_told t JOIN review v ON v.request = t.request AND v.line = t.line
WHERE t.tid = $1 AND t.oid = $2 AND t.request < $3 AND v.reviewed_at IS NULL
    AND EXISTS (SELECT 1 FROM grant_ g WHERE g.request = t.request
        AND NOT (g.state IN ('ended', 'failed', 'lapsed') AND g.seen = 'no'))
    AND ($4 IS NULL OR EXISTS (SELECT 1 FROM request r WHERE r.id = t.request AND r.state = $4))
    AND ($5 IS NULL OR EXISTS (SELECT 1 FROM request_role q WHERE q.request = t.request AND q.role = $5))
ORDER BY t.request DESC LIMIT $6;
