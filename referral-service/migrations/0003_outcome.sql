-- What statistics and the search for existing plans ask for.
ALTER TABLE notice_queue
  ADD COLUMN decide_date DATE NULL, -- in Europe/Oslo; NULL while undecided
  ADD COLUMN plan VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL DEFAULT '';
