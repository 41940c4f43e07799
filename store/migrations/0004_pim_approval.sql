-- In mode `pim_approval` PIM holds an activation until an approver's own token approved it there.

ALTER TABLE intent ADD COLUMN approval TEXT; -- id of PIM's approval that the write waits for, as PIM answered it
ALTER TABLE intent ADD COLUMN by_oid TEXT;   -- in whose name it was sent, where that is not Curfew's or the holder's own

-- An approval that PIM did not take is void and may be given again: what was signed then stays, because events name it.
CREATE TABLE proof_kept (
    request TEXT NOT NULL REFERENCES request (id),
    tid TEXT NOT NULL,                 -- who decided
    oid TEXT NOT NULL,
    commitment TEXT NOT NULL,          -- canonical JSON of what was decided: the nonce is its digest (broker/audit/README.md)
    token TEXT NOT NULL,               -- the ID token; nowhere else but in bundles
    digest BLOB NOT NULL PRIMARY KEY,  -- SHA-256 of it: events name it so
    key_set BLOB NOT NULL REFERENCES key_set (digest), -- the keys it was checked with
    void INTEGER NOT NULL DEFAULT 0    -- 1: the decision does not count
) STRICT;
INSERT INTO proof_kept (request, tid, oid, commitment, token, digest, key_set)
SELECT request, tid, oid, commitment, token, digest, key_set FROM proof;
DROP TABLE proof;
ALTER TABLE proof_kept RENAME TO proof;
CREATE UNIQUE INDEX proof_once ON proof (request, tid, oid) WHERE void = 0;
