-- What is looked at again while access lives, who is signed out when it is taken away, and who hears of it.

-- What was kept before has nothing watched and tells nobody.
UPDATE request SET demands = json_set(demands, '$.watch', json('{}'), '$.tell', json('{}')) WHERE demands IS NOT NULL;

-- What the last look at something live found wrong with it, while it is wrong.
CREATE TABLE doubt (
    id TEXT NOT NULL PRIMARY KEY,
    subject TEXT NOT NULL,             -- id of a grant, or object id of a person
    check_ TEXT NOT NULL,              -- policies/policy.h: what was looked at
    since INTEGER NOT NULL,            -- of the first of a row of bad readings
    piece TEXT NOT NULL,               -- JSON: the last one, as evidence (model/evidence.h)
    revokes_at INTEGER,                -- access is taken away when it is bad until then; NULL: it is not
    revoked INTEGER NOT NULL DEFAULT 0 -- 1: access was taken away for it
) STRICT;
CREATE UNIQUE INDEX doubt_once ON doubt (subject, check_);

-- Signing the holder out of everything, for access that was taken away: on disk before it leaves, like every write.
CREATE TABLE sign_out (
    grant_id TEXT NOT NULL PRIMARY KEY REFERENCES grant_ (id),
    tid TEXT NOT NULL,
    oid TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    intent TEXT,                       -- the newest write for it; one serves all of a person that wait
    path TEXT,                         -- the exact write: a POST without a body
    committed_at INTEGER,
    outcome TEXT,                      -- NULL: to be sent; "open", "accepted", "refused", "not_sent", "unknown", "done" (read back)
    outcome_at INTEGER,
    status INTEGER,                    -- of HTTP
    code TEXT,                         -- error code, in the directory's own word
    correlation TEXT
) STRICT;
CREATE INDEX sign_out_of_person ON sign_out (tid, oid, asked_at);

ALTER TABLE grant_ ADD COLUMN device TEXT; -- Entra device id of the sign-in that started it; NULL: that of the request's

-- Of the same kind there may be several messages about one grant: a warning for each doubt, and what a rule has told.
ALTER TABLE message ADD COLUMN about TEXT;
DROP INDEX message_once;
CREATE UNIQUE INDEX message_once ON message (kind, request, coalesce(grant_id, ''), round, coalesce(about, ''), tid, oid, channel);

-- Whoever has anything open is looked at from now on.
INSERT INTO job (kind, subject, rank, due_at, tries)
SELECT 'person', oid, 1, 0, 0 FROM (
    SELECT oid FROM session
    UNION SELECT oid FROM request WHERE state IN ('checking', 'pending')
    UNION SELECT oid FROM grant_ WHERE state NOT IN ('ended', 'failed', 'lapsed'));
