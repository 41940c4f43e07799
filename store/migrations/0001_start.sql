-- The first schema. Migrations are appended, never changed: each runs once, in a transaction of its own.
-- Moments are epoch seconds in UTC unless a column says milliseconds; ids are ULIDs; persons are (tid, oid).

CREATE TABLE person (
    tid TEXT NOT NULL,                 -- tenant, a GUID in lower case
    oid TEXT NOT NULL,                 -- object id, a GUID in lower case
    name TEXT,                         -- shown only; from the last sign-in or the directory
    mail TEXT,                         -- where messages go; from the directory
    seen_at INTEGER NOT NULL,          -- when name and mail were read
    PRIMARY KEY (tid, oid)
) STRICT;

CREATE TABLE session (
    token BLOB NOT NULL PRIMARY KEY,   -- SHA-256 of the cookie's value
    tid TEXT NOT NULL,
    oid TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,          -- the last call that counts as activity, to the minute
    ends_at INTEGER NOT NULL,          -- the overall limit
    sign_in TEXT NOT NULL              -- JSON: what the tokens of this sign-in proved (access/caller.h)
) STRICT;
CREATE INDEX session_by_end ON session (ends_at);

CREATE TABLE purpose (
    id BLOB NOT NULL PRIMARY KEY,      -- SHA-256 of what stands in the address
    kind TEXT NOT NULL,                -- what the sign-in is for
    tid TEXT NOT NULL,                 -- who committed it: only they may complete it
    oid TEXT NOT NULL,
    session BLOB NOT NULL,             -- the session that committed it
    body TEXT NOT NULL,                -- JSON: exactly what will be done
    ends_at INTEGER NOT NULL,
    used_at INTEGER                    -- single use
) STRICT;
CREATE INDEX purpose_by_end ON purpose (ends_at);

CREATE TABLE used_state (
    state BLOB NOT NULL PRIMARY KEY,   -- SHA-256 of an OAuth state that came back once
    ends_at INTEGER NOT NULL           -- kept until the state would have expired anyway
) STRICT;
CREATE INDEX used_state_by_end ON used_state (ends_at);

CREATE TABLE replay (
    tid TEXT NOT NULL,
    oid TEXT NOT NULL,
    route TEXT NOT NULL,               -- method and path as called
    key TEXT NOT NULL,                 -- the Idempotency-Key
    body BLOB NOT NULL,                -- SHA-256 of the body it came with
    status INTEGER NOT NULL,           -- the answer that is given again
    location TEXT,
    answer TEXT NOT NULL,
    ends_at INTEGER NOT NULL,
    PRIMARY KEY (tid, oid, route, key)
) STRICT;
CREATE INDEX replay_by_end ON replay (ends_at);

CREATE TABLE words (
    commitment TEXT NOT NULL PRIMARY KEY, -- base64 of SHA-256 over salt and text: what events carry
    salt BLOB NOT NULL,
    text TEXT                          -- what a person typed; NULL once it was erased
) STRICT;

CREATE TABLE policy (
    version TEXT NOT NULL PRIMARY KEY, -- "sha256:" and the digest of the text
    text TEXT NOT NULL,                -- the canonical form of all files together
    loaded_at INTEGER NOT NULL         -- when it was first in force
) STRICT;

CREATE TABLE request (
    id TEXT NOT NULL PRIMARY KEY,
    tid TEXT NOT NULL,                 -- the requester
    oid TEXT NOT NULL,
    state TEXT NOT NULL,               -- model/lifecycle.h
    why TEXT,                          -- code of the reason it was refused
    duration_seconds INTEGER NOT NULL, -- as asked, or shorter as approved
    start_at INTEGER,                  -- asked start; NULL: as soon as may be
    start_within_seconds INTEGER NOT NULL, -- how long after approval it may still start
    justification TEXT NOT NULL,       -- commitment in words
    ticket TEXT,
    submitted_at INTEGER NOT NULL,
    check_until INTEGER NOT NULL,      -- unknown evidence is refused then
    lapses_at INTEGER,                 -- nobody may decide after it; set when pending
    policy_version TEXT NOT NULL,
    sign_in TEXT NOT NULL,             -- JSON: the evidence of the sign-in that submitted it
    demands TEXT                       -- JSON: what the policy demands of it, once that is known
) STRICT;
CREATE INDEX request_by_person ON request (tid, oid, submitted_at);
CREATE INDEX request_by_state ON request (state, id);

CREATE TABLE request_role (
    request TEXT NOT NULL REFERENCES request (id),
    position INTEGER NOT NULL,
    role TEXT NOT NULL,                -- id in the catalogue
    target TEXT NOT NULL,              -- model/role.h: target_key, as it was when asked
    PRIMARY KEY (request, position)
) STRICT;

CREATE TABLE evidence (
    request TEXT NOT NULL REFERENCES request (id),
    phase TEXT NOT NULL,               -- "submission", "start", "decision/<oid>"
    judged_at INTEGER NOT NULL,
    list TEXT NOT NULL,                -- JSON: the pieces (model/evidence.h)
    PRIMARY KEY (request, phase)
) STRICT;

CREATE TABLE approval (
    request TEXT NOT NULL REFERENCES request (id),
    line INTEGER NOT NULL,             -- one line for each rule that asks for approval; all must be met
    stage INTEGER NOT NULL,
    rule TEXT NOT NULL,                -- the rule's name
    need INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    from_ TEXT NOT NULL,               -- JSON: the users and groups that approvers are taken from
    PRIMARY KEY (request, line, stage)
) STRICT;

CREATE TABLE approver (
    request TEXT NOT NULL REFERENCES request (id),
    line INTEGER NOT NULL,
    stage INTEGER NOT NULL,
    tid TEXT NOT NULL,
    oid TEXT NOT NULL,
    PRIMARY KEY (request, line, stage, tid, oid)
) STRICT;
CREATE INDEX approver_by_person ON approver (tid, oid, request);

CREATE TABLE decision (
    request TEXT NOT NULL REFERENCES request (id),
    tid TEXT NOT NULL,
    oid TEXT NOT NULL,
    decision TEXT NOT NULL,            -- "approve" or "deny"
    reason TEXT NOT NULL,              -- commitment in words
    duration_seconds INTEGER,          -- shorter than asked, if so
    decided_at INTEGER NOT NULL,
    PRIMARY KEY (request, tid, oid)    -- nobody decides twice
) STRICT;
CREATE INDEX decision_by_person ON decision (tid, oid, decided_at);

CREATE TABLE holding (
    id TEXT NOT NULL PRIMARY KEY,
    tid TEXT NOT NULL,
    oid TEXT NOT NULL,
    target TEXT NOT NULL,
    ends_at INTEGER NOT NULL,          -- fixed in the first intent, never moved later
    opened_at INTEGER NOT NULL,
    closed_at INTEGER                  -- nothing of ours is in the directory any more
) STRICT;
CREATE UNIQUE INDEX holding_open ON holding (tid, oid, target) WHERE closed_at IS NULL;

CREATE TABLE grant_ (
    id TEXT NOT NULL PRIMARY KEY,
    request TEXT NOT NULL REFERENCES request (id),
    position INTEGER NOT NULL,
    tid TEXT NOT NULL,                 -- the holder; the same as the request's
    oid TEXT NOT NULL,
    role TEXT NOT NULL,
    target TEXT NOT NULL,
    state TEXT NOT NULL,               -- model/lifecycle.h
    why TEXT,                          -- why it ended or failed, or what it waits for: a code
    holding TEXT REFERENCES holding (id),
    start_by INTEGER NOT NULL,         -- lapses when not started by then
    starts_at INTEGER,                 -- when the directory had it
    ends_at INTEGER,                   -- the end that the directory holds
    ended_at INTEGER,
    seen TEXT NOT NULL,                -- was it ever read in the directory: "yes", "no", "unknown"
    seen_at INTEGER,                   -- when it was last read there
    absent_at INTEGER,                 -- since when reads show nothing
    status TEXT,                       -- what the directory said last, in its own word
    asked_end TEXT                     -- "released" or "revoked": an end that was asked for and is owed
) STRICT;
CREATE INDEX grant_by_request ON grant_ (request, position);
CREATE INDEX grant_by_person ON grant_ (tid, oid, id);
CREATE INDEX grant_live ON grant_ (state) WHERE state NOT IN ('ended', 'failed', 'lapsed');

CREATE TABLE intent (
    id TEXT NOT NULL PRIMARY KEY,
    holding TEXT NOT NULL REFERENCES holding (id),
    grant_id TEXT NOT NULL REFERENCES grant_ (id),
    action TEXT NOT NULL,              -- "assign" or "remove"
    method TEXT NOT NULL,              -- the exact write: method, path and body
    path TEXT NOT NULL,
    body TEXT NOT NULL,
    committed_at INTEGER NOT NULL,
    outcome TEXT NOT NULL,             -- "open", "accepted", "refused", "not_sent", "unknown", "absent", "done"
    outcome_at INTEGER,
    status INTEGER,                    -- of HTTP
    code TEXT,                         -- error code or request status, in the directory's own word
    directory_request TEXT,            -- the request's id in the directory
    correlation TEXT                   -- the request-id header, for support
) STRICT;
CREATE INDEX intent_by_holding ON intent (holding, id);

CREATE TABLE job (
    kind TEXT NOT NULL,                -- access/jobs.c
    subject TEXT NOT NULL,             -- id of what it is about
    rank INTEGER NOT NULL,             -- among those that are due, the lowest first: ends before starts
    due_at INTEGER NOT NULL,
    tries INTEGER NOT NULL,            -- since it last got on
    PRIMARY KEY (kind, subject)
) STRICT;
CREATE INDEX job_by_due ON job (due_at);

CREATE TABLE link (
    token BLOB NOT NULL PRIMARY KEY,   -- SHA-256 of the 128 bits in the address
    request TEXT NOT NULL REFERENCES request (id),
    tid TEXT NOT NULL,                 -- whom it was sent to: nobody else finds anything there
    oid TEXT NOT NULL
) STRICT;

CREATE TABLE message (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,                -- notify/messages
    request TEXT REFERENCES request (id),
    grant_id TEXT REFERENCES grant_ (id),
    tid TEXT NOT NULL,
    oid TEXT NOT NULL,
    channel TEXT NOT NULL,
    state TEXT NOT NULL,               -- access/messages.c has the table
    why TEXT,
    made_at INTEGER NOT NULL,
    sent_at INTEGER
) STRICT;
-- Never twice to the same person for the same thing.
CREATE UNIQUE INDEX message_once ON message (kind, request, coalesce(grant_id, ''), tid, oid, channel);
CREATE INDEX message_by_request ON message (request);

CREATE TABLE event (
    seq INTEGER NOT NULL PRIMARY KEY,  -- gapless from 0
    at_ms INTEGER NOT NULL,            -- epoch milliseconds, never before its predecessor's
    code TEXT NOT NULL,                -- model/event.h
    actor TEXT NOT NULL,               -- oid, "curfew" or "operator"
    subject TEXT,                      -- oid
    request TEXT,
    grant_id TEXT,
    role TEXT,
    from_state TEXT,
    to_state TEXT,
    record TEXT NOT NULL,              -- the exact bytes that were hashed (broker/audit/README.md)
    leaf BLOB NOT NULL CHECK (length(leaf) = 32)
) STRICT;
CREATE INDEX event_by_time ON event (at_ms);
CREATE INDEX event_by_request ON event (request, seq) WHERE request IS NOT NULL;
CREATE INDEX event_by_subject ON event (subject, seq) WHERE subject IS NOT NULL;
CREATE INDEX event_by_actor ON event (actor, seq);

CREATE TRIGGER event_stays BEFORE UPDATE ON event BEGIN SELECT raise(ABORT, 'events are never changed'); END;
CREATE TRIGGER event_remains BEFORE DELETE ON event BEGIN SELECT raise(ABORT, 'events are never deleted'); END;

CREATE TABLE node (
    level INTEGER NOT NULL,            -- 1 is the level above the leaves, which are in event
    position INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE head (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    size INTEGER NOT NULL,             -- events in the tree
    at_ms INTEGER NOT NULL,            -- of the last event
    last BLOB NOT NULL,                -- leaf of the last event, 32 bytes
    checkpoint TEXT NOT NULL           -- signed note over size and root
) STRICT;
