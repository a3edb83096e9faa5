-- Browser sessions, and logins that are under way.
CREATE TABLE session (
  reference_hash BINARY(32) NOT NULL PRIMARY KEY,
  person VARCHAR(64) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  provider VARCHAR(16) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  roles VARCHAR(120) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  role VARCHAR(24) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  organization VARCHAR(32) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  municipality_code VARCHAR(4) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  hpr_number VARCHAR(16) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  display_name VARCHAR(200) NOT NULL,
  auth_time DATETIME(6) NOT NULL,
  idle_expiry DATETIME(6) NOT NULL,
  expiry DATETIME(6) NOT NULL,
  KEY session_expiry (expiry)
);

CREATE TABLE login (
  state_hash BINARY(32) NOT NULL PRIMARY KEY,
  browser_hash BINARY(32) NOT NULL,
  provider VARCHAR(16) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  nonce VARCHAR(64) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  code_verifier VARCHAR(64) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
  return_to VARCHAR(1024) NOT NULL,
  expiry DATETIME(6) NOT NULL,
  KEY login_expiry (expiry)
);
