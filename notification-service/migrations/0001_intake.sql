-- How far each change feed has been read.
CREATE TABLE feed (
  source VARCHAR(16) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL PRIMARY KEY,
  position VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL
) ENGINE=InnoDB;

-- The duties of one plan or notice as the feed last told them (storage/projection.proto).
CREATE TABLE aggregate (
  name VARCHAR(80) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL PRIMARY KEY,
  revision BIGINT NOT NULL,
  rule_version VARCHAR(32) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  projection BLOB NOT NULL,
  update_time DATETIME(6) NOT NULL,
  KEY rule_ix (rule_version)
) ENGINE=InnoDB;
