-- The day on which the owner's age changes something next. "Never" is 9999-12-31; a plan that was
-- written before this column learns its day with its next change, and its readers see its age anyway.
ALTER TABLE plan_list
  ADD COLUMN age_date DATE NOT NULL DEFAULT '9999-12-31',
  ADD KEY by_age (age_date, plan);

-- Wanted against granted: activities of open plans by life area and decision. No free text, no person.
CREATE TABLE plan_gap (
  plan VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  life_area TINYINT NOT NULL,
  decision TINYINT NOT NULL,
  unit VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  activity_count INT NOT NULL,
  PRIMARY KEY (plan, life_area, decision),
  KEY by_unit (unit, life_area, decision)
) ENGINE=InnoDB;

-- Bundles that plans were imported from, as they came, with the history before the move. Encrypted;
-- never updated, never deleted.
CREATE TABLE plan_import (
  plan VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL PRIMARY KEY,
  bundle MEDIUMBLOB NOT NULL
) ENGINE=InnoDB;
