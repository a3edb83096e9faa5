-- Name and HPR number stood here in the clear. Sessions that hold them end: everybody logs in once more.
DELETE FROM session;
ALTER TABLE session
  DROP COLUMN hpr_number,
  DROP COLUMN display_name,
  -- HPR number, line break, display name; encrypted, opens only in its own row.
  ADD COLUMN identity VARBINARY(300) NOT NULL;
