-- Last number and hash of a chain, encrypted: rows cannot be cut off and the end moved up without the key.
-- Chains from before this migration have no seal and are shown as broken.
ALTER TABLE access_log_head ADD COLUMN seal VARBINARY(100) NOT NULL DEFAULT '';
