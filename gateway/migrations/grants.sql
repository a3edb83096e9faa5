GRANT SELECT, INSERT, UPDATE, DELETE ON {{schema}}.session TO {{user}};
GRANT SELECT, INSERT, DELETE ON {{schema}}.login TO {{user}};
GRANT SELECT, INSERT, UPDATE, DELETE ON {{schema}}.session_login TO {{user}};
GRANT SELECT ON {{schema}}.schema_migration TO {{user}};
