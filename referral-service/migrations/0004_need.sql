-- The day the need was seen, in Europe/Oslo; NULL when the notice does not say (statistics).
ALTER TABLE notice_queue ADD COLUMN need_date DATE NULL;
