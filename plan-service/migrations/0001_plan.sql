-- plan-service. All names are ASCII; all times are UTC; documents, reasons, log entries and numbers are
-- encrypted and open only in their own row.

-- What holds now. Reading it is one SELECT by primary key.
CREATE TABLE plan (
  name VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL PRIMARY KEY,
  revision BIGINT NOT NULL,
  create_time DATETIME(6) NOT NULL,
  update_time DATETIME(6) NOT NULL,
  document MEDIUMBLOB NOT NULL
) ENGINE=InnoDB;

-- What ever held, one row per change; never updated, never deleted.
CREATE TABLE plan_revision (
  name VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  revision BIGINT NOT NULL,
  create_time DATETIME(6) NOT NULL,
  actor VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  action VARCHAR(100) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  reason BLOB NOT NULL,
  request_id VARCHAR(100) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  document MEDIUMBLOB NOT NULL,
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

-- What other services may learn of a change, written in the transaction that makes the change.
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

-- What lists ask for. No free text. "No date" is 9999-12-31, so that it sorts last.
CREATE TABLE plan_list (
  plan VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL PRIMARY KEY,
  state TINYINT NOT NULL,
  unit VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  -- The owner while the plan is open, else NULL: a person has one open plan at most.
  open_subject VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NULL,
  next_evaluation_date DATE NOT NULL,
  -- The earliest day on which something needs attention.
  attention_date DATE NOT NULL,
  create_time DATETIME(6) NOT NULL,
  UNIQUE KEY one_open_plan (open_subject),
  KEY by_unit_evaluation (unit, next_evaluation_date, plan),
  KEY by_unit_attention (unit, attention_date, plan),
  KEY by_unit_create (unit, create_time, plan)
) ENGINE=InnoDB;

-- Who has to do with a plan, so that a list finds it; what they may see is decided from the plan itself.
CREATE TABLE plan_party (
  plan VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  person VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  role VARCHAR(20) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  PRIMARY KEY (plan, person, role),
  KEY by_person (person, role, plan)
) ENGINE=InnoDB;

-- What a unit must look after, from which day on.
CREATE TABLE plan_alert (
  plan VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  alarm TINYINT NOT NULL,
  unit VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  from_date DATE NOT NULL,
  PRIMARY KEY (plan, alarm),
  KEY by_unit (unit, from_date, plan, alarm)
) ENGINE=InnoDB;

-- National identity numbers, for looking up addresses of those who have none at work.
CREATE TABLE person_number (
  person VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL PRIMARY KEY,
  number BLOB NOT NULL
) ENGINE=InnoDB;

-- Who has seen which plan: rows in a chain per plan, hash = SHA-256(hash before, entry before it was
-- encrypted). Never updated, never deleted.
CREATE TABLE access_log (
  plan VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  number BIGINT NOT NULL,
  -- Who looked, so that everybody finds their own look-ups.
  accessor VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  entry BLOB NOT NULL,
  hash BINARY(32) NOT NULL,
  PRIMARY KEY (plan, number),
  KEY by_accessor (plan, accessor, number)
) ENGINE=InnoDB;

-- The end of each chain: shows when rows were cut off.
CREATE TABLE access_log_head (
  plan VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL PRIMARY KEY,
  last_number BIGINT NOT NULL,
  last_hash BINARY(32) NOT NULL
) ENGINE=InnoDB;
