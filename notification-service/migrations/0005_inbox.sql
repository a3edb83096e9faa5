-- The inbox is read by addressee: a unit's leader has one of their own.
ALTER TABLE slot DROP KEY inbox_ix, ADD KEY inbox_ix (addressee, notify_time, id);
