-- History can be added to and read, never changed. A secret goes when nobody needs it any more.
GRANT SELECT, INSERT ON {{schema}}.notice_revision TO {{user}};
GRANT SELECT, INSERT, UPDATE ON {{schema}}.notice TO {{user}};
GRANT SELECT, INSERT, UPDATE ON {{schema}}.notice_queue TO {{user}};
GRANT SELECT, INSERT ON {{schema}}.notice_party TO {{user}};
GRANT SELECT, INSERT, UPDATE, DELETE ON {{schema}}.notice_secret TO {{user}};
GRANT SELECT, INSERT, UPDATE, DELETE ON {{schema}}.notice_work TO {{user}};
GRANT SELECT, INSERT, DELETE ON {{schema}}.request TO {{user}};
GRANT SELECT, INSERT, UPDATE, DELETE ON {{schema}}.outbox TO {{user}};
GRANT SELECT, UPDATE ON {{schema}}.outbox_head TO {{user}};
GRANT SELECT ON {{schema}}.schema_migration TO {{user}};
