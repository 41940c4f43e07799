-- Several grants lean on one holding, which ends with the last of them. Its end is from here on the one that the directory
-- was last seen to hold for it: more time moves it.

ALTER TABLE request_role ADD COLUMN extends TEXT REFERENCES grant_ (id); -- held when it was asked for: more time for that

CREATE INDEX grant_by_target ON grant_ (tid, oid, target, id);
CREATE INDEX intent_by_grant ON intent (grant_id, id);
