-- name: job_put
-- One job for each kind and subject; a new due moment replaces the old one.
INSERT INTO job (kind, subject, rank, due_at, tries) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (kind, subject) DO UPDATE SET rank = excluded.rank, due_at = excluded.due_at, tries = excluded.tries;

-- name: job_end
DELETE FROM job WHERE kind = $1 AND subject = $2;

-- name: jobs_due
SELECT kind, subject, tries FROM job WHERE due_at <= $1 ORDER BY rank, due_at, subject LIMIT $2;

-- name: job_next
SELECT min(due_at) FROM job WHERE due_at > $1;

-- name: jobs_count
SELECT kind, count(*), min(due_at) FROM job GROUP BY kind;

-- name: link_add
INSERT INTO link (token, request, tid, oid) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING;

-- name: link_read
SELECT request, tid, oid FROM link WHERE token = $1;

-- name: message_add
INSERT INTO message (id, kind, request, grant_id, tid, oid, channel, state, why, made_at, findings, delegation, round, about)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING RETURNING id;

-- name: message_read
SELECT m.kind, m.request, m.grant_id, m.tid, m.oid, m.channel, m.state, m.made_at, p.name, p.mail, m.findings, m.delegation, m.about FROM message m
LEFT JOIN person p ON p.tid = m.tid AND p.oid = m.oid
WHERE m.id = $1;

-- name: message_move
UPDATE message SET state = $3, why = $4, sent_at = $5 WHERE id = $1 AND state = $2 RETURNING id;

-- name: messages_of_request
SELECT kind, tid, oid, channel, state, why, sent_at FROM message WHERE request = $1 ORDER BY id;

-- name: messages_count
SELECT state, count(*) FROM message GROUP BY state;
