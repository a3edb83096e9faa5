-- Which login at the provider a session comes from, so that a logout there ends it (back and front channel).
CREATE TABLE session_login (
  reference_hash BINARY(32) NOT NULL PRIMARY KEY,
  subject_hash BINARY(32) NOT NULL,
  sid_hash BINARY(32) NOT NULL,
  expiry DATETIME(6) NOT NULL,
  KEY session_login_subject (subject_hash),
  KEY session_login_sid (sid_hash),
  KEY session_login_expiry (expiry)
);
