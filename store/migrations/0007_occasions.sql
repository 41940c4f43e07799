-- The circumstances in which somebody asked, which rules may look at, and more limits.

ALTER TABLE request ADD COLUMN occasion TEXT; -- JSON: access/occasion.c; NULL: asked before it was kept

-- What was kept before knew none of these limits.
UPDATE request SET demands = json_set(demands, '$.shortest', 0, '$.start_ahead', 9223372036854775807, '$.cool_down', 0,
    '$.person_at_once', 9223372036854775807, '$.role_at_once', 9223372036854775807, '$.per_day', 9223372036854775807)
WHERE demands IS NOT NULL;
