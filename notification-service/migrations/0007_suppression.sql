-- Addresses that refused mail, as keyed hashes. until_time NULL: counted, but not shut out.
CREATE TABLE suppression (
  address_hash BINARY(32) NOT NULL PRIMARY KEY,
  score SMALLINT NOT NULL,
  last_time DATETIME(6) NOT NULL,
  until_time DATETIME(6) NULL
) ENGINE=InnoDB;
