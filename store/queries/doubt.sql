-- name: doubt_save
-- A later reading that is bad too keeps the moment of the first.
INSERT INTO doubt (id, subject, check_, since, piece, revokes_at, revoked) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (subject, check_) DO UPDATE SET piece = excluded.piece, revokes_at = excluded.revokes_at,
    revoked = max(revoked, excluded.revoked);

-- name: doubts_read
SELECT id, check_, since, piece, revokes_at, revoked FROM doubt WHERE subject = $1 ORDER BY check_;

-- name: doubt_read
SELECT piece, revokes_at FROM doubt WHERE id = $1;

-- name: doubt_end
DELETE FROM doubt WHERE subject = $1 AND check_ = $2 AND revoked = 0;

-- name: open_of
-- Whether somebody has anything that their leaving would have to end.
SELECT 1 FROM session WHERE tid = $1 AND oid = $2
UNION ALL SELECT 1 FROM request WHERE tid = $1 AND oid = $2 AND state IN ('checking', 'pending')
UNION ALL SELECT 1 FROM grant_ WHERE tid = $1 AND oid = $2 AND state NOT IN ('ended', 'failed', 'lapsed')
LIMIT 1;

-- name: requests_open_of
SELECT id FROM request WHERE tid = $1 AND oid = $2 AND state IN ('checking', 'pending') ORDER BY id;

-- name: sessions_end_of
DELETE FROM session WHERE tid = $1 AND oid = $2 RETURNING oid;

-- name: grant_device_set
UPDATE grant_ SET device = $2 WHERE id = $1;

-- name: grant_device
SELECT device FROM grant_ WHERE id = $1;

-- name: sign_out_ask
INSERT INTO sign_out (grant_id, tid, oid, asked_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING;

-- name: sign_outs_open
-- Those of a person that are not over, the newest write for them first.
SELECT grant_id, asked_at, intent, path, committed_at, outcome, outcome_at FROM sign_out
WHERE tid = $1 AND oid = $2 AND (outcome IS NULL OR outcome IN ('open', 'not_sent', 'unknown'))
ORDER BY intent DESC, grant_id;

-- name: sign_out_read
SELECT asked_at, outcome, outcome_at FROM sign_out WHERE grant_id = $1;

-- name: sign_out_commit
UPDATE sign_out SET intent = $2, path = $3, committed_at = $4, outcome = 'open', outcome_at = NULL WHERE grant_id = $1;

-- name: sign_out_answer
UPDATE sign_out SET outcome = $2, outcome_at = $3, status = $4, code = $5, correlation = $6 WHERE grant_id = $1;

-- name: job_begin
-- One that is there stays as it is.
INSERT INTO job (kind, subject, rank, due_at, tries) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (kind, subject) DO NOTHING;
