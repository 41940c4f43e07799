-- name: watch_add
INSERT INTO watch (id, target, since) VALUES ($1, $2, $3) ON CONFLICT (target) DO UPDATE SET since = since RETURNING id;

-- name: watch_read
SELECT id, target, since, read_at, rules, emergency FROM watch WHERE id = $1;

-- name: watch_list
SELECT id, target, since, read_at, rules, emergency FROM watch ORDER BY target;

-- name: watch_save
UPDATE watch SET read_at = $2, rules = $3, emergency = $4 WHERE id = $1;

-- name: watch_end
DELETE FROM watch WHERE id = $1;

-- name: watch_oldest
SELECT min(coalesce(read_at, since)) FROM watch;

-- name: finding_add
INSERT INTO finding (id, target, kind, about, detail, opened_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING RETURNING id;

-- name: findings_open
-- Of one target, or of all.
SELECT id, target, kind, about, detail, opened_at, absent_at FROM finding
WHERE cleared_at IS NULL AND ($1 IS NULL OR target = $1) ORDER BY id;

-- name: findings_told
SELECT id, target, kind, about, detail, opened_at, absent_at FROM finding WHERE told = $1 ORDER BY id;

-- name: finding_absent
UPDATE finding SET absent_at = $2 WHERE id = $1;

-- name: finding_clear
UPDATE finding SET cleared_at = $2 WHERE id = $1 AND cleared_at IS NULL;

-- name: findings_untold
SELECT min(opened_at) FROM finding WHERE told IS NULL AND cleared_at IS NULL;

-- name: findings_tell
UPDATE finding SET told = $1 WHERE told IS NULL AND cleared_at IS NULL;

-- name: findings_count
SELECT kind, count(*) FROM finding WHERE cleared_at IS NULL GROUP BY kind;

-- name: findings_sweep
-- A message of it is given up after a day.
DELETE FROM finding WHERE cleared_at <= $1 - 172800;

-- name: holdings_of_target
-- Those that are open, and those that were closed and whose end is not long past; once for each grant that leaned on it, with
-- the end that was meant for it.
SELECT h.tid, h.oid, g.ends_at, h.closed_at, g.id, g.request, g.mode
FROM holding h JOIN grant_ g ON g.holding = h.id WHERE h.target = $1 AND h.closed_at IS NULL
UNION ALL
SELECT h.tid, h.oid, g.ends_at, h.closed_at, g.id, g.request, g.mode
FROM holding h JOIN grant_ g ON g.holding = h.id
WHERE h.target = $1 AND h.closed_at IS NOT NULL AND g.ends_at > $2;

-- name: removal_add
INSERT INTO removal (id, finding, oid, method, path, body, committed_at, outcome) VALUES ($1, $2, $3, $4, $5, $6, $7, 'open');

-- name: removal_answer
UPDATE removal SET outcome = $2, outcome_at = $3, status = $4, code = $5, directory_request = $6, correlation = $7 WHERE id = $1;

-- name: removal_newest
SELECT max(committed_at) FROM removal WHERE finding = $1;
