-- A claim is a lease, not yet the telling: whoever claims a change tells people and only then confirms it. A claim
-- that was never confirmed (its process died in between) is taken again, because a page told twice is a nuisance
-- and a page never told is an outage nobody repairs.

ALTER TABLE transition ADD COLUMN told_at timestamptz;
ALTER TABLE transition ADD CHECK (told_at IS NULL OR claimed_at IS NOT NULL);
COMMENT ON COLUMN transition.claimed_at IS 'When a process took the change in order to tell it; NULL = nobody has yet.';
COMMENT ON COLUMN transition.told_at IS 'When the telling was confirmed; NULL with claimed_at set = a lease, taken again once it is old.';

UPDATE transition SET told_at = claimed_at WHERE claimed_at IS NOT NULL;

DROP INDEX transition_unclaimed;
CREATE INDEX transition_untold ON transition (transition_id) WHERE told_at IS NULL;
