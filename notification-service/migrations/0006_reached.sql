-- Whether mails reach people. unreached: 1 = nobody was reached and the unit is still to be told,
-- 2 = told, 3 = nothing to tell. tries counts attempts that failed because of the mail itself.
-- address_hash: a keyed hash, for bounces; no address is kept.
ALTER TABLE message ADD COLUMN unreached TINYINT NULL, ADD COLUMN tries SMALLINT NOT NULL DEFAULT 0,
  ADD COLUMN address_hash BINARY(32) NULL, ADD KEY unreached_ix (unreached);
