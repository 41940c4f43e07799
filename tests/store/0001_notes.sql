-- The schema of these tests: notes with a number, and one tally that the frame keeps.
CREATE TABLE note (
    number INTEGER NOT NULL PRIMARY KEY,
    text TEXT,
    bytes BLOB
) STRICT;

CREATE TABLE tally (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    notes INTEGER NOT NULL             -- as many as there are, when every transaction was whole
) STRICT;
INSERT INTO tally VALUES (1, 0);
