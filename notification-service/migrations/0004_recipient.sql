-- What recipients wish (message Preferences).
CREATE TABLE preference (
  recipient VARCHAR(80) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL,
  preferences BLOB NOT NULL
) ENGINE=InnoDB;
