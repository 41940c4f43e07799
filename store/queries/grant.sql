-- name: grant_add
INSERT INTO grant_ (id, request, position, tid, oid, role, target, state, start_by, seen, mode)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting', $8, 'no', $9);

-- name: grant_read
SELECT id, request, position, tid, oid, role, target, state, why, holding, start_by, starts_at, ends_at, ended_at, seen,
    seen_at, absent_at, status, asked_end, mode
FROM grant_ WHERE id = $1;

-- name: grants_of_request
SELECT id, request, position, tid, oid, role, target, state, why, holding, start_by, starts_at, ends_at, ended_at, seen,
    seen_at, absent_at, status, asked_end, mode
FROM grant_ WHERE request = $1 ORDER BY position;

-- name: grants_of_person
SELECT id, request, position, tid, oid, role, target, state, why, holding, start_by, starts_at, ends_at, ended_at, seen,
    seen_at, absent_at, status, asked_end, mode
FROM grant_ WHERE tid = $1 AND oid = $2 AND id < $3
    AND ($4 = 0 OR state NOT IN ('ended', 'failed', 'lapsed'))
ORDER BY id DESC LIMIT $5;

-- name: grants_used
-- What somebody held and was done with: until its time, or until they gave it back.
SELECT id, request, position, tid, oid, role, target, state, why, holding, start_by, starts_at, ends_at, ended_at, seen,
    seen_at, absent_at, status, asked_end, mode
FROM grant_ WHERE tid = $1 AND oid = $2 AND state = 'ended' AND why IN ('expired', 'released') AND starts_at IS NOT NULL
    AND ends_at IS NOT NULL AND ended_at > $3
ORDER BY id DESC LIMIT $4;

-- name: grants_live
SELECT id, request, position, tid, oid, role, target, state, why, holding, start_by, starts_at, ends_at, ended_at, seen,
    seen_at, absent_at, status, asked_end, mode
FROM grant_ WHERE state NOT IN ('ended', 'failed', 'lapsed') AND id < $1 ORDER BY id DESC LIMIT $2;

-- name: grants_beside
-- Other grants of the same person and target, whose ends the directory may show: of the open holding, and of those that were
-- closed lately.
SELECT g.id, g.request, g.position, g.tid, g.oid, g.role, g.target, g.state, g.why, g.holding, g.start_by, g.starts_at,
    g.ends_at, g.ended_at, g.seen, g.seen_at, g.absent_at, g.status, g.asked_end, g.mode
FROM grant_ g JOIN holding h ON h.id = g.holding
WHERE g.tid = $1 AND g.oid = $2 AND g.target = $3 AND g.id <> $4 AND (h.closed_at IS NULL OR h.closed_at > $5)
ORDER BY g.id;

-- name: grants_live_for
-- Of one person and target.
SELECT id, request, position, tid, oid, role, target, state, why, holding, start_by, starts_at, ends_at, ended_at, seen,
    seen_at, absent_at, status, asked_end, mode
FROM grant_ WHERE tid = $1 AND oid = $2 AND target = $3 AND state NOT IN ('ended', 'failed', 'lapsed') ORDER BY id;

-- name: grant_move
-- Compare and set: no row comes back when someone else moved it first.
UPDATE grant_ SET state = $3, why = $4 WHERE id = $1 AND state = $2 RETURNING id;

-- name: grant_not_started
-- Why it waits on; no row comes back when it does not wait any more.
UPDATE grant_ SET why = $2 WHERE id = $1 AND state = 'waiting' RETURNING id;

-- name: grant_hold
UPDATE grant_ SET holding = $2, ends_at = $3 WHERE id = $1;

-- name: grant_seen
UPDATE grant_ SET seen = 'yes', seen_at = $2, starts_at = coalesce(starts_at, $3), absent_at = NULL WHERE id = $1;

-- name: grant_absent
UPDATE grant_ SET absent_at = coalesce(absent_at, $2) WHERE id = $1;

-- name: grant_status
UPDATE grant_ SET status = $2 WHERE id = $1;

-- name: grant_ask_end
UPDATE grant_ SET asked_end = $2 WHERE id = $1 AND asked_end IS NULL;

-- name: grant_close
UPDATE grant_ SET ended_at = $2, seen = $3 WHERE id = $1;

-- name: holding_add
INSERT INTO holding (id, tid, oid, target, ends_at, opened_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING RETURNING id;

-- name: holding_read
SELECT tid, oid, target, ends_at, opened_at, closed_at FROM holding WHERE id = $1;

-- name: holding_open_for
SELECT id FROM holding WHERE tid = $1 AND oid = $2 AND target = $3 AND closed_at IS NULL;

-- name: holding_reach
UPDATE holding SET ends_at = $2 WHERE id = $1 AND closed_at IS NULL;

-- name: holding_close
-- With the last grant that leans on it.
UPDATE holding SET closed_at = $2 WHERE id = $1 AND closed_at IS NULL AND NOT EXISTS
    (SELECT 1 FROM grant_ WHERE holding = $1 AND state NOT IN ('ended', 'failed', 'lapsed'));

-- name: intent_add
INSERT INTO intent (id, holding, grant_id, action, method, path, body, committed_at, outcome, by_oid)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9);

-- name: intent_answer
UPDATE intent SET outcome = $2, outcome_at = $3, status = $4, code = $5, directory_request = coalesce($6, directory_request),
    correlation = coalesce($7, correlation), approval = coalesce($8, approval)
WHERE id = $1 AND outcome <> 'done' RETURNING id;

-- name: intent_newest
-- The last write that was meant for a holding, by that grant or by any. What moves an end gives, as what assigns does.
SELECT id, grant_id, action, method, path, body, committed_at, outcome, outcome_at, status, code, directory_request, approval,
    by_oid
FROM intent WHERE holding = $1 AND ($3 IS NULL OR grant_id = $3) AND (action = $2 OR ($2 = 'assign' AND action = 'update'))
ORDER BY id DESC LIMIT 1;

-- name: removals
-- How taking away what a holding holds went so far.
SELECT min(committed_at), count(CASE WHEN outcome = 'accepted' THEN 1 END), count(CASE WHEN outcome = 'unknown' THEN 1 END)
FROM intent WHERE holding = $1 AND action = 'remove';

-- name: intents_open
-- Writes that a process that died may have sent.
SELECT id, holding, grant_id FROM intent WHERE outcome = 'open';

-- name: grants_count
SELECT state, count(*) FROM grant_ WHERE state NOT IN ('ended', 'failed', 'lapsed') GROUP BY state;
