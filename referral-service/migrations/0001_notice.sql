-- Notices as documents (lib/document/schema), one revision per change.
CREATE TABLE notice (
  name VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL PRIMARY KEY,
  revision BIGINT NOT NULL,
  create_time DATETIME(6) NOT NULL,
  update_time DATETIME(6) NOT NULL,
  document MEDIUMBLOB NOT NULL -- encrypted; opens only as "notice|name|revision"
) ENGINE=InnoDB;

CREATE TABLE notice_revision (
  name VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  revision BIGINT NOT NULL,
  create_time DATETIME(6) NOT NULL,
  actor VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  action VARCHAR(100) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  reason BLOB NOT NULL, -- encrypted, it is free text
  request_id VARCHAR(100) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  document MEDIUMBLOB NOT NULL, -- encrypted; opens only as "notice_revision|name|revision"
  PRIMARY KEY (name, revision)
) ENGINE=InnoDB;

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

-- What other services may learn (lib/outbox/schema).
CREATE TABLE outbox (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  seq BIGINT NULL,
  aggregate VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  revision BIGINT NOT NULL,
  payload MEDIUMBLOB NOT NULL,
  create_time DATETIME(6) NOT NULL,
  UNIQUE KEY by_seq (seq)
) ENGINE=InnoDB;

CREATE TABLE outbox_head (
  id TINYINT NOT NULL PRIMARY KEY,
  last_seq BIGINT NOT NULL
) ENGINE=InnoDB;
INSERT INTO outbox_head (id, last_seq) VALUES (1, 0);
