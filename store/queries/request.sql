-- name: words_add
INSERT INTO words (commitment, salt, text) VALUES ($1, $2, $3);

-- name: words_read
SELECT text FROM words WHERE commitment = $1;

-- name: policy_save
INSERT INTO policy (version, text, loaded_at) VALUES ($1, $2, $3) ON CONFLICT (version) DO NOTHING RETURNING version;

-- name: policy_read
SELECT text FROM policy WHERE version = $1;

-- name: request_add
INSERT INTO request (id, tid, oid, state, duration_seconds, start_at, start_within_seconds, justification, ticket,
    submitted_at, check_until, policy_version, sign_in, demands, occasion, bundle, undo, urgent)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18);

-- name: request_role_add
INSERT INTO request_role (request, position, role, target, extends) VALUES ($1, $2, $3, $4, $5);

-- name: request_read
SELECT r.tid, r.oid, r.state, r.why, r.duration_seconds, r.start_at, r.start_within_seconds, r.justification, w.text,
    r.ticket, r.submitted_at, r.check_until, r.lapses_at, r.policy_version, r.sign_in, r.demands, p.name, p.mail, r.occasion,
    r.decide_by, r.stuck_at, r.bundle, r.undo, r.urgent
FROM request r
LEFT JOIN words w ON w.commitment = r.justification
LEFT JOIN person p ON p.tid = r.tid AND p.oid = r.oid
WHERE r.id = $1;

-- name: request_roles
SELECT role, target, extends FROM request_role WHERE request = $1 ORDER BY position;

-- name: request_move
-- Compare and set: no row comes back when someone else moved it first.
UPDATE request SET state = $3, why = $4 WHERE id = $1 AND state = $2 RETURNING id;

-- name: request_demand
-- What the check found the policy to demand, in which circumstances, and until when people may decide.
UPDATE request SET demands = $2, start_within_seconds = $3, lapses_at = $4, occasion = $5, decide_by = $6 WHERE id = $1;

-- name: request_lapses
-- Another stage is asked now, until then; and whether too few people are left for it.
UPDATE request SET lapses_at = $2, stuck_at = $3 WHERE id = $1;

-- name: request_shorten
UPDATE request SET duration_seconds = $2 WHERE id = $1 AND duration_seconds > $2;

-- name: requests_since
SELECT count(*) FROM request WHERE tid = $1 AND oid = $2 AND submitted_at > $3;

-- name: request_open_for
-- Another request of this person that wants the same target and is not over, or a grant of it that begins or ends. One that is
-- active may be prolonged.
SELECT r.id FROM request r JOIN request_role t ON t.request = r.id
WHERE r.tid = $1 AND r.oid = $2 AND t.target = $3 AND r.state IN ('checking', 'pending')
UNION ALL
SELECT g.request FROM grant_ g
WHERE g.tid = $1 AND g.oid = $2 AND g.target = $3 AND g.state IN ('waiting', 'activating', 'ending')
LIMIT 1;

-- name: requests_of
-- A page of one person's own requests, the newest first.
SELECT id FROM request WHERE tid = $1 AND oid = $2 AND id < $3 AND ($4 IS NULL OR state = $4)
    AND ($5 IS NULL OR EXISTS (SELECT 1 FROM request_role t WHERE t.request = request.id AND t.role = $5))
ORDER BY id DESC LIMIT $6;

-- name: requests_for_approver
-- A page of requests that this person may decide on or was asked about, the newest first.
SELECT a.request FROM (
    SELECT p.request FROM approver p JOIN approval t ON t.request = p.request AND t.line = p.line AND t.stage = p.stage
    WHERE p.tid = $1 AND p.oid = $2 AND t.opened_at IS NOT NULL
    UNION
    SELECT s.request FROM stand_in s JOIN delegation g ON g.id = s.delegation WHERE g.tid = $1 AND g.delegate = $2
    UNION
    SELECT request FROM urgent_told WHERE tid = $1 AND oid = $2
) a JOIN request r ON r.id = a.request
WHERE a.request < $3 AND ($4 IS NULL OR r.state = $4)
    AND ($5 IS NULL OR EXISTS (SELECT 1 FROM request_role t WHERE t.request = r.id AND t.role = $5))
ORDER BY a.request DESC LIMIT $6;

-- name: requests_all
SELECT id FROM request WHERE id < $1 AND ($2 IS NULL OR state = $2)
    AND ($3 IS NULL OR EXISTS (SELECT 1 FROM request_role t WHERE t.request = request.id AND t.role = $3))
ORDER BY id DESC LIMIT $4;

-- name: evidence_save
INSERT INTO evidence (request, phase, judged_at, list) VALUES ($1, $2, $3, $4)
ON CONFLICT (request, phase) DO UPDATE SET judged_at = excluded.judged_at, list = excluded.list;

-- name: evidence_read
SELECT list FROM evidence WHERE request = $1 AND phase = $2;

-- name: approval_add
INSERT INTO approval (request, line, stage, rule, need, deny, opened_at, due_at, from_, reason, signed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: approvals_read
SELECT line, stage, rule, need, deny, opened_at, due_at, reminded, escalated_at, reason, signed
FROM approval WHERE request = $1 ORDER BY line, stage;

-- name: approval_move
-- What changes while it is asked.
UPDATE approval SET opened_at = $4, due_at = $5, reminded = $6, escalated_at = $7
WHERE request = $1 AND line = $2 AND stage = $3;

-- name: approver_add
INSERT INTO approver (request, line, stage, tid, oid, spoke) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO UPDATE SET spoke = max(spoke, excluded.spoke);

-- name: approver_silent
-- What they decided is void.
UPDATE approver SET spoke = 0 WHERE request = $1 AND tid = $2
    AND oid = (SELECT coalesce(for_oid, oid) FROM decision WHERE request = $1 AND tid = $2 AND oid = $3);

-- name: approvers_read
SELECT a.line, a.stage, a.tid, a.oid, p.name, p.mail, a.spoke FROM approver a
LEFT JOIN person p ON p.tid = a.tid AND p.oid = a.oid
WHERE a.request = $1 ORDER BY a.line, a.stage, p.name, a.oid;

-- name: approver_is
-- Whoever was asked, by themselves or in somebody's place, or was told that it is urgent.
SELECT 1 FROM approver WHERE request = $1 AND tid = $2 AND oid = $3
UNION ALL
SELECT 1 FROM stand_in s JOIN delegation g ON g.id = s.delegation WHERE s.request = $1 AND g.tid = $2 AND g.delegate = $3
UNION ALL
SELECT 1 FROM urgent_told WHERE request = $1 AND tid = $2 AND oid = $3
LIMIT 1;

-- name: decision_add
INSERT INTO decision (request, tid, oid, decision, reason, duration_seconds, decided_at, for_oid)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING request;

-- name: proof_void
UPDATE proof SET void = 1 WHERE request = $1 AND tid = $2 AND oid = $3;

-- name: decision_drop
DELETE FROM decision WHERE request = $1 AND tid = $2 AND oid = $3;

-- name: decisions_read
SELECT d.tid, d.oid, d.decision, w.text, d.duration_seconds, d.decided_at, p.name, d.for_oid, f.name FROM decision d
LEFT JOIN words w ON w.commitment = d.reason
LEFT JOIN person p ON p.tid = d.tid AND p.oid = d.oid
LEFT JOIN person f ON f.tid = d.tid AND f.oid = d.for_oid
WHERE d.request = $1 ORDER BY d.decided_at, d.oid;

-- name: decisions_since
SELECT count(*) FROM decision WHERE tid = $1 AND oid = $2 AND decided_at > $3;

-- name: key_set_add
INSERT INTO key_set (digest, text) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- name: key_set_read
SELECT text FROM key_set WHERE digest = $1;

-- name: proof_add
INSERT INTO proof (request, tid, oid, commitment, token, digest, key_set) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: proofs_read
SELECT p.tid, p.oid, p.commitment, p.token, k.text FROM proof p JOIN key_set k ON k.digest = p.key_set
WHERE p.request = $1 AND p.void = 0 ORDER BY p.tid, p.oid;

-- name: token_read
SELECT token FROM proof WHERE digest = $1;

-- name: requests_count
SELECT state, count(*) FROM request GROUP BY state;
