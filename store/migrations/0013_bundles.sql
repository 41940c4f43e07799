-- Roles that were asked for as one.

ALTER TABLE request ADD COLUMN bundle TEXT; -- id in the catalogue; NULL: roles by themselves
ALTER TABLE request ADD COLUMN undo INTEGER NOT NULL DEFAULT 0; -- 1: when one of them is not given, the others are given back
