-- Access before approval, and looking at it afterwards.

ALTER TABLE request ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0; -- 1: asked for so

-- What was kept before was not.
UPDATE request SET demands = json_set(demands, '$.urgent', json('{"asked":false,"longest":0,"reviews":[]}')) WHERE demands IS NOT NULL;

-- What is owed for it: a look of its own for each rule that let it happen.
CREATE TABLE review (
    request TEXT NOT NULL REFERENCES request (id),
    line INTEGER NOT NULL,             -- from 1
    rule TEXT NOT NULL,                -- the rule's name
    due_at INTEGER NOT NULL,
    tid TEXT,                          -- who looked at it
    oid TEXT,
    outcome TEXT,                      -- "justified" or "unjustified"
    reason TEXT,                       -- commitment in words
    reviewed_at INTEGER,               -- NULL: it is owed
    PRIMARY KEY (request, line)
) STRICT;

-- Whom it is told to, and who therefore may see it.
CREATE TABLE urgent_told (
    request TEXT NOT NULL REFERENCES request (id),
    line INTEGER NOT NULL,             -- of the review that they may make; 0: an approver who was passed over
    tid TEXT NOT NULL,
    oid TEXT NOT NULL,
    PRIMARY KEY (request, line, tid, oid)
) STRICT;
CREATE INDEX urgent_told_by_person ON urgent_told (tid, oid, request);
