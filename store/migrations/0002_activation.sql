-- How a grant is activated is fixed when it is made: later settings do not change what is on its way.

ALTER TABLE grant_ ADD COLUMN mode TEXT NOT NULL DEFAULT 'application'; -- model/role.h: "application" or "delegated"
