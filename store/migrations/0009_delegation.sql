-- Approvers who name somebody to decide in their place, from a moment until another.

CREATE TABLE delegation (
    id TEXT NOT NULL PRIMARY KEY,
    tid TEXT NOT NULL,                 -- the approver
    oid TEXT NOT NULL,
    delegate TEXT NOT NULL,            -- object id of who decides in their place, in the same tenant
    from_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL,         -- over from then on
    reason TEXT NOT NULL,              -- commitment in words
    made_at INTEGER NOT NULL,
    ended_at INTEGER,                  -- it was ended before its time
    ended_by TEXT                      -- object id: the approver's, or the delegate's
) STRICT;
CREATE INDEX delegation_by_approver ON delegation (tid, oid, until_at);
CREATE INDEX delegation_by_delegate ON delegation (tid, delegate, until_at);

-- Who was asked to decide on a request in an approver's place; stays, as approvers do.
CREATE TABLE stand_in (
    request TEXT NOT NULL REFERENCES request (id),
    delegation TEXT NOT NULL REFERENCES delegation (id),
    PRIMARY KEY (request, delegation)
) STRICT, WITHOUT ROWID;
CREATE INDEX stand_in_by_delegation ON stand_in (delegation, request);

ALTER TABLE decision ADD COLUMN for_oid TEXT; -- the approver in whose place it was made; NULL: by themselves
-- A place is spoken for once, by whoever it is.
CREATE UNIQUE INDEX decision_place ON decision (request, tid, coalesce(for_oid, oid));

-- A message about a delegation is about no request.
ALTER TABLE message ADD COLUMN delegation TEXT REFERENCES delegation (id);
CREATE UNIQUE INDEX message_of_delegation ON message (delegation, kind, tid, oid, channel) WHERE delegation IS NOT NULL;
