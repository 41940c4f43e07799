-- name: person_save
-- What the directory or a sign-in says of a person; a mail that is not said keeps the one that was.
INSERT INTO person (tid, oid, name, mail, seen_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (tid, oid) DO UPDATE SET name = coalesce(excluded.name, person.name),
    mail = coalesce(excluded.mail, person.mail), seen_at = excluded.seen_at;

-- name: person_read
SELECT name, mail FROM person WHERE tid = $1 AND oid = $2;

-- name: session_add
INSERT INTO session (token, tid, oid, opened_at, seen_at, ends_at, sign_in) VALUES ($1, $2, $3, $4, $4, $5, $6);

-- name: session_read
SELECT tid, oid, opened_at, seen_at, ends_at, sign_in FROM session WHERE token = $1;

-- name: session_touch
UPDATE session SET seen_at = $2 WHERE token = $1 AND seen_at < $2;

-- name: session_end
DELETE FROM session WHERE token = $1;

-- name: sessions_sweep
DELETE FROM session WHERE ends_at <= $1;

-- name: purpose_add
INSERT INTO purpose (id, kind, tid, oid, session, body, ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: purpose_read
SELECT kind, tid, oid, session, body, ends_at, used_at FROM purpose WHERE id = $1;

-- name: purpose_use
UPDATE purpose SET used_at = $2 WHERE id = $1 AND used_at IS NULL AND ends_at > $2 RETURNING kind;

-- name: purposes_sweep
DELETE FROM purpose WHERE ends_at <= $1;

-- name: state_use
INSERT INTO used_state (state, ends_at) VALUES ($1, $2) ON CONFLICT (state) DO NOTHING RETURNING ends_at;

-- name: states_sweep
DELETE FROM used_state WHERE ends_at <= $1;

-- name: replay_read
SELECT body, status, location, answer FROM replay
WHERE tid = $1 AND oid = $2 AND route = $3 AND key = $4 AND ends_at > $5;

-- name: replay_add
INSERT INTO replay (tid, oid, route, key, body, status, location, answer, ends_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (tid, oid, route, key) DO UPDATE SET body = excluded.body, status = excluded.status,
    location = excluded.location, answer = excluded.answer, ends_at = excluded.ends_at;

-- name: replays_sweep
DELETE FROM replay WHERE ends_at <= $1;
