-- One mail on its way. `state` holds the numbers of Delivery.State (notification_service.proto).
-- next_at, not_after and send_time are business time; lease_until, gate_at and unknown_at are the
-- machine's, so that a moved clock breaks no lease.
CREATE TABLE message (
  id CHAR(36) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL PRIMARY KEY,
  message_key BINARY(32) NOT NULL,
  kind SMALLINT NOT NULL,
  class TINYINT NOT NULL,
  recipient VARCHAR(80) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  capacity SMALLINT NOT NULL,
  addressee VARCHAR(90) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  civil_day DATE NOT NULL,
  municipality_code VARCHAR(4) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  state TINYINT NOT NULL,
  reason VARCHAR(24) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL DEFAULT '',
  next_at DATETIME(6) NULL,
  not_after DATETIME(6) NOT NULL,
  fence INT NOT NULL DEFAULT 0,
  owner VARCHAR(64) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL DEFAULT '',
  lease_until DATETIME(6) NULL,
  gate_at DATETIME(6) NULL,
  attempts SMALLINT NOT NULL DEFAULT 0,
  unknowns SMALLINT NOT NULL DEFAULT 0,
  unknown_at DATETIME(6) NULL,
  last_code SMALLINT NOT NULL DEFAULT 0,
  last_enhanced VARCHAR(12) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL DEFAULT '',
  bounce_token CHAR(22) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  create_time DATETIME(6) NOT NULL,
  send_time DATETIME(6) NULL,
  UNIQUE KEY key_ix (message_key),
  UNIQUE KEY bounce_ix (bounce_token),
  KEY queue_ix (state, next_at),
  KEY lease_ix (state, lease_until),
  KEY digest_ix (addressee, civil_day)
) ENGINE=InnoDB;

-- The ledger: one row for each attempt that had an outcome. Only ever added to.
CREATE TABLE attempt (
  message_id CHAR(36) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  fence INT NOT NULL,
  seq SMALLINT NOT NULL,
  gate_at DATETIME(6) NULL,
  outcome VARCHAR(16) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  code SMALLINT NOT NULL,
  enhanced VARCHAR(12) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  finish_time DATETIME(6) NOT NULL,
  PRIMARY KEY (message_id, fence, seq)
) ENGINE=InnoDB;
