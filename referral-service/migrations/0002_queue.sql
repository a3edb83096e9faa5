-- Projections: what the questions need, without free text.

-- One row per notice that was sent. `state` is NeedNotice.State.
CREATE TABLE notice_queue (
  name VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL PRIMARY KEY,
  revision BIGINT NOT NULL,
  unit VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  state TINYINT NOT NULL,
  is_open TINYINT NOT NULL, -- the unit has something to do with it
  urgency_rank TINYINT NOT NULL, -- 0 before 1
  due_date DATE NOT NULL, -- last day for a decision
  amber_date DATE NOT NULL,
  submit_time DATETIME(6) NOT NULL,
  assignee VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  subject VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  source TINYINT NOT NULL, -- Notifier.Source
  close_time DATETIME(6) NULL, -- when it left the queue
  item BLOB NOT NULL, -- encrypted QueueItem; opens only as "notice_queue|name|revision"
  KEY by_unit (unit, is_open, urgency_rank, due_date, submit_time, name),
  KEY by_state (unit, state, urgency_rank, due_date, submit_time, name),
  KEY by_subject (subject, is_open)
) ENGINE=InnoDB;

-- Whose "my notices" a notice stands in: sender, system, who typed it in, whom it is about.
CREATE TABLE notice_party (
  party VARCHAR(400) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  create_time DATETIME(6) NOT NULL,
  name VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  PRIMARY KEY (party, create_time, name)
) ENGINE=InnoDB;

-- What must not stand in a notice: the subject's national identity number and the coordinator
-- candidate. Only while somebody needs it.
CREATE TABLE notice_secret (
  name VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  kind VARCHAR(20) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  secret BLOB NOT NULL, -- encrypted; opens only as "notice_secret|name|kind"
  PRIMARY KEY (name, kind)
) ENGINE=InnoDB;

-- Notices that a worker must take a step further: accepted ones and forwarded ones. A row that is
-- being worked at is due again when the worker's time is up.
CREATE TABLE notice_work (
  name VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL PRIMARY KEY,
  due_time DATETIME(6) NOT NULL,
  attempts INT NOT NULL,
  KEY by_due (due_time)
) ENGINE=InnoDB;
