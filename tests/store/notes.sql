-- The queries of these tests.

-- name: note_add
-- The second parameter stands before the first: binding by position would swap them.
INSERT INTO note (text, number, bytes) VALUES ($2, $1, $3);

-- name: note_add_large
INSERT INTO note (number, bytes) VALUES ($1, randomblob($2));

-- name: note_read
SELECT text, bytes, number FROM note WHERE number = $1;

-- name: note_change
UPDATE note SET text = $2 WHERE number = $1;

-- name: note_take
DELETE FROM note WHERE number = $1 RETURNING number;

-- name: notes
SELECT number FROM note ORDER BY number;

-- name: notes_between
-- One parameter twice is still one parameter.
SELECT count(*) FROM note WHERE number >= $1 AND number < $2 AND $1 < $2;

-- name: tally_write
UPDATE tally SET notes = (SELECT count(*) FROM note);

-- name: tally_read
SELECT notes, (SELECT count(*) FROM note) FROM tally;

-- name: parameters_with_a_gap
SELECT $1, $3;
