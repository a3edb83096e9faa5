-- History and access log can be added to and read, never changed.
GRANT SELECT, INSERT ON {{schema}}.plan_revision TO {{user}};
GRANT SELECT, INSERT ON {{schema}}.access_log TO {{user}};
GRANT SELECT, INSERT, UPDATE ON {{schema}}.access_log_head TO {{user}};
GRANT SELECT, INSERT, UPDATE ON {{schema}}.plan TO {{user}};
GRANT SELECT, INSERT, UPDATE ON {{schema}}.plan_list TO {{user}};
GRANT SELECT, INSERT, UPDATE ON {{schema}}.person_number TO {{user}};
GRANT SELECT, INSERT, UPDATE, DELETE ON {{schema}}.plan_party TO {{user}};
GRANT SELECT, INSERT, UPDATE, DELETE ON {{schema}}.plan_alert TO {{user}};
GRANT SELECT, INSERT, DELETE ON {{schema}}.plan_gap TO {{user}};
GRANT SELECT, INSERT ON {{schema}}.plan_import TO {{user}};
GRANT SELECT, INSERT, DELETE ON {{schema}}.request TO {{user}};
GRANT SELECT, INSERT, UPDATE, DELETE ON {{schema}}.outbox TO {{user}};
GRANT SELECT, UPDATE ON {{schema}}.outbox_head TO {{user}};
GRANT SELECT ON {{schema}}.schema_migration TO {{user}};
