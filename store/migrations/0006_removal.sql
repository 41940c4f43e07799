-- Writes that take away what nothing explains, where the policy has that removed: nothing of ours, so no intent of a
-- grant; but on disk before they leave, like those.
CREATE TABLE removal (
    id TEXT NOT NULL PRIMARY KEY,
    finding TEXT NOT NULL,             -- of a finding, perhaps forgotten by now
    oid TEXT NOT NULL,
    method TEXT NOT NULL,              -- the exact write: method, path and body
    path TEXT NOT NULL,
    body TEXT NOT NULL,
    committed_at INTEGER NOT NULL,
    outcome TEXT NOT NULL,             -- "open", "accepted", "refused", "not_sent", "unknown"
    outcome_at INTEGER,
    status INTEGER,                    -- of HTTP
    code TEXT,                         -- error code or request status, in the directory's own word
    directory_request TEXT,
    correlation TEXT
) STRICT;
CREATE INDEX removal_by_finding ON removal (finding, id);
