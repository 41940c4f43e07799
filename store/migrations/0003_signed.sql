-- Decisions that Entra signed: the token of the approver's sign-in, whose nonce says what they decided.

ALTER TABLE approval ADD COLUMN signed INTEGER NOT NULL DEFAULT 0; -- 1: deciding takes such a sign-in

-- What was kept before asked for none.
UPDATE request SET demands = replace(demands, ',"users":', ',"signed":false,"users":') WHERE demands IS NOT NULL;

CREATE TABLE key_set (
    digest BLOB NOT NULL PRIMARY KEY,  -- SHA-256 of the text
    text TEXT NOT NULL                 -- the issuer's keys, as canonical JSON
) STRICT;

CREATE TABLE proof (
    request TEXT NOT NULL REFERENCES request (id),
    tid TEXT NOT NULL,                 -- who decided
    oid TEXT NOT NULL,
    commitment TEXT NOT NULL,          -- canonical JSON of what was decided: the nonce is its digest (broker/audit/README.md)
    token TEXT NOT NULL,               -- the ID token; nowhere else but in bundles
    digest BLOB NOT NULL UNIQUE,       -- SHA-256 of it: events name it so
    key_set BLOB NOT NULL REFERENCES key_set (digest), -- the keys it was checked with
    PRIMARY KEY (request, tid, oid),
    FOREIGN KEY (request, tid, oid) REFERENCES decision (request, tid, oid)
) STRICT;
