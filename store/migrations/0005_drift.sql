-- What the directory shows of the catalogue's targets beside what Curfew did: when each was read, and what was found.

CREATE TABLE watch (
    id TEXT NOT NULL PRIMARY KEY,      -- subject of the job that reads it
    target TEXT NOT NULL UNIQUE,       -- model/role.h: target_key
    since INTEGER NOT NULL,            -- watched from then on
    read_at INTEGER,                   -- when the newest reading was asked for that told all; NULL: none yet
    rules TEXT,                        -- JSON: PIM's own rules as they were then
    emergency TEXT                     -- JSON: object ids of the emergency people who held it then
) STRICT;

CREATE TABLE finding (
    id TEXT NOT NULL PRIMARY KEY,
    target TEXT NOT NULL,
    kind TEXT NOT NULL,                -- access/drift_compare.h
    about TEXT NOT NULL,               -- whose it is: an object id; or which weakness of PIM's rules
    detail TEXT NOT NULL,              -- JSON: what fills its sentence, and what else was seen
    opened_at INTEGER NOT NULL,
    absent_at INTEGER,                 -- since when readings do not show it any more
    cleared_at INTEGER,
    told TEXT                          -- the message that told of it; NULL: nobody was told yet
) STRICT;
-- One alarm until it clears.
CREATE UNIQUE INDEX finding_open ON finding (target, kind, about) WHERE cleared_at IS NULL;
CREATE INDEX finding_untold ON finding (id) WHERE told IS NULL AND cleared_at IS NULL;
CREATE INDEX finding_cleared ON finding (cleared_at) WHERE cleared_at IS NOT NULL;
CREATE INDEX finding_told ON finding (told) WHERE told IS NOT NULL;

-- A message about findings is about no request.
ALTER TABLE message ADD COLUMN findings TEXT; -- finding.told
CREATE UNIQUE INDEX message_of_findings ON message (findings, tid, oid, channel) WHERE findings IS NOT NULL;

-- What may explain an assignment of a target.
CREATE INDEX holding_of_target ON holding (target, ends_at);
CREATE INDEX holding_open_of_target ON holding (target) WHERE closed_at IS NULL;
CREATE INDEX grant_by_holding ON grant_ (holding) WHERE holding IS NOT NULL;
