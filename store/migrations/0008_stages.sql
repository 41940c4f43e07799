-- Approvals in stages: those of one line come in order, and each is asked when the one before it has what it needs.

ALTER TABLE approval ADD COLUMN deny INTEGER NOT NULL DEFAULT 1;   -- so many denials end the request
ALTER TABLE approval ADD COLUMN reason INTEGER NOT NULL DEFAULT 1; -- 1: a decision says why
ALTER TABLE approval ADD COLUMN opened_at INTEGER;                 -- NULL: its turn has not come; due_at is then the latest it may become
ALTER TABLE approval ADD COLUMN reminded INTEGER NOT NULL DEFAULT 0; -- how many of its reminders went out
ALTER TABLE approval ADD COLUMN escalated_at INTEGER;              -- since when others may decide as well
UPDATE approval SET opened_at = (SELECT submitted_at FROM request WHERE id = approval.request);

ALTER TABLE approver ADD COLUMN spoke INTEGER NOT NULL DEFAULT 0;  -- 1: they decided when this stage had been asked, and may count for it
UPDATE approver SET spoke = 1 WHERE EXISTS (SELECT 1 FROM decision d
    WHERE d.request = approver.request AND d.tid = approver.tid AND d.oid = approver.oid);

ALTER TABLE request ADD COLUMN decide_by INTEGER; -- when the last of its stages is due if each takes all its time; set when pending
ALTER TABLE request ADD COLUMN stuck_at INTEGER;  -- since when too few people are left to approve it
UPDATE request SET decide_by = (SELECT max(due_at) FROM approval WHERE request = request.id) WHERE lapses_at IS NOT NULL;
UPDATE request SET decide_by = lapses_at WHERE decide_by IS NULL;

-- Somebody may be reminded of the same request more than once, but of each time only once.
ALTER TABLE message ADD COLUMN round INTEGER NOT NULL DEFAULT 0;
DROP INDEX message_once;
CREATE UNIQUE INDEX message_once ON message (kind, request, coalesce(grant_id, ''), round, tid, oid, channel);

-- What was kept before has one stage for each rule.
UPDATE request SET demands = json_set(demands, '$.human_by', 0, '$.approvals', json((
    SELECT json_group_array(json_object('rule', json_extract(value, '$.rule'), 'stage', 1,
        'from', json_object('users', json_extract(value, '$.users'), 'groups', json_extract(value, '$.groups'),
            'manager', json('false')),
        'need', json_extract(value, '$.need'), 'deny', 1, 'within', json_extract(value, '$.within'),
        'remind', json('[]'), 'reason', json('true'),
        'signed', json(CASE json_extract(value, '$.signed') WHEN 1 THEN 'true' ELSE 'false' END)))
    FROM json_each(demands, '$.approvals')))) WHERE demands IS NOT NULL;
