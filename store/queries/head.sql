-- The head of the audit tree: one row, which each transaction that appends rewrites.

-- name: head_read
SELECT size, at_ms, last, checkpoint FROM head WHERE one = 1;

-- name: head_write
INSERT INTO head (one, size, at_ms, last, checkpoint) VALUES (1, $1, $2, $3, $4)
ON CONFLICT (one) DO UPDATE SET size = excluded.size, at_ms = excluded.at_ms, last = excluded.last,
    checkpoint = excluded.checkpoint;
