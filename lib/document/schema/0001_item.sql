-- The tables of one aggregate and of request ids. Copy them into the service's own migrations with the
-- aggregate's name in place of "item" (plan, plan_revision; …); request is shared by all aggregates.

-- What holds now. Reading it is one SELECT by primary key.
CREATE TABLE item (
  name VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL PRIMARY KEY,
  revision BIGINT NOT NULL,
  create_time DATETIME(6) NOT NULL,
  update_time DATETIME(6) NOT NULL,
  document MEDIUMBLOB NOT NULL, -- encrypted; opens only as "item|name|revision"
  -- What all of it is encrypted with, encrypted itself; opens only as "item_key|name". NULL: the key ring
  -- encrypts it; empty: erased.
  data_key VARBINARY(100) NULL
) ENGINE=InnoDB;

-- What ever held, one row per change; never updated, never deleted.
CREATE TABLE item_revision (
  name VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  revision BIGINT NOT NULL,
  create_time DATETIME(6) NOT NULL,
  actor VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  action VARCHAR(100) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  reason BLOB NOT NULL, -- encrypted, it is free text
  request_id VARCHAR(100) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  document MEDIUMBLOB NOT NULL, -- encrypted; opens only as "item_revision|name|revision"
  PRIMARY KEY (name, revision)
) ENGINE=InnoDB;

-- Which calls were carried out, so that a repeated call gets the answer of the first.
CREATE TABLE request (
  actor VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  request_id VARCHAR(100) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  method VARCHAR(100) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  payload_hash BINARY(32) NOT NULL,
  name VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  revision BIGINT NOT NULL,
  result VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  create_time DATETIME(6) NOT NULL,
  PRIMARY KEY (actor, request_id),
  KEY by_time (create_time)
) ENGINE=InnoDB;
