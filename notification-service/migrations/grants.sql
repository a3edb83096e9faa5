-- Nothing is ever deleted, and the ledger of attempts is only added to.
GRANT SELECT ON {{schema}}.schema_migration TO {{user}};
GRANT SELECT, INSERT ON {{schema}}.attempt TO {{user}};
GRANT SELECT, INSERT, UPDATE ON {{schema}}.feed TO {{user}};
GRANT SELECT, INSERT, UPDATE ON {{schema}}.aggregate TO {{user}};
GRANT SELECT, INSERT, UPDATE ON {{schema}}.slot TO {{user}};
GRANT SELECT, INSERT, UPDATE ON {{schema}}.message TO {{user}};
GRANT SELECT, INSERT, UPDATE ON {{schema}}.preference TO {{user}};
GRANT SELECT, INSERT, UPDATE ON {{schema}}.suppression TO {{user}};
