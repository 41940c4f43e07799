-- In mode `pim_approval` PIM holds an activation until an approver's own token approved it there.

ALTER TABLE intent ADD COLUMN approval TEXT; -- id of PIM's approval that the write waits for, as PIM answered it
ALTER TABLE intent ADD COLUMN by_oid TEXT;   -- in whose name it was sent, where that is not Curfew's or the holder's own
