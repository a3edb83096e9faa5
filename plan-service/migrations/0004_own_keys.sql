-- The key that all of a plan is encrypted with, encrypted itself; opens only as "plan_key|name". NULL: the
-- key ring encrypts it; empty: erased.
ALTER TABLE plan ADD COLUMN data_key VARBINARY(100) NULL;

-- Plans that are to be erased, or have been: what is left of them (tools/erase). The service does not need it.
CREATE TABLE erasure (
  name VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL PRIMARY KEY,
  -- The case in the archive where the decision and its reason stand; no personal data.
  decision VARCHAR(200) NOT NULL,
  -- Accounts of the database.
  requested_by VARCHAR(300) NOT NULL,
  request_time DATETIME(6) NOT NULL,
  approved_by VARCHAR(300) NULL,
  erase_time DATETIME(6) NULL
) ENGINE=InnoDB;
