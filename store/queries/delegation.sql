-- name: delegation_add
INSERT INTO delegation (id, tid, oid, delegate, from_at, until_at, reason, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: delegation_read
SELECT g.id, g.tid, g.oid, a.name, a.mail, g.delegate, d.name, d.mail, g.from_at, g.until_at, w.text, g.made_at, g.ended_at, g.ended_by
FROM delegation g
LEFT JOIN person a ON a.tid = g.tid AND a.oid = g.oid
LEFT JOIN person d ON d.tid = g.tid AND d.oid = g.delegate
LEFT JOIN words w ON w.commitment = g.reason
WHERE g.id = $1;

-- name: delegations_of
-- A page of those that somebody made or that name them, the newest first.
SELECT g.id, g.tid, g.oid, a.name, a.mail, g.delegate, d.name, d.mail, g.from_at, g.until_at, w.text, g.made_at, g.ended_at, g.ended_by
FROM delegation g
LEFT JOIN person a ON a.tid = g.tid AND a.oid = g.oid
LEFT JOIN person d ON d.tid = g.tid AND d.oid = g.delegate
LEFT JOIN words w ON w.commitment = g.reason
WHERE g.tid = $1 AND (g.oid = $2 OR g.delegate = $2) AND g.id < $3 ORDER BY g.id DESC LIMIT $4;

-- name: delegation_between
-- One of this approver's that is in force at some moment of that time.
SELECT id FROM delegation
WHERE tid = $1 AND oid = $2 AND from_at < $4 AND until_at > $3 AND ended_at IS NULL LIMIT 1;

-- name: delegations_since
SELECT count(*) FROM delegation WHERE tid = $1 AND oid = $2 AND made_at > $3;

-- name: delegation_end
UPDATE delegation SET ended_at = $2, ended_by = $3 WHERE id = $1 AND ended_at IS NULL AND until_at > $2 RETURNING id;

-- name: delegations_for
-- In whose place somebody may decide on a request now: those that were asked to approve it themselves, and first those for
-- whom nobody has spoken. Who is asked in another's place is none of them, so that nothing goes on from hand to hand.
SELECT g.id, g.tid, g.oid, a.name, a.mail, g.delegate, d.name, d.mail, g.from_at, g.until_at, NULL, g.made_at, g.ended_at, g.ended_by
FROM delegation g
LEFT JOIN person a ON a.tid = g.tid AND a.oid = g.oid
LEFT JOIN person d ON d.tid = g.tid AND d.oid = g.delegate
WHERE g.tid = $2 AND g.delegate = $3 AND g.from_at <= $4 AND g.until_at > $4 AND g.ended_at IS NULL
    AND EXISTS (SELECT 1 FROM approver p WHERE p.request = $1 AND p.tid = g.tid AND p.oid = g.oid)
ORDER BY EXISTS (SELECT 1 FROM decision x WHERE x.request = $1 AND x.tid = g.tid AND coalesce(x.for_oid, x.oid) = g.oid), g.oid
LIMIT $5;

-- name: delegations_in_force
-- Those in force now of whoever was asked to approve a request and has not; never one that names the requester.
SELECT g.id, g.tid, g.oid, NULL, NULL, g.delegate, NULL, NULL, g.from_at, g.until_at, NULL, g.made_at, g.ended_at, g.ended_by
FROM delegation g JOIN request r ON r.id = $1
WHERE g.tid = r.tid AND g.delegate <> r.oid AND g.from_at <= $2 AND g.until_at > $2 AND g.ended_at IS NULL
    AND EXISTS (SELECT 1 FROM approver p JOIN approval t ON t.request = p.request AND t.line = p.line AND t.stage = p.stage
        WHERE p.request = $1 AND p.tid = g.tid AND p.oid = g.oid AND t.opened_at IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM decision x WHERE x.request = $1 AND x.tid = g.tid AND coalesce(x.for_oid, x.oid) = g.oid)
ORDER BY g.id;

-- name: stand_in_add
INSERT INTO stand_in (request, delegation) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- name: stand_ins
-- Who was asked in whose place, in the order in which they were named.
SELECT g.id, g.tid, g.oid, a.name, a.mail, g.delegate, d.name, d.mail, g.from_at, g.until_at, NULL, g.made_at, g.ended_at, g.ended_by
FROM stand_in s JOIN delegation g ON g.id = s.delegation
LEFT JOIN person a ON a.tid = g.tid AND a.oid = g.oid
LEFT JOIN person d ON d.tid = g.tid AND d.oid = g.delegate
WHERE s.request = $1 ORDER BY g.id;

-- name: delegation_touches
-- The pending requests that this approver was asked about.
SELECT DISTINCT p.request FROM approver p JOIN request r ON r.id = p.request
WHERE p.tid = $1 AND p.oid = $2 AND r.state = 'pending';
