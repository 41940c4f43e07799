-- name: past_of
-- Every role that a person was given by requests before one: whether it had been in force by a moment, and whether it was then.
SELECT role, target, max(starts_at IS NOT NULL AND starts_at <= $3),
    max(starts_at IS NOT NULL AND starts_at <= $3 AND (ended_at IS NULL OR ended_at > $3))
FROM grant_ WHERE tid = $1 AND oid = $2 AND request < $4 GROUP BY role, target;

-- name: past_end
-- When a person's last access to a target ended or ends: NULL where there was none, far ahead where nobody knows yet.
SELECT max(CASE WHEN state NOT IN ('ended', 'failed', 'lapsed') THEN coalesce(ends_at, 9223372036854775807)
    WHEN starts_at IS NOT NULL THEN ended_at END)
FROM grant_ WHERE tid = $1 AND oid = $2 AND target = $3 AND request < $4;

-- name: past_day
-- How often a person asked for a target since a moment, and when first; what came to nothing does not count.
SELECT count(*), min(r.submitted_at) FROM request r JOIN request_role t ON t.request = r.id
WHERE r.tid = $1 AND r.oid = $2 AND t.target = $3 AND r.submitted_at > $4 AND r.id < $5
    AND r.state IN ('checking', 'pending', 'approved');

-- name: past_targets
-- What a person holds or asks for, by requests before one.
SELECT t.target FROM request r JOIN request_role t ON t.request = r.id
WHERE r.tid = $1 AND r.oid = $2 AND r.state IN ('checking', 'pending') AND r.id < $3
UNION
SELECT target FROM grant_ WHERE tid = $1 AND oid = $2 AND state NOT IN ('ended', 'failed', 'lapsed') AND request < $3;

-- name: past_holders
-- How many others hold a target or ask for it, by requests before one.
SELECT count(*) FROM (
    SELECT r.oid FROM request r JOIN request_role t ON t.request = r.id
    WHERE r.state IN ('checking', 'pending') AND t.target = $3 AND r.tid = $1 AND r.oid <> $2 AND r.id < $4
    UNION
    SELECT oid FROM grant_
    WHERE state NOT IN ('ended', 'failed', 'lapsed') AND target = $3 AND tid = $1 AND oid <> $2 AND request < $4);
