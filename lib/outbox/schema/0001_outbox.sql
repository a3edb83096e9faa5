-- The outbox of one service; copy these statements into the service's own migrations.

-- What other services may learn of a change, written in the transaction that makes the change.
CREATE TABLE outbox (
  -- The order of writing. Not the order of the feed: a lower id may be committed later.
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  -- The place in the feed, without gaps; given after the row was committed.
  seq BIGINT NULL,
  aggregate VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  revision BIGINT NOT NULL,
  payload MEDIUMBLOB NOT NULL,
  create_time DATETIME(6) NOT NULL,
  UNIQUE KEY by_seq (seq)
) ENGINE=InnoDB;

-- One row: the last place that was given. Whoever gives places holds its lock.
CREATE TABLE outbox_head (
  id TINYINT NOT NULL PRIMARY KEY,
  last_seq BIGINT NOT NULL
) ENGINE=InnoDB;
INSERT INTO outbox_head (id, last_seq) VALUES (1, 0);
